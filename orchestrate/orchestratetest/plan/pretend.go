package plan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// dry is the executor of a dry run.
type dry struct {
	config  Config
	next    executor.Executor
	world   *world
	rec     *recorder
	yielded atomic.Int64
	stopped atomic.Pointer[LimitError]

	mu     sync.Mutex
	ids    int
	random *rand.Rand
}

func newDry(next executor.Executor, c Config) *dry {
	if c.MaxSteps < 0 {
		panic(fmt.Sprintf("plan.DryWith: MaxSteps must be at least 0, got %d", c.MaxSteps))
	}
	if c.MaxSteps == 0 {
		c.MaxSteps = DefaultMaxSteps
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	w := newWorld()
	return &dry{config: c, next: next, world: w, rec: newRecorder(w.clock), random: rand.New(rand.NewPCG(1, 2))}
}

func (d *dry) Execute(ctx context.Context, a actions.Action) (any, error) {
	d.limit(ctx, a)
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, d)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	if actions.IsAside(a) {
		return aside(a), nil
	}
	result, err := d.answer(ctx, a)
	if err != nil && executor.NotDone(err) {
		return result, err
	}
	if interrupted := d.world.wait(ctx, d.duration(a)); interrupted != nil {
		return nil, interrupted
	}
	return result, err
}

// limit exits the goroutine of an orchestration that does not end, and again if a deferred function goes on.
func (d *dry) limit(ctx context.Context, a actions.Action) {
	if d.yielded.Add(1) <= int64(d.config.MaxSteps) {
		return
	}
	d.stopped.CompareAndSwap(nil, &LimitError{d.config.MaxSteps, executor.StepFrom(ctx).Path(), a})
	runtime.Goexit()
}

func (d *dry) duration(a actions.Action) time.Duration {
	if s, ok := a.(actions.Sleep); ok {
		return s.For
	}
	if d.config.Duration == nil {
		return 0
	}
	return d.config.Duration(a)
}

func (d *dry) answer(ctx context.Context, a actions.Action) (any, error) {
	switch a.(type) {
	case actions.Sleep:
		return actions.Void{}, nil
	case actions.Now:
		return d.config.Start.Add(d.world.clock()), nil
	case actions.NewID:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ids++
		return fmt.Sprintf("00000000-0000-4000-8000-%012x", d.ids), nil
	case actions.Random:
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.random.Uint64(), nil
	}
	return d.next.Execute(ctx, a)
}

// aside is the answer to an aside.
func aside(a actions.Action) any {
	if v, ok := a.(actions.Version); ok {
		return v.Max
	}
	return actions.Void{}
}
