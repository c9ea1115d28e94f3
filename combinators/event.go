package combinators

import (
	"log/slog"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Event is a fact about the carrying out of an action, one struct per fact, for a [Sink]. Events are not changed once
// they are made, and may be kept.
//
// Packages that carry actions out have facts of their own: a struct that embeds [IsEvent]. Those about durable runs are
// in durable/fact. One that has a method LogLevel() [Level] is logged at that level; others are at Log.Events.
type Event interface {
	event()
	// Name says what happened in a word or two, and never anything that varies: "succeeded", "retry scheduled".
	Name() string
	// LogValue is the fact as a group of attributes. Logs and traces show these, under the names that [Log] lists;
	// "action" is the action's name, "by" the combinator that the event comes from.
	slog.LogValuer
}

// IsEvent makes the struct that embeds it an [Event], once it has a name and a value to be logged.
type IsEvent struct{}

func (IsEvent) event() {}

var _ interface{ event() } = IsEvent{}

// Started says that an action, or a group, is about to be carried out.
type Started struct {
	Action actions.Action
	Step   executor.Step
	At     time.Time
}

// Ended says that an action, or a group, was carried out, well or badly.
type Ended struct {
	// Started is what was told at the beginning: its address is the one that [Sink.Start] was given.
	Started
	// Took is how long it took: it ended at At.Add(Took).
	Took   time.Duration
	Result any
	// Err is the error, if any. A panic is an executor.PanicError, also where it goes on as a panic.
	Err   error
	Class Class
}

// RetryScheduled says that an attempt failed and that the next one follows after Delay.
type RetryScheduled struct {
	Attempt
	Step executor.Step
}

// Refused says that a combinator rejected an action, or another attempt at it, without calling what it wraps.
type Refused struct {
	// By is the name of the combinator, such as "Breaker".
	By     string
	Action actions.Action
	Step   executor.Step
	Err    error
}

// Reused says that a combinator answered an action with the result of another call, without calling what it wraps.
type Reused struct {
	// By is the name of the combinator, such as "Cached".
	By     string
	Action actions.Action
	Step   executor.Step
}

// StateChanged says that the circuit of a breaker changed its state when the action began or ended.
type StateChanged struct {
	StateChange
	Step executor.Step
}

// CallbackPanicked says that a callback of a combinator panicked. The panic went no further.
type CallbackPanicked struct {
	// Callback names the callback, such as "Retry.OnRetry".
	Callback string
	Panic    *executor.PanicError
}

func (*Started) event() {}

func (*Ended) event() {}

func (*RetryScheduled) event() {}

func (*Refused) event() {}

func (*Reused) event() {}

func (*StateChanged) event() {}

func (*CallbackPanicked) event() {}

// Name is "started".
func (*Started) Name() string { return "started" }

// Name is "succeeded", "failed", or for a neutral outcome "ended".
func (e *Ended) Name() string {
	switch e.Class {
	case Success:
		return "succeeded"
	case Failure:
		return "failed"
	case Neutral:
	}
	return "ended"
}

// Name is "retry scheduled".
func (*RetryScheduled) Name() string { return "retry scheduled" }

// Name is "rejected".
func (*Refused) Name() string { return "rejected" }

// Name is "reused".
func (*Reused) Name() string { return "reused" }

// Name is "state changed".
func (*StateChanged) Name() string { return "state changed" }

// Name is "callback panicked".
func (*CallbackPanicked) Name() string { return "callback panicked" }
