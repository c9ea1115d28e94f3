package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestWhatAStepSeesDependsOnTheVisibility(t *testing.T) {
	t.Parallel()
	type seen struct {
		A int `flow:",default=-1"`
		B int `flow:",default=-1"`
		C int `flow:",default=-1"`
	}
	for _, c := range []struct {
		vis  dataflow.Visibility
		want []seen // by each of three steps, of which the first gives B, the second A and C
		left values
	}{
		{dataflow.VisibilityNone, []seen{{1, -1, -1}, {-1, 2, -1}, {3, -1, 4}}, values{}},
		{dataflow.VisibilityInitial, []seen{{1, -1, -1}, {1, 2, -1}, {3, -1, 4}}, values{"A": 1}},
		{dataflow.VisibilityAll, []seen{{1, -1, -1}, {1, 2, -1}, {3, 2, 4}}, values{"A": 3, "B": 2, "C": 4}},
	} {
		t.Run(c.vis.String(), func(t *testing.T) {
			t.Parallel()
			var got []seen
			see := func(s seen) { got = append(got, s) }
			left, err := run(t, a{1}, c.vis,
				step("one", func(s seen) b { see(s); return b{2} }),
				step("two", func(s seen) struct{ A, C int } { see(s); return struct{ A, C int }{3, 4} }),
				step("three", func(s seen) none { see(s); return none{} }))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, c.left, left)
		})
	}
}

