package plan

import (
	"context"
	"time"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Record runs an orchestration as orchestrate.Run does and returns, beside what that returns, what happened: each step
// with its result, its error and its times by the clock (in a testing/synctest bubble, by that of the bubble). To see
// attempts too, put [Attempts] below what makes them.
//
// Results are kept as they are, not copied. Shielded actions are carried out under context.WithoutCancel.
func Record[T any](
	ctx context.Context, flow orchestrate.Orchestration[T], exec executor.Executor,
) (result T, p *Plan, err error) {
	r := NewRecorder()
	if ctx != nil {
		ctx = withShield(ctx)
	}
	if exec != nil {
		exec = r.Observe(exec)
	}
	result, err = orchestrate.Run(ctx, flow, exec)
	p = r.Plan()
	p.Result, p.Err = result, err
	return result, p, err
}

// Recorder records a run that somebody else runs, by what its executor is asked to do. It is safe for concurrent use.
type Recorder struct{ rec *recorder }

// NewRecorder makes a recorder. Its clock begins now.
func NewRecorder() *Recorder {
	start := time.Now()
	return &Recorder{newRecorder(func() time.Duration { return time.Since(start) })}
}

// Observe returns an executor that does what next does, and is recorded. Above what carries out groups it sees these
// and, if they are carried out by executor.RunGroup, what is inside; below, it sees single actions and infers the rest
// from their paths. Steps that are carried out again have several tries. It panics if next is nil.
//
// Which actions are shielded is known to [Record] only.
func (r *Recorder) Observe(next executor.Executor) executor.Executor {
	if next == nil {
		panic("plan.Recorder.Observe: the next executor is nil")
	}
	return r.rec.observe(next)
}

// Plan is what was recorded so far. What has not ended yet is Unfinished and ends now.
func (r *Recorder) Plan() *Plan { return r.rec.plan() }

// withShield marks the shielded actions of a run.
func withShield(ctx context.Context) context.Context {
	return executor.WithShield(ctx, func(ctx context.Context) context.Context {
		return context.WithValue(context.WithoutCancel(ctx), shieldKey{}, true)
	})
}
