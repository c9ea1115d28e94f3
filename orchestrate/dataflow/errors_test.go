package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

var errBroken = errors.New("broken")

var breaks = dataflow.Step("breaks", func(context.Context, none) (none, error) { return none{}, errBroken })

func TestWhatAWorkflowSaysOfAnErrorIsNotLost(t *testing.T) {
	t.Parallel()
	inner := dataflow.Typed[none, none](build(t, breaks))
	_, err := run(t, nil, dataflow.Workflow("load", func(y actions.Yield, in none) (none, error) {
		_, err := inner(y, in)
		return none{}, fmt.Errorf("the second attempt: %w", err)
	}))
	require.EqualError(t, err, "flow/load: the second attempt: flow/breaks: step 0.0.0.0.0: dataflow.Call: broken")
	require.ErrorIs(t, err, errBroken)

	_, err = run(t, nil, dataflow.Workflow("load", inner))
	require.EqualError(t, err, "flow/load/flow/breaks: step 0.0.0.0.0: dataflow.Call: broken")
}

func TestAnInverseThatFailsIsPartOfTheError(t *testing.T) {
	t.Parallel()
	errStuck := errors.New("stuck")
	type undo struct{ actions.Returns[actions.Void] }
	began := make(chan struct{})
	saga := dataflow.Workflow("saga", func(y actions.Yield, _ none) (none, error) {
		return orchestrate.Saga(y, func(y actions.Yield, u *orchestrate.Undo) (none, error) {
			u.Add(func(y actions.Yield) error { return orchestrate.Tell(y, undo{}) })
			close(began)
			return none{}, orchestrate.Tell(y, actions.Sleep{For: 1 << 60})
		})
	})
	late := dataflow.Step("late", func(context.Context, none) (none, error) {
		<-began
		return none{}, errBroken
	})
	exec := dataflow.Local(executor.OnVoid(func(context.Context, undo) error { return errStuck }))
	_, err := dataflow.Run[values](t.Context(), build(t, dataflow.Par(saga, late)), nil, exec)
	require.ErrorIs(t, err, errBroken)
	require.ErrorIs(t, err, errStuck)
	require.ErrorContains(t, err, "undo: ")
	var where *dataflow.Error
	require.ErrorAs(t, err, &where)
	require.Equal(t, "flow/late", where.Path)
}

func TestAFlowThatFailedMayHaveDoneSomething(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := step("stop", func(none) none { cancel(); return none{} })
	inner := build(t, stop, dataflow.Par(gives("one", none{}), gives("two", none{}), dataflow.CollectErrors()))
	_, err := dataflow.Run[values](ctx, build(t, inner.As("inner")), nil, dataflow.Local())
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, executor.NotDone(err))
}

func TestANameThatNoMemberGivesCannotBeOverwritten(t *testing.T) {
	t.Parallel()
	for _, parts := range [][]dataflow.Part{
		{dataflow.Par(gives("one", a{}), dataflow.Overwrite("A", "Aa"))},
		{dataflow.Par(gives("one", a{}), gives("two", a{})), dataflow.Overwrite("A", "Aa")},
	} {
		_, err := dataflow.New("flow", parts...)
		require.EqualError(t, err, `flow: bad setting: Overwrite: no member of a group gives "Aa"`)
	}
}

func TestOutputsOfAnEmbeddedStructAreOutputs(t *testing.T) {
	t.Parallel()
	type out struct {
		ab

		Other string `flow:"other"`
	}
	got, err := run(t, nil, gives("one", out{ab{1, 2}, "x"}))
	require.NoError(t, err)
	require.Equal(t, values{"A": 1, "B": 2, "other": "x"}, got)
}

// tour is a flow with everything in it.
func tour(t *testing.T) *dataflow.Flow {
	t.Helper()
	inner := build(t, dataflow.VisibilityAll, dataflow.Par(
		step("left", func(in a) b { return b{in.A + 1} }),
		dataflow.Seq(step("right", func(in a) c { return c{in.A + 2} }), step("next", func(in c) c { return c{in.C * 2} })),
	), dataflow.Limit(1))
	return build(t, dataflow.VisibilityAll, dataflow.OnMissing(dataflow.Skip), dataflow.Progress(),
		inner.As("inner"), wants[struct{ Nobody int }]("skipped"),
		dataflow.Repeat(double, dataflow.Max(2), dataflow.FeedBack()),
		dataflow.Dispatch("which", dataflow.By(func(in abc) int { return in.C }),
			dataflow.Case(6, step("six", func(in abc) d { return d{in.A + in.B + in.C} }))))
}

func TestAFlowIsDeterministic(t *testing.T) {
	t.Parallel()
	got, err := orchestratetest.Deterministic(t, tour(t).Orchestration(a{1}), dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"A": 4, "B": 2, "C": 6, "D": 12}, got)
}

func TestAFlowThatFailsIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, f := range []*dataflow.Flow{
		build(t, breaks),
		build(t, dataflow.Par(breaks, dataflow.Limit(1))),
		build(t, build(t, dataflow.Par(breaks, dataflow.CollectErrors())).As("inner")),
	} {
		_, err := orchestratetest.Deterministic(t, f.Orchestration(nil), dataflow.Local())
		require.ErrorContains(t, err, "/breaks: step 0.")
		require.ErrorIs(t, err, errBroken)
	}
}

// TestWhateverTheWorldDoesAFlowIsRightOrFails explores every fault, every crash and every order, within bounds.
func TestWhateverTheWorldDoesAFlowIsRightOrFails(t *testing.T) {
	t.Parallel()
	f := tour(t)
	report := explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
		got, err := explore.Run(s, f.Orchestration(a{1}), dataflow.Steps(executor.NewMux()))
		if err != nil {
			require.ErrorIs(s, err, explore.ErrFault)
			require.ErrorIs(s, err, dataflow.ErrRun)
			return
		}
		require.Equal(s, values{"A": 4, "B": 2, "C": 6, "D": 12}, got)
	})
	t.Log(report)
	require.True(t, report.Exhausted)
}