func TestWhatNoStepKnowsStaysVisibleToo(t *testing.T) {
	t.Parallel()
	for vis, want := range map[dataflow.Visibility]values{
		dataflow.VisibilityNone: {"B": 2}, dataflow.VisibilityInitial: {"A": 1, "B": 2, "X": 9},
		dataflow.VisibilityAll: {"A": 1, "B": 2, "X": 9},
	} {
		f := build(t, vis, step("one", func(in a) b { return b{2 * in.A} }))
		for _, in := range []any{values{"A": 1, "X": 9}, map[string]any{"A": 1, "X": 9}, struct{ A, X int }{1, 9}} {
			got, err := dataflow.Run[values](t.Context(), f, in, dataflow.Local())
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func TestAResultIsTyped(t *testing.T) {
	t.Parallel()
	f := build(t, step("one", func(in a) ab { return ab{in.A, 2} }))
	out, err := dataflow.Run[ab](t.Context(), f, a{1}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, ab{1, 2}, out)
	some, err := dataflow.Run[struct {
		B int
		C string `flow:",default=none"`
		D string `flow:",optional"`
	}](t.Context(), f, a{1}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, 2, some.B)
	require.Equal(t, "none", some.C)
	loose, err := dataflow.Run[map[string]any](t.Context(), f, a{1}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, map[string]any{"A": 1, "B": 2}, loose)
	_, err = dataflow.Run[abc](t.Context(), f, a{1}, dataflow.Local())
	require.EqualError(t, err, `flow: missing input: "C" is not visible here: "A", "B" are; did you mean "A"?`)
	_, err = dataflow.Run[struct{ A string }](t.Context(), f, a{1}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrType)
	_, err = dataflow.Run[int](t.Context(), f, a{1}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrType)

	sum := build(t, dataflow.Map(step("sum", func(in ab) int { return in.A + in.B }), dataflow.As("sum")))
	n, err := dataflow.Run[int](t.Context(), sum, ab{1, 2}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestAResultThatCannotComeIsRefusedBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	ran := 0
	f := build(t, step("one", func(in a) ab {
		ran++
		return ab{in.A, 2}
	}))
	_, err := dataflow.Run[abc](t.Context(), f, a{1}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrMissing)
	_, err = dataflow.Run[struct{ A string }](t.Context(), f, a{1}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrType)
	_, err = dataflow.Run[int](t.Context(), f, a{1}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrType)
	require.Zero(t, ran)
}

func TestAFlowIsAWorkflowWithTypes(t *testing.T) {
	t.Parallel()
	f := build(t, step("one", func(in a) ab { return ab{in.A, 2} }))
	w := dataflow.Typed[a, b](f)
	out, err := orchestrate.Run(t.Context(), orchestrate.Bind(w, a{1}), dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, b{2}, out)
	require.PanicsWithError(t, `flow: missing input: "A" is not visible here: "B" is; did you mean "B"?`,
		func() { dataflow.Typed[b, b](f) })
	require.PanicsWithError(t, `flow: missing input: "C" is not visible here: "A", "B" are; did you mean "A"?`,
		func() { dataflow.Typed[a, abc](f) })
	require.Panics(t, func() { dataflow.Typed[a, b](nil) })
	all, err := orchestrate.Run(t.Context(), f.Orchestration(a{1}), dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"A": 1, "B": 2}, all)
}

func TestAGroupMergesInTheOrderOfItsDefinition(t *testing.T) {
	t.Parallel()
	got, err := run(t, nil, dataflow.Par(gives("one", ab{1, 2}), gives("two", struct{ B, C int }{2, 3})))
	require.NoError(t, err)
	require.Equal(t, values{"A": 1, "B": 2, "C": 3}, got, "equal values are fine")

	_, err = run(t, nil, dataflow.Par(gives("one", ab{1, 2}), gives("two", ab{1, 3})))
	require.EqualError(t, err,
		`flow: merge: "B" is 2 from one and 3 from two: let one overwrite the other, or rename one`)
	require.ErrorIs(t, err, dataflow.ErrMerge)
	var conflict *dataflow.MergeError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, dataflow.MergeError{Name: "B", Steps: [2]string{"one", "two"}, Values: [2]any{2, 3}}, *conflict)

	for _, parts := range [][]dataflow.Part{
		{dataflow.Par(gives("one", ab{1, 2}), gives("two", ab{1, 3}), dataflow.Overwrite("B"))},
		{dataflow.Par(gives("one", ab{1, 2}), gives("two", ab{1, 3})), dataflow.Overwrite("B")},
	} {
		got, err = run(t, nil, parts...)
		require.NoError(t, err)
		require.Equal(t, values{"A": 1, "B": 3}, got)
	}
	_, err = run(t, nil, dataflow.Par(gives("one", ab{1, 2}), gives("two", ab{2, 3}), dataflow.Overwrite("B")))
	require.ErrorContains(t, err, `"A" is 1 from one and 2 from two`)
}

func TestValuesOfEveryKindAreMerged(t *testing.T) {
	t.Parallel()
	type one struct{ V any }
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		x, y  any
		equal bool
	}{
		"slices": {[]int{1}, []int{1}, true}, "other slices": {[]int{1}, []int{2}, false},
		"maps": {map[string]int{"a": 1}, map[string]int{"a": 1}, true}, "functions": {func() {}, func() {}, false},
		"nil": {nil, nil, true}, "nil and zero": {nil, 0, false}, "types": {1, int64(1), false},
		"a moment": {now, now.In(time.FixedZone("x", 3600)), true}, "moments": {now, now.Add(1), false},
		"a moment and a number": {now, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, nil, dataflow.Par(gives("one", one{c.x}), gives("two", one{c.y})))
			if !c.equal {
				require.ErrorIs(t, err, dataflow.ErrMerge)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.x, got["V"])
		})
	}
}

func TestAHugeValueIsShownInAFewWords(t *testing.T) {
	t.Parallel()
	type one struct{ V []byte }
	_, err := run(t, nil, dataflow.Par(gives("one", one{make([]byte, 1<<20)}), gives("two", one{make([]byte, 1<<21)})))
	require.ErrorIs(t, err, dataflow.ErrMerge)
	require.Less(t, len(err.Error()), 400)
}

