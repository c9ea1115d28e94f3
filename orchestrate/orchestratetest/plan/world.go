package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/internal/turns"
)

// world is where a dry run happens: it has a clock of its own, and lets one strand run at a time, so that a run is the
// same every time. When all strands wait, the one goes on whose wait ends first; of several, the one that has waited
// longest. It is a discrete-event simulation whose events are the ends of actions.
type world struct {
	host *turns.Host

	mu    sync.Mutex
	now   time.Duration
	waits int
}

// wait is what a strand waits for.
type wait struct {
	until time.Duration
	turn  int
}

func newWorld() *world {
	w := &world{}
	w.host = turns.New(w.next)
	return w
}

// run calls f as the first strand. Without a context f says so itself.
func (w *world) run(ctx context.Context, f func(ctx context.Context)) {
	if ctx == nil {
		f(nil)
		return
	}
	w.host.Run(withShield(ctx), f)
}

// clock is the time since the beginning of the run.
func (w *world) clock() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// wait lets time pass for the strand that calls it. It ends early, with an error, when ctx does.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.waits++
	self := wait{later(w.now, d), w.waits}
	w.mu.Unlock()
	if err := w.host.Park(ctx, self); err != nil {
		return err
	}
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// next chooses the strand that goes on: at once if its context has ended, else when its wait ends.
func (w *world) next(parked []*turns.Parked) *turns.Parked {
	w.mu.Lock()
	defer w.mu.Unlock()
	turn := func(p *turns.Parked) (time.Duration, int) {
		self := p.Value.(wait)
		if p.Context.Err() != nil {
			return w.now, self.turn
		}
		return self.until, self.turn
	}
	first := slices.MinFunc(parked, func(a, b *turns.Parked) int {
		untilA, turnA := turn(a)
		untilB, turnB := turn(b)
		return cmp.Or(cmp.Compare(untilA, untilB), cmp.Compare(turnA, turnB))
	})
	w.now, _ = turn(first)
	return first
}

// later adds a duration, up to the end of time.
func later(at, d time.Duration) time.Duration {
	if d = max(d, 0); at > math.MaxInt64-d {
		return math.MaxInt64
	}
	return at + d
}
