package lawtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func passesResults(ctx context.Context, t T, r Row) {
	results := []any{
		nil, 7, "text",
		actions.Void{},
		&failure{1}, (*failure)(nil),
		[]string{"a", "b"},
		[]string(nil),
		map[string]int{"a": 1},
		func() {}, errors.New("an error as a result"),
	}
	for i, want := range results {
		e, h := under(r.New(), func(context.Context, actions.Action) (any, error) { return want, nil })
		for range 3 {
			got, err := e.Execute(ctx, Ask{N: i})
			require.NoError(t, err)
			requireSame(t, want, got)
		}
		require.NotEmpty(t, h.called())
	}
}

func passesActions(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	for n := range 10 {
		_, err := e.Execute(ctx, Ask{N: n})
		require.NoError(t, err)
	}
	require.Len(t, h.called(), 10)
	for n, c := range h.called() {
		require.Equal(t, Ask{N: n}, c.action)
	}
}

func passesUncomparable(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	items := []string{"a", "b"}
	_, err := e.Execute(ctx, List{Items: items})
	require.NoError(t, err)
	require.Len(t, h.called(), 1)
	got, ok := h.called()[0].action.(List)
	require.True(t, ok)
	requireSame(t, items, got.Items)
	require.Equal(t, []string{"a", "b"}, items)
}

func refusesUncomparable(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	_, err := e.Execute(ctx, List{Items: []string{"a"}})
	require.ErrorContains(t, err, "lawtest.List")
	require.ErrorContains(t, err, "Items")
	require.True(t, executor.NotDone(err))
	require.Empty(t, h.called())
}

type valueKey struct{}

func passesContext(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	ctx = context.WithValue(ctx, valueKey{}, "value")
	var outside executor.Step
	top := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		outside = executor.StepFrom(ctx)
		return e.Execute(ctx, a)
	})
	_, err := orchestrate.Run(executor.WithRun(ctx, "run"), orchestrate.Lift(Ask{N: 1}), top)
	require.NoError(t, err)
	require.Len(t, h.called(), 1)
	inside := h.called()[0]
	require.Equal(t, "value", inside.ctx.Value(valueKey{}))
	require.True(t, inside.step.Same(outside), "the handler's step is not that of the action")
	require.Equal(t, "run", inside.step.Run())
}

func passesErrors(ctx context.Context, t T, r Row) {
	sentinel := errors.New("sentinel")
	for _, err := range []error{
		sentinel,
		fmt.Errorf("outer: %w", sentinel),
		errors.Join(errors.New("another"), sentinel),
	} {
		e, _ := under(r.New(), fails(errors.Join(err, &failure{42})))
		_, got := e.Execute(ctx, Ask{N: 1})
		require.ErrorIs(t, got, sentinel)
		var f *failure
		require.ErrorAs(t, got, &f)
		require.Equal(t, 42, f.code)
	}
}

func wrapsOnce(ctx context.Context, t T, r Row) {
	e, _ := under(r.New(), fails(&failure{42}))
	_, err := orchestrate.Run(ctx, orchestrate.Lift(Ask{N: 1}), e)
	var f *failure
	require.ErrorAs(t, err, &f)
	var s *executor.StepError
	require.ErrorAs(t, err, &s)
	require.Equal(t, "0", s.Path)
	require.Equal(t, 1, countSteps(err), "StepErrors in %v", err)
}

func countSteps(err error) int {
	n := 0
	if _, ok := err.(*executor.StepError); ok { //nolint:errorlint // counts them one by one
		n++
	}
	switch e := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		n += countSteps(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			n += countSteps(err)
		}
	}
	return n
}

func numbersAttempts(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), fails(&failure{42}))
	_, err := orchestrate.Run(ctx, orchestrate.Lift(Ask{N: 1}), e)
	require.Error(t, err)
	numbers := map[int]int{}
	for _, c := range h.called() {
		numbers[c.step.Attempt()]++
	}
	require.Equal(t, 1, numbers[1], "calls that are the first attempt")
	if !r.nested {
		require.Len(t, numbers, len(h.called()), "attempts seen by the handler: %v", numbers)
	}
}

func callsOnce(ctx context.Context, t T, r Row) {
	for _, b := range []behaviour{nil, fails(&failure{1}), panics("oops"), exits} {
		e, h := under(r.New(), b)
		attempt(ctx, e, Ask{N: 1})
		require.Len(t, h.called(), 1)
	}
}

func passesOutcomes(ctx context.Context, t T, r Row) {
	result, failed := []int{1}, &failure{1}
	e, _ := under(r.New(), func(context.Context, actions.Action) (any, error) { return result, failed })
	got, err := e.Execute(ctx, Ask{N: 1})
	requireSame(t, result, got)
	require.Same(t, failed, err)
}

// requireSame requires two values to be one: equal, and for what refers to memory, to the same.
func requireSame(t T, want, got any) {
	t.Helper()
	require.Equal(t, reflect.TypeOf(want), reflect.TypeOf(got))
	if want == nil {
		return
	}
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	switch w.Kind() {
	case reflect.Slice, reflect.Map, reflect.Func, reflect.Pointer:
		require.Equal(t, w.Pointer(), g.Pointer())
	default:
		require.Equal(t, want, got)
	}
}
