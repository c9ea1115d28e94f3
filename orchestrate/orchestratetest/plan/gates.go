package plan

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// Only is the gate that approves of actions that equal one of those given, however often.
func Only(as ...actions.Action) Gate {
	as = slices.Clone(as)
	return func(_ context.Context, a actions.Action) error {
		if slices.ContainsFunc(as, func(other actions.Action) bool { return show.Equal(other, a) }) {
			return nil
		}
		return errors.New("it is not one of the approved actions" + nearest(as, a))
	}
}

// Allow is the gate that approves of actions of type A, which may be an interface, whatever their fields say.
func Allow[A any]() Gate {
	return func(_ context.Context, a actions.Action) error {
		if _, ok := a.(A); ok {
			return nil
		}
		return fmt.Errorf("it is no %s", show.Type(reflect.TypeFor[A]()))
	}
}

// Either is the gate that approves of what one of the gates does, which are asked in turn until one does. Its reason
// against is that of the first. It panics without a gate.
func Either(first Gate, others ...Gate) Gate {
	if first == nil || slices.ContainsFunc(others, func(g Gate) bool { return g == nil }) {
		panic("plan.Either: a gate is nil")
	}
	others = slices.Clone(others)
	return func(ctx context.Context, a actions.Action) error {
		reason := first(ctx, a)
		if reason == nil || slices.ContainsFunc(others, func(g Gate) bool { return g(ctx, a) == nil }) {
			return nil
		}
		return reason
	}
}

// Gate is the gate that approves of what is in the plan: each single action as often as the plan has it, at whatever
// step. So what was planned and shown is done, or nothing: plan with answers like the real ones, because what comes of
// [Symbolic] ones is never asked for. The inverses that are to run when something fails are not in a plan in which
// nothing does: add them, as in Either(p.Gate(), Allow[Release]()). A gate is for one run; take another for the next.
func (p *Plan) Gate() Gate {
	var planned []actions.Action
	p.count(func(s Step, _ string, _ int) { planned = append(planned, s.Action) })
	var mu sync.Mutex
	return func(_ context.Context, a actions.Action) error {
		mu.Lock()
		defer mu.Unlock()
		i := slices.IndexFunc(planned, func(other actions.Action) bool { return show.Equal(other, a) })
		if i < 0 {
			return errors.New("it is not in the plan, or no more" + nearest(planned, a))
		}
		planned = slices.Delete(planned, i, i+1)
		return nil
	}
}

// nearest says what differs from the action of the same name that differs least.
func nearest(as []actions.Action, a actions.Action) string {
	var best []string
	name := actions.Name(a)
	for _, other := range as {
		if actions.Name(other) != name {
			continue
		}
		if diff := show.Diff(other, a); best == nil || len(diff) < len(best) {
			best = diff
		}
	}
	if len(best) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", strings.Join(best, "; "))
}
