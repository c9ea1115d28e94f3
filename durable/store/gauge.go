package store

import (
	"context"
	"time"
)

// Gauge is a store that measures queues without listing their runs.
type Gauge interface {
	// Backlogs measures what waits in queues: the runs that are due and have no lease. It returns those of the queues
	// that are named, or of all if none is, in which something waits, in the order of their names. No more than most runs
	// of each are counted; 0 is no bound.
	Backlogs(ctx context.Context, queues []string, most int) ([]Backlog, error)
}

// Backlog is what waits in a queue.
type Backlog struct {
	Queue string
	Runs  int64
	// Oldest is when the first of the runs became due.
	Oldest time.Time
}