func TestABranchRunsBesideItsSiblingsAndSeesWhatTheGroupSees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		nap := func(name string) dataflow.Part {
			return dataflow.Workflow(name, func(y actions.Yield, _ a) (none, error) {
				return none{}, orchestrate.Tell(y, actions.Sleep{For: time.Second})
			})
		}
		start := time.Now()
		var saw a
		got, err := run(t, none{}, gives("first", a{5}), dataflow.Par(
			nap("one"),
			dataflow.Seq(nap("two"), gives("three", b{2})),
			dataflow.Par(nap("four"), dataflow.Seq(step("five", func(in a) abc { saw = in; return abc{C: 3} }),
				step("six", func(in abc) struct{ C int } { return struct{ C int }{in.C} }))),
		))
		require.NoError(t, err)
		require.Equal(t, values{"B": 2, "C": 3}, got)
		require.Equal(t, a{5}, saw)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestAStepWithoutItsInputsIsSkipped(t *testing.T) {
	t.Parallel()
	var events []string
	watch := func(e dataflow.Event) { events = append(events, e.Kind.String()+" "+e.Path) }
	f := build(t, dataflow.OnMissing(dataflow.Skip),
		step("one", func(in a) ab { return ab{in.A + 1, 2} }),
		step("never", func(abc) abc { return abc{} }),
		dataflow.Par(
			step("two", func(in ab) a { return a{in.A + in.B} }),
			step("neither", func(abc) b { return b{} }),
			dataflow.Seq(step("nor", func(abc) b { return b{} })),
		),
		dataflow.Par(step("no", func(b) b { return b{} })),
		step("last", func(in a) a { return a{-in.A} }))
	got, err := dataflow.Run[values](t.Context(), f, a{1}, dataflow.Local(), watch)
	require.NoError(t, err)
	require.Equal(t, values{"A": -4}, got)
	require.ElementsMatch(t, []string{
		"started flow/one", "finished flow/one", "skipped flow/never", "started flow/two", "finished flow/two",
		"skipped flow/neither", "skipped flow/nor", "skipped flow/no", "started flow/last", "finished flow/last",
	}, events)

	got, err = dataflow.Run[values](t.Context(), f, b{7}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"B": 0}, got, "only the last group had something to do")
	got, err = dataflow.Run[values](t.Context(), f, values{"X": 7}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"X": 7}, got, "what is visible flows on unchanged")
}

func TestATraceTellsOfASkippedStep(t *testing.T) {
	t.Parallel()
	var trace orchestratetest.Trace
	f := build(t, dataflow.OnMissing(dataflow.Skip), wants[a]("one"))
	_, err := orchestrate.Run(t.Context(), f.Orchestration(nil), orchestratetest.Record(dataflow.Local(), &trace))
	require.NoError(t, err)
	require.Len(t, trace, 1)
	log, ok := trace[0].Action.(actions.Log)
	require.True(t, ok)
	require.Equal(t, "skipped", log.Message)
	require.Equal(t, "flow/one", log.Attrs[0].Value.String())
}

func TestAnOutputThatMayNotComeIsCheckedWhileRunning(t *testing.T) {
	t.Parallel()
	type perhaps struct {
		A int `flow:",optional"`
	}
	one := step("one", func(in b) perhaps { return perhaps{in.B} })
	f := build(t, one, wants[a]("two"))
	_, err := dataflow.Run[values](t.Context(), f, b{1}, dataflow.Local())
	require.NoError(t, err)
	_, err = dataflow.Run[values](t.Context(), f, b{0}, dataflow.Local())
	require.EqualError(t, err, `flow/two: missing input: "A" is not visible here: nothing is`)
	require.ErrorIs(t, err, dataflow.ErrRun)
}

