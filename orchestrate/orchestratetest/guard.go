package orchestratetest

import (
	"fmt"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/internal/turns"
	"github.com/baton-go/baton/orchestrate"
)

// guard sees to it that each strand of a run yields on its own goroutine.
type guard struct {
	t TB

	mu      sync.Mutex
	over    bool
	foreign bool
}

func guarded[T any](g *guard, flow orchestrate.Orchestration[T]) orchestrate.Orchestration[T] {
	return func(y actions.Yield) (T, error) { return flow(g.strand(y)) }
}

// strand guards the yield of a strand that begins on the calling goroutine.
func (g *guard) strand(y actions.Yield) actions.Yield {
	own := turns.Goroutine()
	return func(a actions.Action) (any, error) {
		if turns.Goroutine() != own && g.tell(a) {
			return nil, fmt.Errorf("%s: %w", actions.Name(a), executor.ErrLent)
		}
		return y(g.branches(a))
	}
}

// branches guards the branches of a group.
func (g *guard) branches(a actions.Action) actions.Action {
	switch a := a.(type) {
	case actions.Shielded:
		return actions.Shielded{Action: g.branches(a.Action)}
	case actions.Group:
		bs := make([]actions.Branch, len(a.Branches))
		for i, b := range a.Branches {
			if bs[i] = b; b.Flow != nil {
				bs[i].Flow = func(y actions.Yield) (any, error) { return b.Flow(g.strand(y)) }
			}
		}
		a.Branches = bs
		return a
	}
	return a
}

// tell fails the test for an action of a foreign goroutine, once, unless the run is over: then its yield says so.
func (g *guard) tell(a actions.Action) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over && !g.foreign {
		g.t.Errorf("the orchestration yields on a goroutine that is not its own: %s\n"+
			"What is to be done side by side is yielded as a group: see All, Together and Select.", show.Action(a))
	}
	g.foreign = g.foreign || !g.over
	return !g.over
}

// ended ends the guarding, and tells whether all was well.
func (g *guard) ended() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	return !g.foreign
}
