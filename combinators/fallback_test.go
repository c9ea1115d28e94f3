package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

var errReplica = errors.New("the replica is down")

func quoted(f func(getQuote, error) (string, error)) combinators.Resort {
	return combinators.AnswerFunc(func(_ context.Context, a actions.Action, err error) (any, error) {
		return f(a.(getQuote), err)
	})
}

func TestAnActionThatFailedIsAnsweredByOtherMeans(t *testing.T) {
	t.Parallel()
	for name, resort := range map[string]combinators.Resort{
		"a fixed result": combinators.Answer("42"),
		"a function of the error": quoted(func(a getQuote, err error) (string, error) {
			require.Equal(t, "GO", a.Symbol)
			require.Equal(t, errDown, err)
			return "42", nil
		}),
		"another executor": combinators.Instead(executor.NewMux(executor.On(
			func(ctx context.Context, a getQuote) (string, error) {
				require.Equal(t, "GO", a.Symbol)
				require.Equal(t, 2, executor.StepFrom(ctx).Attempt())
				return "42", nil
			}))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &witness{}
			s := serviceOf(fails(errDown))
			e := combinators.Chain(combinators.Observed(w), combinators.Fallback(resort))(s)

			quote, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

			require.NoError(t, err)
			require.Equal(t, "42", quote)
			require.Equal(t, 1, s.calls())
			require.Len(t, w.events(), 1)
			fell := w.events()[0].(*combinators.FellBack)
			require.Equal(t, getQuote{Symbol: "GO"}, fell.Action)
			require.Equal(t, errDown, fell.Err)
			require.Equal(t, "fell back", fell.Name())
		})
	}
}

func TestWhatSucceedsIsNotAnsweredByOtherMeans(t *testing.T) {
	t.Parallel()
	replica := serviceOf(says("of the replica"))
	e := combinators.Fallback(combinators.Instead(replica))(serviceOf(says("42")))
	quote, err := askQuote(t.Context(), e, getQuote{})
	require.NoError(t, err)
	require.Equal(t, "42", quote)
	require.Zero(t, replica.calls())
}

func TestResortsAreTriedInOrderUntilOneHasAResult(t *testing.T) {
	t.Parallel()
	w := &witness{}
	near, far := serviceOf(fails(errReplica)), serviceOf(fails(errReplica))
	e := combinators.Chain(combinators.Observed(w), combinators.Fallback(
		combinators.Instead(near),
		combinators.Instead(far),
		quoted(func(_ getQuote, err error) (string, error) { return "", err }), // declines
		combinators.Answer("stale"),
		quoted(func(getQuote, error) (string, error) { panic("not reached") }),
	))(serviceOf(fails(errDown)))

	quote, err := askQuote(t.Context(), e, getQuote{})

	require.NoError(t, err)
	require.Equal(t, "stale", quote)
	require.Equal(t, []int{2}, near.tries)
	require.Equal(t, []int{3}, far.tries)
	require.Equal(t, 3, w.events()[0].(*combinators.FellBack).Resort)
}

func TestIfEveryResortFailsTheErrorsAreAllThere(t *testing.T) {
	t.Parallel()
	w := &witness{}
	none := errors.New("nothing stored")
	e := combinators.Chain(combinators.Observed(w), combinators.Fallback(
		combinators.Instead(serviceOf(fails(errReplica))),
		quoted(func(getQuote, error) (string, error) { return "", none }),
	))(serviceOf(fails(errDown)))

	_, err := askQuote(t.Context(), e, getQuote{})

	for _, want := range []error{errDown, errReplica, none} {
		require.ErrorIs(t, err, want)
	}
	var all *combinators.FallbackError
	require.ErrorAs(t, err, &all)
	require.Equal(t, &combinators.FallbackError{Err: errDown, Resorts: []error{errReplica, none}}, all)
	require.EqualError(t, all, "the quote service is down; fallback: the replica is down; nothing stored")
	require.Empty(t, w.events())
}