func TestAValueWhoseTypeIsKnownLateIsCheckedThen(t *testing.T) {
	t.Parallel()
	type loose struct{ A any }
	f := build(t, dataflow.Takes[loose](), wants[a]("s"))
	_, err := dataflow.Run[values](t.Context(), f, loose{5}, dataflow.Local())
	require.NoError(t, err)
	_, err = dataflow.Run[values](t.Context(), f, loose{nil}, dataflow.Local())
	require.NoError(t, err, "nil is zero")
	_, err = dataflow.Run[values](t.Context(), f, loose{"text"}, dataflow.Local())
	require.EqualError(t, err, `flow/s: map: "A" is of type string, and must be of type int`)
}

func TestTheFirstFailureCancelsTheOthersAndAllAreJoined(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var ended atomic.Int32
	began := make(chan struct{}, 3)
	waits := func(name string) dataflow.Part {
		return dataflow.Step(name, func(ctx context.Context, _ none) (none, error) {
			began <- struct{}{}
			<-ctx.Done()
			ended.Add(1)
			return none{}, ctx.Err()
		})
	}
	fails := dataflow.Step("bad", func(context.Context, none) (none, error) {
		for range cap(began) {
			<-began
		}
		return none{}, broken
	})
	_, err := run(t, nil, dataflow.Par(waits("one"), dataflow.Seq(waits("two")), dataflow.Par(waits("three"), fails)))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "flow/bad: step ")
	require.Equal(t, int32(3), ended.Load())
}

func TestAllErrorsOfAGroupCanBeCollected(t *testing.T) {
	t.Parallel()
	errOne, errTwo := errors.New("one is broken"), errors.New("two is broken")
	bad := func(name string, err error) dataflow.Part {
		return dataflow.Step(name, func(context.Context, none) (none, error) { return none{}, err })
	}
	ran := 0
	good := step("good", func(none) none { ran++; return none{} })
	for _, parts := range [][]dataflow.Part{
		{dataflow.Par(
			bad("one", errOne), good, dataflow.Par(bad("two", errTwo), dataflow.CollectErrors()), dataflow.CollectErrors(),
		)},
		{dataflow.Par(bad("one", errOne), good, dataflow.Seq(dataflow.Par(bad("two", errTwo)))), dataflow.CollectErrors()},
	} {
		_, err := run(t, nil, parts...)
		require.ErrorIs(t, err, errOne)
		require.ErrorIs(t, err, errTwo)
		require.ErrorIs(t, err, dataflow.ErrStep)
		require.Regexp(t, `^flow/one: .*one is broken\nflow/two: .*two is broken$`, err.Error())
	}
	require.Equal(t, 2, ran)
}

func TestAPanicIsAnErrorOfItsStep(t *testing.T) {
	t.Parallel()
	for _, bad := range []dataflow.Part{
		step("bad", func(none) none { panic("ouch") }),
		dataflow.Workflow("bad", func(actions.Yield, none) (none, error) { panic("ouch") }),
	} {
		_, err := run(t, nil, dataflow.Par(bad, gives("good", none{})))
		require.ErrorContains(t, err, "flow/bad: ")
		var panicked *executor.PanicError
		require.ErrorAs(t, err, &panicked)
	}
}

func TestOneFlowIsRunByThousandsAtOnce(t *testing.T) {
	t.Parallel()
	inner := build(t, dataflow.VisibilityAll, dataflow.Par(
		step("double", func(in a) b { return b{2 * in.A} }),
		dataflow.Seq(
			step("one", func(in a) a { return a{in.A + 1} }),
			step("two", func(in a) c { return c{in.A} }),
		),
	), dataflow.Limit(2))
	f := build(t, dataflow.VisibilityAll, inner.As("inner"),
		dataflow.Map(step("sum", func(in abc) int { return in.A + in.B + in.C }), dataflow.As("Sum")))
	var wg sync.WaitGroup
	errs := make([]error, 2000)
	for i := range errs {
		wg.Go(func() {
			out, err := dataflow.Run[struct{ Sum int }](context.Background(), f, a{i}, dataflow.Local())
			if err == nil && out.Sum != (i+1)+2*i+(i+1) {
				err = fmt.Errorf("run %d has %d", i, out.Sum)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
}
