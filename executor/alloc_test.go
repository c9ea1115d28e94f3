package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// allocations counts those of one call of step in a run, taken over many.
func allocations(t *testing.T, exec executor.Executor, step func(y actions.Yield)) (n float64) {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (actions.Void, error) {
		n = testing.AllocsPerRun(2000, func() { step(y) })
		return actions.Void{}, nil
	}, exec)
	require.NoError(t, err)
	return n
}

// Tests of allocations count those of the whole process, so they run alone.

func TestDoAllocatesTheActionAlone(t *testing.T) { //nolint:paralleltest // see above
	const one = 1.0 // the boxing
	for name, exec := range map[string]executor.Executor{
		"a mux of ten":                 mux,
		"System":                       executor.System(mux),
		"Parallelize":                  combinators.Parallelize()(executor.System(mux)),
		"an overlay":                   leaf().Else(mux),
		"attempts and permits of ours": holding{mux},
	} {
		n := 0
		require.LessOrEqual(t, allocations(t, exec, func(y actions.Yield) {
			n++
			_, _ = orchestrate.Do(y, a5{X: n, Y: n})
		}), one, name)
	}
}

// holding makes contexts for each action, as policies do.
type holding struct{ next executor.Executor }

func (h holding) Execute(ctx context.Context, a actions.Action) (any, error) {
	ctx = executor.Hold(executor.WithAttempt(ctx, 2), "permit")
	if !executor.Holds(ctx, "permit") || executor.StepFrom(ctx).Attempt() != 2 || executor.StepFrom(ctx).InScope("none") {
		return nil, executor.ErrNotDone
	}
	return h.next.Execute(ctx, a)
}

func TestAnActionThatIsBoxedAlreadyAllocatesNothing(t *testing.T) { //nolint:paralleltest // see above
	var a actions.Action = a5{X: 1, Y: 2}
	require.Zero(t, allocations(t, mux, func(y actions.Yield) { _, _ = y(a) }))
}

func TestAGroupOfLeavesAllocatesForTheGroupAndNotForEachLeaf(t *testing.T) { //nolint:paralleltest // see above
	exec := combinators.Parallelize()(mux)
	group := func(n int) actions.Action {
		g := actions.Group{Branches: make([]actions.Branch, n)}
		for i := range g.Branches {
			g.Branches[i].Leaf = a5{X: i, Y: i}
		}
		return g
	}
	ten, hundred := group(10), group(100)
	require.LessOrEqual(t, allocations(t, exec, func(y actions.Yield) { _, _ = y(ten) }), 10.0)
	require.LessOrEqual(t, allocations(t, exec, func(y actions.Yield) { _, _ = y(hundred) }), 12.0)
}

func TestAllOfTenAllocatesLessThanFourForEach(t *testing.T) { //nolint:paralleltest // see above
	exec := combinators.Parallelize()(mux)
	n := 0
	require.LessOrEqual(t, allocations(t, exec, func(y actions.Yield) {
		n++
		as := make([]a5, 10)
		for i := range as {
			as[i] = a5{X: n, Y: i}
		}
		_, _ = orchestrate.All(y, orchestrate.Each(as...)...)
	}), 37.0)
}
