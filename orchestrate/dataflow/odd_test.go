package dataflow_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

func TestAFunctionThatDecidesMayPanic(t *testing.T) {
	t.Parallel()
	for path, node := range map[string]dataflow.Part{
		"flow/d": dataflow.Dispatch("d", dataflow.By(func(none) int { panic("ouch") }), dataflow.Case(1, wants[none]("s"))),
		"flow/s": dataflow.Repeat(gives("s", a{}), dataflow.Until(func(a) bool { panic("ouch") })),
	} {
		_, err := run(t, nil, node)
		require.EqualError(t, err, path+": panic: ouch")
		require.ErrorIs(t, err, dataflow.ErrRun)
		var panicked *executor.PanicError
		require.ErrorAs(t, err, &panicked)
		require.Contains(t, string(panicked.Stack), "TestAFunctionThatDecidesMayPanic")
	}
}

func TestAKeyThatCannotBeComparedIsAnError(t *testing.T) {
	t.Parallel()
	const text = "flow/d: dispatch: the key []int{1} cannot be compared: it must be of a type that == works for"
	one := func(none) any { return 1 }
	for _, node := range []dataflow.Part{
		dataflow.Dispatch("d", dataflow.By(one), dataflow.Case[any]([]int{1}, wants[none]("s"))),
		dataflow.Dispatch("d", dataflow.Fixed[any]([]int{1}), dataflow.Case[any](1, wants[none]("s"))),
	} {
		_, err := dataflow.New("flow", node)
		require.EqualError(t, err, text)
		require.ErrorIs(t, err, dataflow.ErrDefinition)
	}
	_, err := run(t, nil, dataflow.Dispatch("d", dataflow.By(func(none) any { return []int{1} }),
		dataflow.Case[any](1, wants[none]("s")), dataflow.Otherwise[any](wants[none]("t"))))
	require.EqualError(t, err, text)
	require.ErrorIs(t, err, dataflow.ErrRun)
	got, err := run(t, nil, dataflow.Dispatch("d", dataflow.By(func(none) any { return nil }),
		dataflow.Case[any](nil, gives("s", a{5}))))
	require.NoError(t, err)
	require.Equal(t, values{"A": 5}, got)
}

func TestWhatIsNilOrZeroIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	var (
		noStep *dataflow.Func[a, b]
		noFlow *dataflow.Flow
	)
	for _, node := range []dataflow.Part{&dataflow.Func[a, b]{}, noStep.As("s"), noFlow.As("s"), dataflow.Map(noStep)} {
		_, err := dataflow.New("flow", node, nil)
		require.ErrorIs(t, err, dataflow.ErrNotCallable)
	}
	_, err := orchestrate.Run(t.Context(), noFlow.Orchestration(nil), dataflow.Local())
	require.EqualError(t, err, "dataflow: not callable: the flow is nil")
}

func TestAnInputMayBeAPointer(t *testing.T) {
	t.Parallel()
	f := build(t, step("s", func(in a) b { return b{in.A} }))
	out, err := orchestrate.Run(t.Context(), orchestrate.Bind(dataflow.Typed[*a, b](f), &a{7}), dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, b{7}, out)
	_, err = orchestrate.Run(t.Context(), orchestrate.Bind(dataflow.Typed[*a, b](f), nil), dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrBadFunction)
	require.Panics(t, func() { dataflow.Typed[*b, b](f) })
	_, err = dataflow.Run[values](t.Context(), f, map[string]int{"A": 1}, dataflow.Local())
	require.EqualError(t, err, "flow: bad function: the input is of type map[string]int, and must be a struct with "+
		"exported fields, a pointer to one, or dataflow.Values: it has no names")
}

func TestAStepThatNobodyCarriesOutSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := step("s", func(in a) b { return b{in.A} })
	_, err := dataflow.Run[b](t.Context(), build(t, s), a{1}, combinators.Parallelize()(executor.NewMux()))
	require.ErrorContains(t, err, "no handler for dataflow.Call: put dataflow.Steps into the executor, above the mux")
	_, err = dataflow.Local().Execute(t.Context(), dataflow.Call[a, b]{Step: "s"})
	require.EqualError(t, err, `no handler for dataflow.Call: the call of "s" was decoded or made by hand, and has no `+
		"function: yield what Step's Call makes")
}

func TestWhatUntilLacksIsToldWithWhatThereIs(t *testing.T) {
	t.Parallel()
	type perhaps struct {
		A int `flow:",optional"`
		B int
	}
	_, err := run(t, nil, dataflow.Map(
		dataflow.Repeat(gives("s", perhaps{B: 1}), dataflow.Until(func(a) bool { return true })), dataflow.Out{"B": "C"}))
	require.EqualError(t, err, `flow/s: missing input: "A" is not visible here: "B" is; did you mean "B"?`)
}

// TestMomentsAreMergedWhereverTheyAre merges what a journal gives back with what was not recorded yet: the same moment
// without its place and its monotonic clock.
func TestMomentsAreMergedWhereverTheyAre(t *testing.T) {
	t.Parallel()
	type at struct{ When []time.Time }
	now := time.Now()
	got, err := run(t, nil, dataflow.Par(
		gives("one", struct{ V at }{at{[]time.Time{now}}}),
		gives("two", struct{ V at }{at{[]time.Time{now.Round(0).UTC()}}})))
	require.NoError(t, err)
	require.True(t, now.Equal(got["V"].(at).When[0]))
	type calls struct{ F func() }
	same := func() {}
	_, err = run(t, nil, dataflow.Par(gives("one", calls{same}), gives("two", calls{same})))
	require.ErrorIs(t, err, dataflow.ErrMerge, "nobody can compare functions")
}

// TestAFunctionThatExitsEndsTheRunAndNothingIsLeft exits the goroutine of a step, as t.FailNow does.
func TestAFunctionThatExitsEndsTheRunAndNothingIsLeft(t *testing.T) {
	t.Parallel()
	for name, exits := range map[string]func(began chan struct{}) dataflow.Part{
		"a step": func(began chan struct{}) dataflow.Part {
			return step("exits", func(none) none { <-began; runtime.Goexit(); return none{} })
		},
		"a workflow": func(began chan struct{}) dataflow.Part {
			return dataflow.Workflow("exits", func(actions.Yield, none) (none, error) {
				<-began
				runtime.Goexit()
				return none{}, nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, over := make(chan struct{}), make(chan struct{})
			ended, returned := false, false
			f := build(t, dataflow.Limit(2), dataflow.Par(
				dataflow.Step("waits", func(ctx context.Context, _ none) (none, error) {
					close(began)
					<-ctx.Done()
					ended = true
					return none{}, ctx.Err()
				}), exits(began)))
			go func() {
				defer close(over)
				_, _ = dataflow.Run[values](context.Background(), f, nil, dataflow.Local())
				returned = true
			}()
			<-over
			require.False(t, returned)
			require.True(t, ended, "it was joined")
		})
	}
}
