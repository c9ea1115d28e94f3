package orchestratetest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// prices is an executor that greets nobody and knows what things cost.
func prices(known map[string]int) executor.Executor {
	return combinators.Parallelize()(executor.System(executor.NewMux(
		executor.OnVoid(func(context.Context, Greet) error { return nil }),
		executor.On(func(_ context.Context, a Price) (int, error) {
			if price, ok := known[a.Thing]; ok {
				return price, nil
			}
			return 0, fmt.Errorf("no price for %q", a.Thing)
		}),
	)))
}

func TestATraceHoldsTheActionsInTheBranchesToo(t *testing.T) {
	t.Parallel()
	var trace orchestratetest.Trace
	exec := orchestratetest.Record(prices(map[string]int{"a": 1, "b": 2, "c": 3}), &trace)
	flow := func(y actions.Yield) (int, error) {
		nested, err := orchestrate.All(y, orchestrate.Bind(Sum, []string{"a", "b"}), orchestrate.Lift(Price{Thing: "c"}))
		if err != nil {
			return 0, err
		}
		return nested[0] + nested[1], orchestrate.Tell(y, Greet{Name: "end"})
	}
	sum, err := orchestrate.Run(t.Context(), flow, exec)
	require.NoError(t, err)
	require.Equal(t, 6, sum)
	require.Equal(t, `0.0.0.0.0  orchestratetest_test.Greet{Name: "a"}
0.0.0.0.1  orchestratetest_test.Price{Thing: "a"} → 1
0.0.0.1.0  orchestratetest_test.Greet{Name: "b"}
0.0.0.1.1  orchestratetest_test.Price{Thing: "b"} → 2
0.1.0      orchestratetest_test.Price{Thing: "c"} → 3
1          orchestratetest_test.Greet{Name: "end"}`, trace.Sorted().String())
	require.Len(t, trace.Actions(), 6)
	require.Equal(t, Greet{Name: "end"}, trace.Actions()[5])
	require.Equal(t, "Record > Parallelize > System > Mux(2)", executor.Layers(exec).String())
}

func TestATraceHoldsErrorsAndPanics(t *testing.T) {
	t.Parallel()
	var trace orchestratetest.Trace
	exec := orchestratetest.Record(executor.NewMux(
		executor.On(func(context.Context, Fetch) ([]string, error) { return []string{"Ada"}, errBusy }),
		executor.OnVoid(func(context.Context, Greet) error { panic("boom") }),
	), &trace)
	_, _ = orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
		_, _ = orchestrate.Do(y, Fetch{})
		return 0, orchestrate.Tell(y, Greet{})
	}, exec)
	require.Equal(t, `0  orchestratetest_test.Fetch{Container: "", Items: 0} → []string{"Ada"} → error: the line is busy
1  orchestratetest_test.Greet{Name: ""} → error: panic: boom`, trace.String())
	var panicked *executor.PanicError
	require.ErrorAs(t, trace[1].Err, &panicked)
	require.Contains(t, string(panicked.Stack), "trace_test.go")
}

func TestPathsAreSortedAsNumbers(t *testing.T) {
	t.Parallel()
	var trace orchestratetest.Trace
	for _, p := range []string{"10", "2", "2.1.0", "2.0.10", "2.0.9", "", "1"} {
		trace = append(trace, orchestratetest.Call{Path: p})
	}
	var paths []string
	for _, c := range trace.Sorted() {
		paths = append(paths, c.Path)
	}
	require.Equal(t, []string{"", "1", "2", "2.0.9", "2.0.10", "2.1.0", "10"}, paths)
	require.Equal(t, "10", trace[0].Path, "the trace itself stays as it is")
	require.Empty(t, orchestratetest.Trace(nil).String())
	require.Equal(t, "  nil", orchestratetest.Call{}.String())
}

// Order has parts of every kind.
type Order struct {
	actions.Returns[*Order]
	Lines []string
	Tags  map[string][]int
	Next  *Order
	Any   any
	Array [1][]int
	own   []int
}

func newOrder() Order {
	o := Order{
		Lines: []string{"a"}, Tags: map[string][]int{"a": {1}}, Any: []any{&[]int{1}}, Array: [1][]int{{1}}, own: []int{1},
	}
	o.Next = &Order{Lines: o.Lines}
	return o
}

// Pure is data through and through.
type Pure struct {
	Name string
	Next *Pure
	List []any
}

func TestWhatChangesLaterDoesNotChangeTheTrace(t *testing.T) {
	t.Parallel()
	var trace orchestratetest.Trace
	pure := &Pure{Name: "a", List: []any{1, nil}}
	pure.Next, pure.List[1] = pure, pure.List
	exec := orchestratetest.Record(executor.Func(func(context.Context, actions.Action) (any, error) {
		return pure, nil
	}), &trace)
	o := newOrder()
	_, err := exec.Execute(t.Context(), o)
	require.NoError(t, err)
	o.Lines[0], o.Tags["a"][0], o.Array[0][0] = "b", 2, 2
	(*o.Any.([]any)[0].(*[]int))[0] = 2
	pure.Name, pure.List[0] = "b", 2

	want := newOrder()
	got := trace[0].Action.(Order)
	got.Next, want.Next = nil, nil // it hides something, so it is shared
	require.Equal(t, want, got)
	copied := trace[0].Result.(*Pure)
	require.Equal(t, "a", copied.Name)
	require.Equal(t, 1, copied.List[0])
	require.Same(t, copied, copied.Next)
	require.Equal(t, 1, copied.List[1].([]any)[0])
}

func TestARecordNeedsItsArguments(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "orchestratetest.Record: the executor is nil", func() {
		orchestratetest.Record(executor.Func(nil), &orchestratetest.Trace{})
	})
	require.PanicsWithValue(t, "orchestratetest.Record: the trace is nil", func() {
		orchestratetest.Record(executor.NewMux(), nil)
	})
}
