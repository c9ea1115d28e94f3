package fact

import (
	"log/slog"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/store"
)

// Claimed says that a runtime has asked the store for runs that are due, and how many it got.
type Claimed struct {
	combinators.IsEvent
	Runs int
	Took time.Duration
}

// Name is "claimed".
func (*Claimed) Name() string { return "claimed" }

// LogLevel is off.
func (*Claimed) LogLevel() combinators.Level { return combinators.LevelOff }

// LogValue has how many, and how long it took.
func (e *Claimed) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("runs", e.Runs), slog.Duration("took", e.Took))
}

// Committed says that the store has committed a transaction with what runs had to write, of one run or of many.
type Committed struct {
	combinators.IsEvent
	// Writes is how many writes it was given, of as many runs, Refused how many of them it did not make because a run was
	// somebody else's, or another one, by then. Records is how many records were in all of them.
	Writes, Refused, Records int
	Took                     time.Duration
}

// Name is "committed".
func (*Committed) Name() string { return "committed" }

// LogLevel is off.
func (*Committed) LogLevel() combinators.Level { return combinators.LevelOff }

// LogValue has the counts, and how long it took.
func (e *Committed) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("writes", e.Writes), slog.Int("refused", e.Refused), slog.Int("records", e.Records),
		slog.Duration("took", e.Took))
}

// StoreFailed says that the store has failed to do what it was asked, and is asked again.
type StoreFailed struct {
	combinators.IsEvent
	// Operation is the method that failed, in lower case, such as "commit".
	Operation string
	Err       error
	// For is how long it has been failing.
	For time.Duration
	// Silent says that it was told with another failure, less than 30 seconds ago, that the store fails.
	Silent bool
}

// Name is "store failed".
func (*StoreFailed) Name() string { return "store failed" }

// LogLevel is warn, or off if the failure is silent.
func (e *StoreFailed) LogLevel() combinators.Level {
	if e.Silent {
		return combinators.LevelOff
	}
	return combinators.LevelWarn
}

// LogValue has the operation, the error, and for how long.
func (e *StoreFailed) LogValue() slog.Value {
	d := description{slog.String("operation", e.Operation), slog.Duration("for", e.For)}
	return d.failed(e.Err).value()
}

// StoreAnswers says that the store answers again.
type StoreAnswers struct {
	combinators.IsEvent
	After time.Duration
}

// Name is "store answers again".
func (*StoreAnswers) Name() string { return "store answers again" }

// LogLevel is info.
func (*StoreAnswers) LogLevel() combinators.Level { return combinators.LevelInfo }

// LogValue has how long it failed.
func (e *StoreAnswers) LogValue() slog.Value { return slog.GroupValue(slog.Duration("after", e.After)) }

// Swept says that runs were deleted that had expired.
type Swept struct {
	combinators.IsEvent
	Runs int
}

// Name is "swept".
func (*Swept) Name() string { return "swept" }

// LogLevel is debug.
func (*Swept) LogLevel() combinators.Level { return combinators.LevelDebug }

// LogValue has how many.
func (e *Swept) LogValue() slog.Value { return slog.GroupValue(slog.Int("runs", e.Runs)) }

// Unknown says that there are runs of flows that the runtime was not given.
type Unknown struct {
	combinators.IsEvent
	// Runs counts them by their flows.
	Runs map[string]int
	// All is false if there may be more.
	All bool
}

// Name is "runs of unknown flows".
func (*Unknown) Name() string { return "runs of unknown flows" }

// LogLevel is warn.
func (*Unknown) LogLevel() combinators.Level { return combinators.LevelWarn }

// LogValue has the counts.
func (e *Unknown) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("runs", e.Runs), slog.Bool("all", e.All))
}

// Counted says how many runs there are in the store that have not ended. A runtime counts them when it sweeps.
type Counted struct {
	combinators.IsEvent
	// Runs counts them by status.
	Runs map[store.Status]int64
}

// Name is "counted".
func (*Counted) Name() string { return "counted" }

// LogLevel is off.
func (*Counted) LogLevel() combinators.Level { return combinators.LevelOff }

// LogValue has the counts.
func (e *Counted) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(e.Runs))
	for s := store.Pending; s <= store.Paused; s++ {
		if n, ok := e.Runs[s]; ok {
			attrs = append(attrs, slog.Int64(s.String(), n))
		}
	}
	return slog.GroupValue(attrs...)
}
