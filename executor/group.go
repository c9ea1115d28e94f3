package executor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
)

// ErrNoBranches is the error of a group that needs a branch to decide it, and has none.
var ErrNoBranches = errors.New("the group has no branches, so none can succeed")

// errExited is the outcome of a branch that neither returned nor panicked.
var errExited = errors.New("the branch exited its goroutine")

// DecidedError is the cause for which the branches of a group are cancelled when another one has decided it.
type DecidedError struct {
	// Branch is the index of the branch that decided the group.
	Branch int
}

// Error names the branch.
func (e *DecidedError) Error() string { return fmt.Sprintf("branch %d decided the group", e.Branch) }

// Unwrap returns context.Canceled.
func (e *DecidedError) Unwrap() error { return context.Canceled }

// RunGroup carries out the group that ctx was made for: it starts every branch on a strand of its own, with exec as the
// executor of its actions, cancels the rest once the group is decided, and returns when all have ended, always. It is
// the one piece of logic that does, for every executor that carries out groups.
//
// The result is whole in any case; its error is the one that the mode makes of it: the first failure of All, the error
// of the first to finish of Race, all errors joined for Any. A panic in a branch becomes its error, a [PanicError]. If
// a branch exits its goroutine with runtime.Goexit, the others are cancelled, and RunGroup exits too after all have
// ended. RunGroup panics if exec is nil.
func RunGroup(ctx context.Context, g actions.Group, exec Executor) (actions.GroupResult, error) {
	if exec = branchExecutor(ctx, exec); isNil(exec) {
		panic("executor.RunGroup: the executor is nil")
	}
	if err := checkGroup(g); err != nil {
		return actions.GroupResult{Decided: -1}, err
	}
	n := len(g.Branches)
	if n == 1 && g.Branches[0].Leaf != nil {
		return runSingle(ctx, &g, exec)
	}
	r := &groupRun{group: g, exec: exec}
	r.origin.begin(position(ctx))
	if r.origin.run == nil {
		r.origin = alone(ctx, g)
	}
	if g.Scope != "" {
		r.origin.scope = &scope{name: g.Scope, outer: r.origin.scope}
	}
	r.result.Outcomes = make([]actions.Outcome[any], n)
	r.decided.Store(-1)
	if slices.ContainsFunc(g.Branches, func(b actions.Branch) bool { return b.Leaf != nil }) {
		r.leaves = make([]step, n)
	}
	switch n {
	case 0:
	case 1: // nobody to cancel, and nobody to wait for
		r.branch(ctx, 0)
	default:
		strands := strandsFrom(ctx)
		ctx, cancel := strands.WithCancel(ctx)
		defer cancel(context.Canceled)
		r.cancel = cancel
		if a, ok := strands.(arbiter); ok {
			r.mayDecide = func(i int) bool { return a.Decide(ctx, i) }
		}
		if _, ok := strands.(goroutines); ok { // which gives every branch this very context
			r.line = lineage{origin: &r.origin, ctx: ctx, branch: eachLeaf}
		}
		strands.ForkJoin(ctx, n, r.branch)
	}
	if r.exited.Load() {
		runtime.Goexit()
	}
	return r.outcome()
}

func checkGroup(g actions.Group) error {
	if g.Mode > actions.Race {
		return fmt.Errorf("executor: unknown mode of a group: %s", g.Mode)
	}
	if len(g.Branches) == 0 && (g.Mode == actions.Any || g.Mode == actions.Race) {
		return ErrNoBranches
	}
	for i, b := range g.Branches {
		if (b.Leaf == nil) == (b.Flow == nil) {
			return fmt.Errorf("executor: branch %d of a group needs either a Leaf or a Flow", i)
		}
	}
	return nil
}

// alone is the origin of the branches of a group outside a run: the group is step 0 of a run of its own.
func alone(ctx context.Context, g actions.Group) origin {
	o := &origin{run: &run{id: runID(ctx)}, holder: position(ctx).holder}
	return origin{run: o.run, holder: o.holder, parent: &step{line: &lineage{origin: o, ctx: ctx}, action: g}}
}

