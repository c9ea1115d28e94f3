package fact

import (
	"log/slog"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/store"
)

// Measured says what waits in the queues of the store. A runtime measures them when it sweeps.
type Measured struct {
	combinators.IsEvent
	At time.Time
	// Queues are those in which runs wait. Those that the runtime serves by their names, and those in which runs waited
	// when it measured last, are there also if none waits. The empty name is that of all runs that are in no other queue.
	Queues []store.Backlog
}

// Name is "queues measured".
func (*Measured) Name() string { return "queues measured" }

// LogLevel is off.
func (*Measured) LogLevel() combinators.Level { return combinators.LevelOff }

// LogValue has how many runs wait in each queue.
func (e *Measured) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(e.Queues))
	for _, q := range e.Queues {
		attrs = append(attrs, slog.Int64(q.Queue, q.Runs))
	}
	return slog.GroupValue(slog.Attr{Key: "runs", Value: slog.GroupValue(attrs...)})
}

// Refused says that runs were not started, because their queue is full.
type Refused struct {
	combinators.IsEvent
	Queue string
	// Runs is how many were to be started, Depth how many wait in the queue, or more, Limit how many may.
	Runs, Depth, Limit int
}

// Name is "queue full".
func (*Refused) Name() string { return "queue full" }

// LogLevel is debug: whoever was to start them has the error.
func (*Refused) LogLevel() combinators.Level { return combinators.LevelDebug }

// LogValue has the queue and the counts.
func (e *Refused) LogValue() slog.Value {
	return slog.GroupValue(slog.String("queue", e.Queue), slog.Int("runs", e.Runs), slog.Int("depth", e.Depth),
		slog.Int("limit", e.Limit))
}
