package fact

import (
	"context"
	"log/slog"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/store"
)

// Run says which run a fact is about. It is not to be changed.
type Run struct {
	ID, Flow string
	// Version is that of the flow's definition with which the run was started.
	Version string
	Queue   string
	Parent  string
	Labels  map[string]string
	// Life counts how often a process has claimed the run, this time included; it is 0 before the first.
	Life int64
}

// Changed says that a run has come to another status, and that the store has it. The changes that one life of a run
// makes are told in their order; that it is pending is told by whoever starts it, when it may be under way already.
type Changed struct {
	combinators.IsEvent
	Run    Run
	Status store.Status
	// Reason says why the run is blocked, paused or cancelled, or was given back although it had something to do.
	Reason string
	// Err is the error of a run that failed, was cancelled, or is blocked, as its handle returns it.
	Err error
	// Due is when a run that is pending or waiting goes on by itself; zero is when somebody makes it.
	Due time.Time
	// Took is how long a run that has ended took, from when it was first carried out.
	Took time.Duration
}

// Name is "run" and the status.
func (e *Changed) Name() string { return "run " + e.Status.String() }

// LogLevel is debug, and warn of a run that failed or is blocked.
func (e *Changed) LogLevel() combinators.Level {
	if e.Status == store.Failed || e.Status == store.Blocked {
		return combinators.LevelWarn
	}
	return combinators.LevelDebug
}

// LogValue has the run, and what there is to tell of the status.
func (e *Changed) LogValue() slog.Value {
	d := describe(e.Run)
	if e.Reason != "" {
		d = append(d, slog.String("reason", e.Reason))
	}
	if !e.Due.IsZero() {
		d = append(d, slog.Time("due", e.Due))
	}
	if e.Status.Finished() {
		d = append(d, slog.Duration("took", e.Took))
	}
	if e.Status == store.Blocked { // which says no more than the reason
		return d.value()
	}
	return d.failed(e.Err).value()
}

// Imported says that a run was put into the store that was exported from another one. Nothing has happened to it that
// it did not come with, so it is not told as a change; but what happens to it from now on is.
type Imported struct {
	combinators.IsEvent
	Run    Run
	Status store.Status
	// Records is how many records it came with.
	Records int
}

// Name is "run imported".
func (*Imported) Name() string { return "run imported" }

// LogLevel is debug.
func (*Imported) LogLevel() combinators.Level { return combinators.LevelDebug }

// LogValue has the run, its status, and how many records it has.
func (e *Imported) LogValue() slog.Value {
	return append(describe(e.Run), slog.String("status", e.Status.String()), slog.Int("records", e.Records)).value()
}

// LifeBegan says that a process has claimed a run and begins to carry it out: from its first line, to which the journal
// has answers if there were lives before. The status is Running from then on.
type LifeBegan struct {
	combinators.IsEvent
	Run Run
	At  time.Time
	// Records is how many answers there are.
	Records int
	// Links is what sinks have had carried to this life: from whoever started the run, and from the life before. See
	// [Follower].
	Links []map[string]string
}

// Name is "life began".
func (*LifeBegan) Name() string { return "life began" }

// LogLevel is debug.
func (*LifeBegan) LogLevel() combinators.Level { return combinators.LevelDebug }

// LogValue has the run and how many records it has.
func (e *LifeBegan) LogValue() slog.Value {
	return append(describe(e.Run), slog.Int("records", e.Records)).value()
}

// LifeEnded says that a process does not carry a run out any more.
type LifeEnded struct {
	combinators.IsEvent
	// LifeBegan is what was told at the beginning.
	*LifeBegan
	// Status is the one that the run was left with. If it is Running, the life was cut off, and whoever claims the run
	// next carries it on.
	Status store.Status
	// Err is what the run has failed with, why it is blocked, or why the life was cut off.
	Err  error
	Took time.Duration
}