// groupRun is a group being carried out.
type groupRun struct {
	group  actions.Group
	exec   Executor
	origin origin                  // of the branches
	cancel context.CancelCauseFunc // nil with a single branch
	// mayDecide tells whether the end of a branch may decide the group; nil if the first one does.
	mayDecide func(i int) bool
	leaves    []step  // of the branches that are single actions
	line      lineage // of all leaves, if they have one in common
	result    actions.GroupResult
	decided   atomic.Int32
	exited    atomic.Bool
}

// branch runs branch i and records what comes of it.
func (r *groupRun) branch(ctx context.Context, i int) {
	outcome, err := &r.result.Outcomes[i], errExited
	defer func() {
		if p := recover(); p != nil {
			err = r.panicked(i, p)
		}
		outcome.Err = err
		r.ended(i, err)
	}()
	if b := &r.group.Branches[i]; b.Leaf != nil {
		outcome.Value, err = r.leaf(ctx, i, b.Leaf)
	} else {
		s := &strand{lineage: r.lineage(ctx, i), exec: r.exec}
		defer s.end()
		outcome.Value, err = b.Flow(s.yield)
	}
}

// leaf carries out the single action that branch i is.
func (r *groupRun) leaf(ctx context.Context, i int, a actions.Action) (any, error) {
	at := &r.leaves[i]
	at.action = a
	if r.line.ctx != nil {
		at.line, at.index = &r.line, int32(i)
	} else {
		line := r.lineage(ctx, i)
		at.line = &line
	}
	result, err := r.exec.Execute(at.context(), at.action)
	if err != nil {
		err = at.wrap(err)
	}
	return result, err
}

func (r *groupRun) lineage(ctx context.Context, i int) lineage {
	return lineage{origin: &r.origin, ctx: ctx, branch: int32(i)}
}

// panicked is the error of a branch that panicked: a leaf's says at which step.
func (r *groupRun) panicked(i int, value any) error {
	err := NewPanicError(value)
	if r.group.Branches[i].Leaf == nil {
		return err
	}
	return r.leaves[i].wrap(err)
}

// ended cancels the other branches if the end of branch i decides the group, or the group is left: if the goroutine
// exits, nobody decides anything any more.
func (r *groupRun) ended(i int, err error) {
	if err == errExited { //nolint:errorlint // ours, never wrapped
		r.exited.Store(true)
	} else if !r.decides(i, err) {
		return
	}
	if r.cancel != nil {
		r.cancel(&DecidedError{Branch: i})
	}
}

// decides tells whether the end of branch i decides the group.
func (r *groupRun) decides(i int, err error) bool {
	switch r.group.Mode {
	case actions.All:
		if err == nil {
			return false
		}
	case actions.Any:
		if err != nil {
			return false
		}
	case actions.Race:
	case actions.Settle:
		return false
	}
	return (r.mayDecide == nil || r.mayDecide(i)) && r.decided.CompareAndSwap(-1, int32(i))
}

// failure is the group's error if branch i decides it.
func (r *groupRun) failure(i int) error {
	err := r.result.Outcomes[i].Err
	if err == nil {
		return nil
	}
	return &branchError{branch: i, of: len(r.group.Branches), err: err}
}

// outcome is the result of the group once every branch has ended.
func (r *groupRun) outcome() (actions.GroupResult, error) {
	decided := int(r.decided.Load())
	r.result.Decided = decided
	switch r.group.Mode {
	case actions.All, actions.Race:
		if decided >= 0 {
			return r.result, r.failure(decided)
		}
	case actions.Any:
		if decided < 0 && len(r.group.Branches) > 0 {
			return r.result, newNoneError(r.result.Outcomes)
		}
	case actions.Settle:
	}
	return r.result, nil
}
