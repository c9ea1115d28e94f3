package sqlite

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// gate lets one write of this process through at a time, in the order in which they came. SQLite has one writer in any
// case; but whoever finds its lock taken sleeps and looks again, which is slow, unfair, and deaf to a context.
type gate struct {
	slot    chan struct{}
	patient time.Duration
	turns   atomic.Int64 // that have ended
}

func newGate(patient time.Duration) *gate {
	return &gate{slot: make(chan struct{}, 1), patient: patient}
}

// pass waits until nobody else is in the gate, unless somebody stays there for too long. To wait while others take
// their turns is no failure.
func (g *gate) pass(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return ended(ctx)
	}
	select {
	case g.slot <- struct{}{}:
		return nil
	default:
	}
	t := time.NewTimer(g.patient)
	defer t.Stop()
	for turn := g.turns.Load(); ; {
		select {
		case g.slot <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ended(ctx)
		case <-t.C:
			now := g.turns.Load()
			if now == turn {
				return fmt.Errorf("a transaction of this process has had the database locked for %s", g.patient)
			}
			turn = now
			t.Reset(g.patient)
		}
	}
}

func (g *gate) leave() {
	g.turns.Add(1)
	<-g.slot
}

// turns are as many as may do something at the same time.
type turns chan struct{}

// take waits until fewer do it.
func (t turns) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}

func (t turns) give() { <-t }
