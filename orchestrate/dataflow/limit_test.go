package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// gauge counts how many are in it at once.
type gauge struct{ now, most atomic.Int32 }

func (g *gauge) step(name string, d time.Duration) dataflow.Part {
	return dataflow.Step(name, func(ctx context.Context, _ none) (none, error) {
		n := g.now.Add(1)
		defer g.now.Add(-1)
		for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
			continue
		}
		select {
		case <-time.After(d):
			return none{}, nil
		case <-ctx.Done():
			return none{}, ctx.Err()
		}
	})
}

func (g *gauge) steps(prefix string, n int) []dataflow.Part {
	var parts []dataflow.Part
	for i := range n {
		parts = append(parts, g.step(fmt.Sprint(prefix, i), time.Second))
	}
	return parts
}

func TestALimitBoundsHowManyFunctionsAreCalledAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parts func(inner, outer *gauge) []dataflow.Part
		inner int32
		outer int32
		takes time.Duration
	}{
		"of a group": {func(in, _ *gauge) []dataflow.Part {
			return []dataflow.Part{dataflow.Par(append(in.steps("s", 10), dataflow.Limit(3))...)}
		}, 3, 0, 4 * time.Second},
		"of a flow": {func(in, out *gauge) []dataflow.Part {
			return []dataflow.Part{dataflow.Limit(4), dataflow.Par(append(out.steps("t", 2), in.steps("s", 6)...)...)}
		}, 4, 2, 2 * time.Second},
		"of both": {func(in, out *gauge) []dataflow.Part {
			return []dataflow.Part{dataflow.Limit(4), dataflow.Par(
				dataflow.Seq(dataflow.Par(append(in.steps("s", 4), dataflow.Limit(2))...)), dataflow.Par(out.steps("t", 4)...),
			)}
		}, 2, 4, 2 * time.Second},
		"none": {func(in, _ *gauge) []dataflow.Part {
			return []dataflow.Part{dataflow.Par(in.steps("s", 50)...)}
		}, 50, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var inner, outer gauge
				start := time.Now()
				_, err := run(t, nil, c.parts(&inner, &outer)...)
				require.NoError(t, err)
				require.LessOrEqual(t, inner.most.Load(), c.inner)
				require.LessOrEqual(t, outer.most.Load(), max(c.outer, 4))
				require.GreaterOrEqual(t, time.Since(start), c.takes)
				require.LessOrEqual(t, time.Since(start), c.takes+time.Second, "nobody waits for nothing")
			})
		})
	}
}

func TestALimitIsInheritedByTheFlowsWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		inner := build(t, dataflow.Par(g.steps("s", 3)...), dataflow.Limit(3))
		start := time.Now()
		_, err := run(t, nil, dataflow.Par(inner.As("one"), inner.As("two")), dataflow.Limit(2))
		require.NoError(t, err)
		require.Equal(t, int32(2), g.most.Load())
		require.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestEachRunHasPermitsOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		f := build(t, dataflow.Par(g.steps("s", 3)...), dataflow.Limit(1))
		start := time.Now()
		_, err := orchestrate.Run(t.Context(), func(y actions.Yield) ([]values, error) {
			return orchestrate.All(y, f.Orchestration(nil), f.Orchestration(nil), f.Orchestration(nil))
		}, dataflow.Local())
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestAStepThatWaitsForAPermitCanBeCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		f := build(t, dataflow.Par(g.steps("s", 5)...), dataflow.Limit(1), dataflow.CollectErrors())
		start := time.Now()
		_, err := dataflow.Run[values](ctx, f, nil, dataflow.Local())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 1500*time.Millisecond, time.Since(start))
		require.Zero(t, g.now.Load())
	})
}

func TestAStepCanWaitAboveItsPolicies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		f := build(t, dataflow.Par(g.steps("s", 5)...), dataflow.Limit(1))
		below := combinators.Chain(combinators.Timed(1500*time.Millisecond), dataflow.Steps)(executor.NewMux())
		_, err := dataflow.Run[values](t.Context(), f, nil, combinators.Parallelize()(below))
		require.ErrorIs(t, err, context.DeadlineExceeded, "the wait counts")
		_, err = dataflow.Run[values](t.Context(), f, nil, combinators.Parallelize()(dataflow.Limits(below)))
		require.NoError(t, err)
		require.Equal(t, int32(1), g.most.Load())
	})
}

func TestAFlowTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	inner := build(t, dataflow.Par(wants[none]("one"), wants[none]("two")))
	f := build(t, dataflow.Progress(), dataflow.OnMissing(dataflow.Skip), dataflow.VisibilityAll,
		inner.As("inner"), wants[a]("skipped"),
		dataflow.Repeat(inner.As("again"), dataflow.Max(3)),
		dataflow.Dispatch("which", dataflow.By(func(none) int { return 1 }),
			dataflow.Case(1, wants[none]("chosen")), dataflow.Case(2, dataflow.Seq(wants[none]("not"), wants[none]("nor")))),
		wants[none]("last"))
	all := progressOf(t, f)
	require.Len(t, all, 7)
	var done []int64
	for _, p := range all {
		require.Equal(t, int64(8), p.Total)
		done = append(done, p.Done)
	}
	require.Equal(t, []int64{1, 2, 3, 4, 5, 7, 8}, done)
	require.Equal(t, "flow/skipped", all[2].Message)
	require.Equal(t, "flow/again", all[3].Message)
	require.Equal(t, "flow/last", all[6].Message)
}

// progressOf runs a flow and returns what it said of how far it is.
func progressOf(t *testing.T, f *dataflow.Flow) (all []actions.Progress) {
	t.Helper()
	exec := executor.NewMux(executor.OnVoid(func(_ context.Context, p actions.Progress) error {
		all = append(all, p)
		return nil
	})).Else(dataflow.Local())
	_, err := orchestrate.Run(t.Context(), f.Orchestration(nil), inOrder{exec})
	require.NoError(t, err)
	return all
}

func TestStepsThatADispatchLeavesOutAreDone(t *testing.T) {
	t.Parallel()
	all := progressOf(t, build(t, dataflow.Progress(), dataflow.OnMissing(dataflow.Skip), dataflow.VisibilityAll,
		dataflow.Dispatch("which", dataflow.By(func(none) int { return 1 }),
			dataflow.Case(1, wants[a]("skipped")), dataflow.Case(2, dataflow.Seq(wants[none]("not"), wants[none]("nor")))),
		wants[none]("last")))
	last := all[len(all)-1]
	require.Equal(t, int64(4), last.Total)
	require.Equal(t, int64(4), last.Done)
}

func TestALoopOfASequenceCountsAsOneStep(t *testing.T) {
	t.Parallel()
	all := progressOf(t, build(t, dataflow.Progress(), wants[none]("first"),
		dataflow.Repeat(dataflow.Seq(wants[none]("one"), wants[none]("two")), dataflow.Max(3))))
	require.Equal(t, []actions.Progress{
		{Done: 1, Total: 2, Message: "flow/first"},
		{Done: 2, Total: 2, Message: "flow"},
	}, all)
}

// inOrder runs the branches of groups one after the other.
type inOrder struct{ next executor.Executor }

func (e inOrder) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(executor.WithStrands(ctx, strands{}), g, e)
	}
	return e.next.Execute(ctx, a)
}

type strands struct{}

func (strands) ForkJoin(ctx context.Context, n int, branch func(context.Context, int)) {
	for i := range n {
		branch(ctx, i)
	}
}

func (strands) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}

func TestEventsSayWhatHappenedToEachStep(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	inner := build(t, dataflow.Step("bad", func(context.Context, none) (none, error) { return none{}, broken }))
	var events []string
	watch := func(e dataflow.Event) {
		text := e.Kind.String() + " " + e.Path
		if e.Err != nil {
			text += fmt.Sprint(" ", e.Err)
		}
		events = append(events, text)
	}
	f := build(t, gives("good", none{}), inner.As("inner"), wants[none]("never"))
	_, err := dataflow.Run[values](t.Context(), f, nil, dataflow.Local(), watch, nil)
	require.ErrorIs(t, err, broken)
	require.Equal(t, []string{
		"started flow/good", "finished flow/good", "started flow/inner", "started flow/inner/bad",
		"failed flow/inner/bad bad: step 1.0.0.0.0: dataflow.Call: broken",
		"failed flow/inner inner/bad: step 1.0.0.0.0: dataflow.Call: broken",
	}, events)
	require.Equal(t, "unknown", dataflow.EventKind(9).String())
}
