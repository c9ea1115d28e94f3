package file

import (
	"context"
	"slices"
	"sync"
)

// turns makes the changes to the store one batch after the other. Whoever has the turn makes the changes of all who
// wait, so that they share one write to the disk; one who is alone waits for nobody.
type turns struct {
	turn    chan struct{}
	mu      sync.Mutex
	waiting []*call
}

// call is a change that somebody waits for.
type call struct {
	make func(*transaction) error
	ctx  context.Context //nolint:containedctx // it is that of the caller, who waits
	err  error
	done chan struct{}
}

func newTurns() turns { return turns{turn: make(chan struct{}, 1)} }

// most is how many changes share a write.
const most = 256

// do has a change made, by the caller or by another one. The batch is made by f, which sets the errors.
func (t *turns) do(ctx context.Context, change func(*transaction) error, f func([]*call)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{make: change, ctx: ctx, done: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	t.mu.Unlock()
	for {
		select {
		case <-c.done:
			return c.err
		case t.turn <- struct{}{}:
			t.next(f)
			<-t.turn
		case <-ctx.Done():
			if t.withdraw(c) {
				return context.Cause(ctx)
			}
			<-c.done
			return c.err
		}
	}
}

// next makes a batch of those who wait.
func (t *turns) next(f func([]*call)) {
	t.mu.Lock()
	n := min(len(t.waiting), most)
	batch := slices.Clone(t.waiting[:n])
	t.waiting = slices.Delete(t.waiting, 0, n)
	t.mu.Unlock()
	if n == 0 {
		return
	}
	defer func() {
		for _, c := range batch {
			close(c.done)
		}
	}()
	f(batch)
}

// withdraw takes a call back, unless it is being made.
func (t *turns) withdraw(c *call) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(t.waiting, c)
	if at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
	}
	return at >= 0
}
