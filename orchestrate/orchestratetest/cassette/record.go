package cassette

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/turns"
)

// Recorder is an executor that records what another one does. It is safe for concurrent use.
//
// It belongs outside everything, in place of what carries out groups: then the tape has all that a run depends on,
// sleeps, clocks and the order in which branches were answered included, and a replay needs nothing and no time. It
// carries groups out itself. In the place of the handlers below other layers it works too, but then those layers run in
// the replay as well, and in a race the replay answers a branch that had lost only once it is cancelled. Record one
// run: with a second one, nothing is written.
type Recorder struct {
	exec   executor.Executor
	writer writer

	mu       sync.Mutex
	tape     *tape
	run      any  // the token of the run
	again    bool // there was another one
	problems []error
}

// Record makes a recorder of exec. It panics if exec is nil, or if two kinds of errors have one name.
func Record(exec executor.Executor, c Config) *Recorder {
	if exec == nil {
		panic("cassette.Record: the executor is nil")
	}
	return &Recorder{
		exec: exec, writer: newWriter(c),
		tape: &tape{Format: format, Workflow: c.Workflow, Calls: []*call{}},
	}
}

// Execute has the action carried out, and records it. Redaction does not change what the caller is told.
func (r *Recorder) Execute(ctx context.Context, a actions.Action) (result any, err error) {
	switch a := a.(type) {
	case actions.Group:
		return r.group(ctx, a)
	case actions.Log, actions.Progress, actions.Publish: // nothing depends on them
		return r.exec.Execute(ctx, a)
	}
	c, problem := r.writer.call(ctx, a)
	if problem != nil {
		return nil, r.problem(c, problem)
	}
	r.checkRun(ctx, c)
	beside(ctx, func(ctx context.Context) {
		defer func() {
			if p := recover(); p != nil {
				result, err = nil, executor.NewPanicError(p)
			}
			c.Late = ctx.Err() != nil
		}()
		result, err = r.exec.Execute(ctx, a)
	})
	r.ended(ctx, c, a, result, err)
	return result, err
}

// Unwrap returns the executor that is recorded.
func (r *Recorder) Unwrap() executor.Executor { return r.exec }

// String names the layer.
func (r *Recorder) String() string { return "Record" }

// Save writes the cassette, as a whole or not at all. It writes none if a call could not be recorded: the error says
// which and why.
func (r *Recorder) Save(file string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.problems) > 0 {
		return fmt.Errorf("cassette %s is not written: %w", file, errors.Join(r.problems...))
	}
	if err := r.tape.write(file); err != nil {
		return fmt.Errorf("cassette %s: %w", file, err)
	}
	return nil
}

func (r *Recorder) ended(ctx context.Context, c *call, a actions.Action, result any, err error) {
	problem := r.writer.outcome(c, a, result, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if problem != nil {
		r.problems = append(r.problems, problem)
	}
	r.tape.Calls = append(r.tape.Calls, c)
	if o, ok := ctx.Value(orderKey{}).(*order); ok {
		o.ended = append(o.ended, c)
	}
}

// checkRun sees to it that nothing is written if there is a second run, whose steps are those of the first.
func (r *Recorder) checkRun(ctx context.Context, c *call) {
	token := executor.StepFrom(ctx).RunToken()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.run == nil {
		r.run = token
	}
	if token != nil && token != r.run && !r.again {
		r.again = true
		r.problems = append(r.problems, fmt.Errorf("%s belongs to a second run, and a cassette is of one", c))
	}
}

func (r *Recorder) problem(c *call, err error) error {
	err = fmt.Errorf("%s: %w", c.at(), err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, err)
	return err
}

// order is that in which the calls in a group ended, those of groups in it included. It counts if a group was decided
// before all of its branches had ended: else branches, which have nothing in common, cannot tell.
type order struct {
	ended  []*call
	counts bool
}

// write writes the order into the call of the group, if it matters and is not that of the steps.
func (o *order) write(group *call) {
	if !o.counts || slices.IsSortedFunc(o.ended, compareSteps) {
		return
	}
	for _, e := range o.ended {
		group.Order = append(group.Order, e.key())
	}
}

type orderKey struct{}

// group carries a group out. The strands of the outermost one take turns: while an action is carried out, its strand
// waits, and those whose actions have ended go on one by one. This is the order that a replay repeats.
func (r *Recorder) group(ctx context.Context, g actions.Group) (result any, err error) {
	c, _ := r.writer.call(ctx, g) // it has no fields
	r.mu.Lock()
	r.tape.Calls = append(r.tape.Calls, c)
	r.mu.Unlock()
	if turns.HostOf(ctx) != nil {
		return r.branches(ctx, g)
	}
	o := &order{}
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		o.write(c)
	}()
	host := turns.New(nil) // nobody parks
	host.Run(context.WithValue(ctx, orderKey{}, o), func(ctx context.Context) {
		result, err = r.branches(ctx, g)
	})
	return result, err
}

func (r *Recorder) branches(ctx context.Context, g actions.Group) (any, error) {
	result, err := executor.RunGroup(ctx, g, r)
	if o, ok := ctx.Value(orderKey{}).(*order); ok && result.Decided >= 0 && len(g.Branches) > 1 {
		r.mu.Lock()
		defer r.mu.Unlock()
		o.counts = true
	}
	return result, err
}

// beside has something done while the strand waits, if it is one that takes turns.
func beside(ctx context.Context, f func(ctx context.Context)) {
	if host := turns.HostOf(ctx); host != nil {
		host.Beside(ctx, f)
		return
	}
	f(ctx)
}
