package actions

import (
	"log/slog"
	"time"
)

// Sleep waits for a duration. One that is not positive is over at once.
type Sleep struct {
	Returns[Void]
	For time.Duration
}

// Now asks for the current time.
type Now struct{ Returns[time.Time] }

// NewID asks for an identifier that nobody else has: a random UUID in its text form, such as
// "1b4e28ba-2fa1-41d2-883f-0016d3cca427".
type NewID struct{ Returns[string] }

// Random asks for 64 uniformly distributed bits: to seed a generator, or to choose.
type Random struct{ Returns[uint64] }

// Receive waits for an event of the given name from outside and returns its payload. Who delivers events is up to the
// executor: the durable runtime does, and in a test a handler of two lines. An action of your own waits for an event in
// the same way if it has a method EventName() string.
type Receive[T any] struct {
	Returns[T]
	Name string
}

// Progress tells how far the orchestration has come. It is an aside.
type Progress struct {
	Returns[Void]
	// Done of Total units are done. A Total of 0 means that it is not known.
	Done, Total int64
	Message     string
}

// Publish makes a value known to those who watch the run, under a name, in place of the one before: the state of a
// game, the list of what is still missing. It is an aside.
type Publish struct {
	Returns[Void]
	Name  string
	Value any
}

// Log writes a line to the log, once: a replay does not repeat it. It is an aside.
type Log struct {
	Returns[Void]
	Level   slog.Level
	Message string
	Attrs   []slog.Attr
}

// Version asks which version of a change to the orchestration's own code this run is to follow: Max if the run comes
// to this point for the first time, and what it followed then if it is replayed; Min if it came by before the change
// was made, which the record of a step behind this point tells. One that only waits behind it, for an event or a timer,
// has no such record yet, and is answered Max. It is an aside.
type Version struct {
	Returns[int]
	Change   string
	Min, Max int
}

// IsAside tells whether the action is an aside: Log, Progress, Publish or Version. Asides take no step number and leave
// no record of a step, so that adding one to an orchestration never shifts the steps behind it.
func IsAside(a Action) bool {
	switch a := a.(type) {
	case Log, Progress, Publish, Version:
		return true
	case Shielded:
		return IsAside(a.Action)
	}
	return false
}

// IsWait tells whether carrying the action out is nothing but waiting: Sleep, Receive, or what has an EventName. Such
// an action takes no permit and no slot while it waits.
func IsWait(a Action) bool {
	switch a := a.(type) {
	case Sleep, interface{ EventName() string }:
		return true
	case Shielded:
		return IsWait(a.Action)
	}
	return false
}

// EventName returns r.Name.
func (r Receive[T]) EventName() string { return r.Name }
