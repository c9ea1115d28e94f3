package executor

import (
	"context"

	"github.com/baton-go/baton/actions"
)

// single is a group of one branch that is a single action, as the scope of one action is: nobody to cancel and nobody
// to wait for, so that all it needs is one allocation.
type single struct {
	origin   origin
	scope    scope
	line     lineage
	leaf     step
	outcomes [1]actions.Outcome[any]
}

// runSingle carries out such a group.
func runSingle(ctx context.Context, g *actions.Group, exec Executor) (actions.GroupResult, error) {
	s := &single{}
	s.origin.begin(position(ctx))
	if s.origin.run == nil {
		s.origin = alone(ctx, *g)
	}
	if g.Scope != "" {
		s.scope.name, s.scope.outer = g.Scope, s.origin.scope
		s.origin.scope = &s.scope
	}
	s.line.origin, s.line.ctx, s.line.branch = &s.origin, ctx, eachLeaf
	s.leaf.line, s.leaf.action = &s.line, g.Branches[0].Leaf
	o := &s.outcomes[0]
	s.run(exec, o)
	decided := -1
	switch {
	case g.Mode == actions.Race, g.Mode == actions.All && o.Err != nil, g.Mode == actions.Any && o.Err == nil:
		decided = 0
	}
	if o.Err == nil {
		return actions.GroupResult{Decided: decided, Outcomes: s.outcomes[:]}, nil
	}
	r := &groupRun{group: *g, result: actions.GroupResult{Outcomes: s.outcomes[:]}}
	r.decided.Store(int32(decided))
	return r.outcome()
}

// run carries the action out, and makes an error of a panic. If it exits the goroutine, so does the group.
func (s *single) run(exec Executor, o *actions.Outcome[any]) {
	defer func() {
		if p := recover(); p != nil {
			*o = actions.Outcome[any]{Err: s.leaf.wrap(NewPanicError(p))}
		}
	}()
	result, err := exec.Execute(s.leaf.context(), s.leaf.action)
	if err != nil {
		err = s.leaf.wrap(err)
	}
	o.Value, o.Err = result, err
}