func TestIfEveryResortDeclinesTheErrorComesBackAsItself(t *testing.T) {
	t.Parallel()
	wrapped := fmt.Errorf("GET /quote: %w", errDown)
	e := combinators.Fallback(
		quoted(func(_ getQuote, err error) (string, error) { return "", err }),
		quoted(func(getQuote, error) (string, error) { return "", errDown }),
	)(serviceOf(fails(wrapped)))
	_, err := e.Execute(t.Context(), getQuote{})
	require.Equal(t, wrapped, err)
}

func TestNothingWasDoneOnlyIfNobodyDidAnything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own, resort       error
		notDone, rejected bool
	}{
		{executor.ErrNotDone, executor.ErrNotDone, true, false},
		{executor.ErrNotDone, errReplica, false, false},
		{errDown, executor.ErrNotDone, false, false},
		{rejection{}, rejection{}, true, true},
		{rejection{}, errReplica, false, false},
	} {
		e := combinators.Fallback(combinators.Instead(serviceOf(fails(c.resort))))(serviceOf(fails(c.own)))
		_, err := e.Execute(t.Context(), getQuote{})
		require.Equal(t, c.notDone, executor.NotDone(err), "%v", err)
		require.Equal(t, c.rejected, combinators.IsRejection(err), "%v", err)
	}
}

func TestRejectionsAndPermanentErrorsFallBack(t *testing.T) {
	t.Parallel()
	for _, err := range []error{rejection{}, combinators.Permanent(errDown), context.Canceled, context.DeadlineExceeded} {
		e := combinators.Fallback(combinators.Answer("42"))(serviceOf(fails(err)))
		quote, err := askQuote(t.Context(), e, getQuote{})
		require.NoError(t, err)
		require.Equal(t, "42", quote)
	}
}

func TestACallerThatHasGoneGetsNoOtherAnswer(t *testing.T) {
	t.Parallel()
	for _, goneIn := range []int{0, 1, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		e := executor.Func(func(context.Context, actions.Action) (any, error) {
			if calls == goneIn {
				cancel()
			}
			calls++
			return nil, errDown
		})
		_, err := combinators.Fallback(
			combinators.Instead(e), combinators.Instead(e), combinators.Answer("42"),
		)(e).Execute(ctx, getQuote{})
		require.ErrorIs(t, err, errDown)
		require.Equal(t, goneIn+1, calls)
	}
}

func TestTheClassSaysWhatFallsBack(t *testing.T) {
	t.Parallel()
	e := combinators.FallbackWith(combinators.Plan{
		Resorts: []combinators.Resort{combinators.Answer("42")},
		Class:   combinators.Classify,
	})
	_, err := e(serviceOf(fails(rejection{}))).Execute(t.Context(), getQuote{})
	require.Equal(t, rejection{}, err)
	quote, err := e(serviceOf(fails(errDown))).Execute(t.Context(), getQuote{})
	require.NoError(t, err)
	require.Equal(t, "42", quote)
}

func TestAFunctionThatPanicsHasFailedAndIsReported(t *testing.T) {
	t.Parallel()
	w := &witness{}
	e := combinators.Chain(combinators.Observed(w), combinators.Fallback(
		quoted(func(getQuote, error) (string, error) { panic("boom") }),
	))(serviceOf(fails(errDown)))

	_, err := askQuote(t.Context(), e, getQuote{})

	require.ErrorIs(t, err, errDown)
	var p *executor.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "boom", p.Value)
	require.Equal(t, "AnswerFunc", w.events()[0].(*combinators.CallbackPanicked).Callback)
}

func TestAnotherExecutorThatPanicsIsNotContained(t *testing.T) {
	t.Parallel()
	boom := executor.Func(func(context.Context, actions.Action) (any, error) { panic("boom") })
	e := combinators.Fallback(combinators.Instead(boom), combinators.Answer("42"))(serviceOf(fails(errDown)))
	require.PanicsWithValue(t, "boom", func() { _, _ = e.Execute(t.Context(), getQuote{}) })
}

