package plan

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// Config says how a dry run goes. The zero value is ready for use.
type Config struct {
	// Name is the plan's.
	Name string
	// Duration says how long a single action takes. Nil, or what is not positive: no time. A Sleep takes its own, an
	// aside none, and neither does an action of which the executor's error says that it was not done.
	Duration func(a actions.Action) time.Duration
	// MaxSteps is how many actions the run may yield, groups and asides included. 0: 10,000.
	MaxSteps int
	// Start is what Now answers at the beginning. The zero time: midnight UTC of January 1, 2000.
	Start time.Time
}

// DefaultMaxSteps is the bound of a dry run that sets none.
const DefaultMaxSteps = 10_000

// LimitError says that a dry run was stopped because its orchestration yielded more actions than it may.
type LimitError struct {
	// Max is how many it may yield.
	Max int
	// Path and Action are those of the action that was one too many.
	Path   string
	Action actions.Action
}

// Error tells the bound, and the action at which the run was stopped.
func (e *LimitError) Error() string {
	return fmt.Sprintf("plan: the orchestration had not ended after %d actions; stopped at step %s: %s",
		e.Max, e.Path, show.Action(e.Action))
}

// Dry runs an orchestration to see what it would do: exec answers its single actions, and is best one that only
// pretends, such as [Symbolic], [Zero] or a mux of [Sample]s. Groups, waits and the other standard actions but Receive
// are carried out by the run itself, in a time of its own that passes without waiting: a sleep of 30 days is over at
// once, and [DryWith] says how long other actions take. One strand of the run is active at a time, and the plan is the
// same every time if exec answers so.
//
// What goes wrong is the plan's Err: also a [LimitError] if the orchestration does not end, which is then stopped by
// runtime.Goexit where it stands. An orchestration, or an executor, that exits its goroutine by itself exits that of
// Dry too.
func Dry[T any](ctx context.Context, flow orchestrate.Orchestration[T], exec executor.Executor) *Plan {
	return DryWith(ctx, flow, exec, Config{})
}

// DryWith is [Dry] with a configuration. It panics if MaxSteps is negative.
func DryWith[T any](
	ctx context.Context, flow orchestrate.Orchestration[T], exec executor.Executor, c Config,
) *Plan {
	d := newDry(exec, c)
	var host executor.Executor // nil without one, which Run refuses
	if exec != nil {
		host = d.rec.observe(d)
	}
	var result T
	var err error
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.world.run(ctx, func(ctx context.Context) { result, err = orchestrate.Run(ctx, flow, host) })
		returned = true
	}()
	<-done
	p := d.rec.plan()
	p.Name = c.Name
	switch stopped := d.stopped.Load(); {
	case stopped != nil:
		p.Err = stopped
	case !returned:
		runtime.Goexit()
	default:
		p.Result, p.Err = result, err
	}
	return p
}
