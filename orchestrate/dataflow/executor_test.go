package dataflow_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestAPolicyCanBePutAroundJustOneStep(t *testing.T) {
	t.Parallel()
	calls := map[string]int{}
	flaky := func(name string) dataflow.Part {
		return dataflow.Step(name, func(context.Context, none) (none, error) {
			if calls[name]++; calls[name] < 3 {
				return none{}, errors.New("not yet")
			}
			return none{}, nil
		})
	}
	again := combinators.Retried(combinators.Retry{})
	exec := combinators.Chain(
		combinators.Parallelize(), executor.System, combinators.Named("two", again), dataflow.Steps,
	)(executor.NewMux())
	_, err := dataflow.Run[values](t.Context(), build(t, flaky("two"), flaky("one")), nil, exec)
	require.ErrorContains(t, err, "flow/one: ")
	require.Equal(t, map[string]int{"one": 1, "two": 3}, calls)
}

func TestAMockAnswersForSteps(t *testing.T) {
	t.Parallel()
	one := step("one", func(in a) b { panic("not in this test") })
	two := step("two", func(in a) c { panic("not in this test") })
	three := step("three", func(in b) d { panic("not in this test") })
	f := build(t, dataflow.VisibilityAll, one, dataflow.Par(two, three), dataflow.Limit(1))
	m := orchestratetest.NewMock(t)
	orchestratetest.On(m, one.Call(a{1})).Return(b{10}).Once()
	orchestratetest.OnMatch(m, two.Is).Return(c{20}).Once()
	orchestratetest.OnType[dataflow.Call[b, d]](m).Return(d{30})
	got, err := dataflow.Run[values](t.Context(), f, a{1}, m)
	require.NoError(t, err)
	require.Equal(t, values{"A": 1, "B": 10, "C": 20, "D": 30}, got)
	require.Equal(t, `0.0.0  dataflow.Call[dataflow_test.a,dataflow_test.b]{Step: "one", Input: dataflow_test.a{A: 1}}`+
		" → dataflow_test.b{B: 10}", m.Trace().Sorted()[0].String(), "whatever its limits are")
}

func TestWhatIsNotAStepsIsPassedOn(t *testing.T) {
	t.Parallel()
	type ask struct{ actions.Returns[int] }
	w := dataflow.Workflow("ask", func(y actions.Yield, _ none) (a, error) {
		n, err := orchestrate.Do(y, ask{})
		return a{n}, err
	})
	exec := dataflow.Local(executor.On(func(context.Context, ask) (int, error) { return 7, nil }))
	out, err := dataflow.Run[a](t.Context(), build(t, w), nil, exec)
	require.NoError(t, err)
	require.Equal(t, a{7}, out)
	_, err = dataflow.Run[a](t.Context(), build(t, w), nil, dataflow.Local())
	var unhandled *executor.UnhandledError
	require.ErrorAs(t, err, &unhandled)
	_, err = exec.Execute(t.Context(), dataflow.Call[a, b]{Step: "one"})
	require.ErrorAs(t, err, &unhandled, "it has no function")
	require.Panics(t, func() { dataflow.Steps(nil) })
	require.Panics(t, func() { dataflow.Limits(nil) })
}

func TestAnExecutorThatAnswersNonsenseIsAnError(t *testing.T) {
	t.Parallel()
	one := step("one", func(a) b { return b{} })
	for name, answer := range map[string]func(actions.Action) (any, error){
		"no group":   func(actions.Action) (any, error) { return 5, nil },
		"no outcome": func(actions.Action) (any, error) { return actions.GroupResult{}, nil },
		"wrong type": orchestrateAnswer("text"),
	} {
		_, err := build(t, one).Orchestration(a{1})(answer)
		require.ErrorIs(t, err, dataflow.ErrStep, name)
	}
	got, err := build(t, one).Orchestration(a{1})(orchestrateAnswer(nil))
	require.NoError(t, err)
	require.Equal(t, values{"B": 0}, got, "nil is zero")
}

// orchestrateAnswer answers the one action in a scope.
func orchestrateAnswer(v any) func(actions.Action) (any, error) {
	return func(actions.Action) (any, error) {
		return actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{{Value: v}}}, nil
	}
}