func TestAResultOfAnotherTypeIsAResultError(t *testing.T) {
	t.Parallel()
	down := serviceOf(fails(errDown))
	_, err := askQuote(t.Context(), combinators.Fallback(combinators.Answer(42))(down), getQuote{})
	var wrong *executor.ResultError
	require.ErrorAs(t, err, &wrong)
	quote, err := askQuote(t.Context(), combinators.Fallback(combinators.Answer(nil))(down), getQuote{})
	require.NoError(t, err)
	require.Empty(t, quote)
}

func TestItFallsBackAfterTheRetriesAndTheInnerComesFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(fails(errDown))
		e := combinators.Chain(
			combinators.Fallback(combinators.Answer("outer")),
			combinators.Fallback(combinators.Answer("inner")),
			combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Second)}),
		)(s)
		quote, err := askQuote(t.Context(), e, getQuote{})
		require.NoError(t, err)
		require.Equal(t, "inner", quote)
		require.Equal(t, 3, s.calls())
	})
}

func TestAboveParallelizeFallbackAnswersTheGroup(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(getQuote{Symbol: "A"}, getQuote{Symbol: "B"})...)
	}
	instead := actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{{Value: "0"}, {Value: "0"}}}
	for name, c := range map[string]struct {
		stack combinators.Combinator
		want  []string
	}{
		"above": {
			combinators.Chain(combinators.Fallback(combinators.Answer(instead)), combinators.Parallelize()),
			[]string{"0", "0"},
		},
		"below": {
			combinators.Chain(combinators.Parallelize(), combinators.Fallback(combinators.Answer("0"))),
			[]string{"A", "0"},
		},
	} {
		mux := executor.NewMux(executor.On(func(_ context.Context, a getQuote) (string, error) {
			if a.Symbol == "B" {
				return "", errDown
			}
			return a.Symbol, nil
		}))
		quotes, err := orchestrate.Run(t.Context(), flow, c.stack(mux))
		require.NoError(t, err, name)
		require.Equal(t, c.want, quotes, name)
	}
}

func TestManyGoroutinesMayFallBack(t *testing.T) {
	t.Parallel()
	e := combinators.Fallback(combinators.Instead(serviceOf(fails(errReplica))), combinators.Answer("42"))(
		serviceOf(fails(errDown)))
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			quote, err := askQuote(t.Context(), e, getQuote{})
			require.NoError(t, err)
			require.Equal(t, "42", quote)
		})
	}
	all.Wait()
}

func TestAPlanThatCannotBeIsRefusedWhenBuilt(t *testing.T) {
	t.Parallel()
	for message, build := range map[string]func(){
		"combinators.Plan: the number of Resorts must be at least 1, got 0": func() { combinators.Fallback() },
		"combinators.Plan: Resorts[1] must be made by Instead, Answer or AnswerFunc, got the zero Resort": func() {
			combinators.Fallback(combinators.Answer(1), combinators.Resort{})
		},
		"combinators.AnswerFunc: the function is nil":       func() { combinators.AnswerFunc(nil) },
		"combinators.Instead: the executor to wrap is nil":  func() { combinators.Instead(nil) },
		"combinators.Fallback: the executor to wrap is nil": func() { combinators.Fallback(combinators.Answer(1))(nil) },
	} {
		require.PanicsWithValue(t, message, build)
	}
	e := combinators.Fallback(
		combinators.Instead(combinators.Retried(combinators.Retry{})(executor.NewMux())),
		quoted(nil),
		combinators.Answer(1),
	)(executor.NewMux())
	require.Equal(t, "Fallback(Retried(3) > Mux(0), func, answer) > Mux(0)", executor.Layers(e).String())
}