// Name is "life ended".
func (*LifeEnded) Name() string { return "life ended" }

// LogLevel is debug.
func (*LifeEnded) LogLevel() combinators.Level { return combinators.LevelDebug }

// LogValue has the run, the status, and how long it took.
func (e *LifeEnded) LogValue() slog.Value {
	d := append(describe(e.Run), slog.String("status", e.Status.String()), slog.Duration("took", e.Took))
	return d.failed(e.Err).value()
}

// Follower is a sink that follows a run from one life to the next, through whatever processes: a tracer, mostly.
type Follower interface {
	combinators.Sink
	// Begin is told that a life begins, and returns the context to carry the run out under: ctx, or one derived from it.
	// How it ends is told by Observe, under that context.
	Begin(ctx context.Context, e *LifeBegan) context.Context
	// Carry returns what later lives are to know of a context: that of a life, or of whoever starts a run. It is kept
	// with the run, so it is small; nil is nothing.
	Carry(ctx context.Context) map[string]string
}

// OnTrial says that a run is suspected of killing its process, and is carried out to find out. If nothing else is told
// of the process after that, it was this run.
type OnTrial struct {
	combinators.IsEvent
	Run Run
	// Lives is how many lives came to nothing, Trials how many of them were trials.
	Lives, Trials int64
}

// Name is "run on trial".
func (*OnTrial) Name() string { return "run on trial" }

// LogLevel is warn.
func (*OnTrial) LogLevel() combinators.Level { return combinators.LevelWarn }

// LogValue has the run and both counts.
func (e *OnTrial) LogValue() slog.Value {
	return append(describe(e.Run), slog.Int64("lives", e.Lives), slog.Int64("trials", e.Trials)).value()
}

// Vetoed says that a hook does not let a run be carried out.
type Vetoed struct {
	combinators.IsEvent
	Run Run
	Err error
}

// Name is "run vetoed".
func (*Vetoed) Name() string { return "run vetoed" }

// LogLevel is info.
func (*Vetoed) LogLevel() combinators.Level { return combinators.LevelInfo }

// LogValue has the run and the error.
func (e *Vetoed) LogValue() slog.Value { return describe(e.Run).failed(e.Err).value() }

// Retried says that a run could not go on in this life, and is given back to be tried again.
type Retried struct {
	combinators.IsEvent
	Run Run
	Err error
}

// Name is "run tried again".
func (*Retried) Name() string { return "run tried again" }

// LogLevel is warn.
func (*Retried) LogLevel() combinators.Level { return combinators.LevelWarn }

// LogValue has the run and the error.
func (e *Retried) LogValue() slog.Value { return describe(e.Run).failed(e.Err).value() }

// LeaseLost says that a run was stopped in this process, because another one has it, or may have it.
type LeaseLost struct {
	combinators.IsEvent
	Run Run
	Err error
}

// Name is "lease lost".
func (*LeaseLost) Name() string { return "lease lost" }

// LogLevel is warn.
func (*LeaseLost) LogLevel() combinators.Level { return combinators.LevelWarn }

// LogValue has the run and the error.
func (e *LeaseLost) LogValue() slog.Value { return describe(e.Run).failed(e.Err).value() }

// NotDone says that something was left undone about a run that others make up for: a claim, a retry, a sweep.
type NotDone struct {
	combinators.IsEvent
	// Run is the run; without an ID it is none.
	Run Run
	// Operation says what was not done, such as "cancel a child".
	Operation string
	Err       error
	// Level is that of the line in a log.
	Level combinators.Level
}

// Name is "left undone".
func (*NotDone) Name() string { return "left undone" }

// LogLevel is Level.
func (e *NotDone) LogLevel() combinators.Level { return e.Level }

// LogValue has the run, the operation and the error.
func (e *NotDone) LogValue() slog.Value {
	return append(describe(e.Run), slog.String("operation", e.Operation)).failed(e.Err).value()
}
