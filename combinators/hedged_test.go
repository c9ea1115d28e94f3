package combinators_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func always(actions.Action) bool { return true }

// hedgedAfter makes up to n extra attempts, a second apart.
func hedgedAfter(n int) combinators.Combinator {
	return combinators.Hedged(combinators.Hedge{Safe: always, Delay: time.Second, MaxExtra: n})
}

func TestAnActionThatIsFastIsTriedOnce(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context) (any, error){
		"a success":           ignores(999*time.Millisecond, "42", nil),
		"a failure":           ignores(999*time.Millisecond, nil, errDown),
		"a permanent failure": fails(combinators.Permanent(errDown)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serviceOf(end)
				want, wantErr := end(t.Context())
				result, err := hedgedAfter(5)(s).Execute(t.Context(), getQuote{})
				require.Equal(t, want, result)
				require.Equal(t, wantErr, err, "as itself")
				settle()
				require.Equal(t, 1, s.calls(), "what fails is not hedged")
			})
		})
	}
}

func TestASlowActionIsTriedASecondTimeAndTheFirstSuccessWins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		var loser error
		s := serviceOf(
			func(ctx context.Context) (any, error) {
				<-ctx.Done()
				<-time.After(5 * time.Second)
				loser = context.Cause(ctx)
				return nil, ctx.Err()
			},
			heeds(2*time.Second, 0, errOwn),
		)
		e := combinators.Chain(combinators.Observed(w), hedgedAfter(1))(s)
		began := time.Now()

		quote, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.NoError(t, err)
		require.Equal(t, "42", quote)
		require.Equal(t, 8*time.Second, time.Since(began), "1 to the second attempt, 2 of it, 5 to join the first")
		require.ErrorIs(t, loser, context.Canceled)
		require.EqualError(t, loser, "another attempt was faster: context canceled")
		require.Equal(t, []int{1, 2}, s.tries)
		require.Equal(t, []actions.Action{getQuote{Symbol: "GO"}, getQuote{Symbol: "GO"}}, s.asked)
		require.Len(t, w.events(), 2)
		started, ended := w.events()[0].(*combinators.HedgeStarted), w.events()[1].(*combinators.HedgeEnded)
		require.Equal(t, 2, started.Number)
		require.Equal(t, time.Second, started.Delay)
		require.Equal(t, getQuote{Symbol: "GO"}, started.Action)
		require.Equal(t, 2, ended.Winner)
		require.Equal(t, []error{context.Canceled, nil}, ended.Errs)
		require.Equal(t, "hedge won", ended.Name())
	})
}

func TestTheFirstAttemptMayStillWin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(heeds(2*time.Second, 0, errOwn), heeds(time.Hour, time.Second, errOwn))
		began := time.Now()
		quote, err := askQuote(t.Context(), hedgedAfter(1)(s), getQuote{})
		require.NoError(t, err)
		require.Equal(t, "42", quote)
		require.Equal(t, 3*time.Second, time.Since(began), "the loser is cancelled and joined")
	})
}

func TestAFastFailureDoesNotBeatAHealthyAttempt(t *testing.T) {
	t.Parallel()
	for name, script := range map[string][]func(context.Context) (any, error){
		"of the extra attempt": {heeds(5*time.Second, 0, nil), fails(errDown)},
		"of the first":         {ignores(2*time.Second, nil, errDown), heeds(4*time.Second, 0, nil)},
		"of both before":       {ignores(3*time.Second, nil, errDown), fails(errDown), heeds(3*time.Second, 0, nil)},
		"permanent or not":     {heeds(5*time.Second, 0, nil), fails(combinators.Permanent(errDown))},
		"by rejection":         {heeds(5*time.Second, 0, nil), fails(rejection{})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				quote, err := askQuote(t.Context(), hedgedAfter(len(script)-1)(serviceOf(script...)), getQuote{})
				require.NoError(t, err)
				require.Equal(t, "42", quote)
				require.Equal(t, 5*time.Second, time.Since(began))
			})
		})
	}
}

func TestIfAllAttemptsFailTheirErrorsAreThere(t *testing.T) {
	t.Parallel()
	first, second := errors.New("first"), executor.ErrNotDone
	for name, c := range map[string]struct {
		first, second     error
		notDone, rejected bool
	}{
		"two failures":   {first, second, false, false},
		"nothing done":   {second, second, true, false},
		"two rejections": {rejection{}, rejection{}, true, true},
		"one rejection":  {first, rejection{}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serviceOf(ignores(2*time.Second, nil, c.first), ignores(2*time.Second, nil, c.second))
				_, err := hedgedAfter(2)(s).Execute(t.Context(), getQuote{})
				require.Equal(t, &combinators.RetryError{
					Attempts: 3, Errs: []error{c.first, c.second, c.second},
				}, err, "in order, and the third began with the end of the first")
				require.Equal(t, c.notDone, executor.NotDone(err))
				require.Equal(t, c.rejected, combinators.IsRejection(err))
			})
		})
	}
}

func TestExtraAttemptsAreBoundedAndADelayApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := make(chan time.Duration, 9)
		began := time.Now()
		e := hedgedAfter(3)(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			at <- time.Since(began)
			return heeds(time.Hour, 0, errOwn)(ctx)
		}))
		_, err := e.Execute(t.Context(), getQuote{})
		require.NoError(t, err)
		require.Len(t, at, 4)
		for _, want := range []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second} {
			require.Equal(t, want, <-at)
		}
		require.Equal(t, time.Hour, time.Since(began))
	})
}

func TestWhatIsNotSafeToRepeatIsNotHedged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(ignores(time.Hour, "42", nil))
		e := combinators.Hedged(combinators.Hedge{Delay: time.Second, Safe: func(a actions.Action) bool {
			if a.(getQuote).Symbol == "?" {
				panic("boom")
			}
			return strings.HasPrefix(a.(getQuote).Symbol, "safe")
		}})(s)
		for _, symbol := range []string{"unsafe", "?"} {
			_, err := askQuote(t.Context(), e, getQuote{Symbol: symbol})
			require.NoError(t, err)
		}
		require.Equal(t, 2, s.calls())
		_, err := askQuote(t.Context(), e, getQuote{Symbol: "safe"})
		require.NoError(t, err)
		require.Equal(t, 4, s.calls())
	})
}

func TestACancelledCallerEndsEveryAttempt(t *testing.T) {
	t.Parallel()
	gone := errors.New("the caller has gone")
	for after, attempts := range map[time.Duration]int{0: 1, 500 * time.Millisecond: 1, 1500 * time.Millisecond: 2} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(after, func() { cancel(gone) })
			s := serviceOf(func(ctx context.Context) (any, error) {
				<-ctx.Done()
				<-time.After(time.Hour)
				return nil, context.Cause(ctx)
			})
			_, err := hedgedAfter(5)(s).Execute(ctx, getQuote{})
			require.ErrorIs(t, err, gone)
			require.Equal(t, attempts, s.calls(), "and none is made for it")
		})
	}
}

func TestTheClassMayLetAnErrorWin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notFound := errors.New("not found")
		e := combinators.Hedged(combinators.Hedge{
			Safe:  always,
			Delay: time.Second,
			Class: func(ctx context.Context, err error) combinators.Class {
				if errors.Is(err, notFound) {
					return combinators.Success
				}
				return combinators.Classify(ctx, err)
			},
		})(serviceOf(heeds(time.Hour, 0, errOwn), fails(notFound)))
		began := time.Now()
		_, err := e.Execute(t.Context(), getQuote{})
		require.Equal(t, notFound, err)
		require.Equal(t, time.Second, time.Since(began))
	})
}

func TestHedgedAroundHedgedMultipliesTheAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(heeds(time.Hour, 0, nil))
		_, err := askQuote(t.Context(), combinators.Chain(hedgedAfter(1), hedgedAfter(2))(s), getQuote{})
		require.NoError(t, err)
		require.Equal(t, 6, s.calls())
	})
}

func TestAboveParallelizeHedgedRepeatsTheGroup(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(getQuote{Symbol: "A"}, getQuote{Symbol: "B"})...)
	}
	for calls, stack := range map[int32]combinators.Combinator{
		4: combinators.Chain(hedgedAfter(1), combinators.Parallelize()), // both again
		3: combinators.Chain(combinators.Parallelize(), hedgedAfter(1)), // the slow one again
	} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			mux := executor.NewMux(executor.On(func(ctx context.Context, a getQuote) (string, error) {
				asked.Add(1)
				if a.Symbol == "B" && executor.StepFrom(ctx).Attempt() == 1 {
					<-ctx.Done()
					return "", ctx.Err()
				}
				return a.Symbol, nil
			}))
			quotes, err := orchestrate.Run(t.Context(), flow, stack(mux))
			require.NoError(t, err)
			require.Equal(t, []string{"A", "B"}, quotes)
			require.Equal(t, calls, asked.Load())
		})
	}
}

func TestAPanicInAnAttemptIsAFailureThatGoesOnIfNobodySucceeds(t *testing.T) {
	t.Parallel()
	boom := func(context.Context) (any, error) {
		<-time.After(1500 * time.Millisecond)
		panic("boom")
	}
	for name, c := range map[string]struct {
		script script
		quote  string
	}{
		"the first panics and is rescued": {script{boom, heeds(time.Minute, 0, nil)}, "42"},
		"the extra one does":              {script{heeds(time.Minute, 0, nil), boom}, "42"},
		"the first fails after it":        {script{ignores(time.Minute, nil, errDown), boom}, ""},
		"both panic":                      {script{boom}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &witness{}
				e := combinators.Chain(combinators.Observed(w), hedgedAfter(1))(serviceOf(c.script...))
				quote, err := askQuote(t.Context(), e, getQuote{})
				require.Equal(t, c.quote, quote)
				var p *executor.PanicError
				require.Equal(t, c.quote == "", errors.As(err, &p))
				if c.quote == "" {
					require.Contains(t, string(p.Stack), "hedged_test.go")
					return
				}
				ended := w.events()[1].(*combinators.HedgeEnded)
				require.ErrorAs(t, errors.Join(ended.Errs...), &p, "observers hear of it")
			})
		})
	}
}

func TestAnExitInAnAttemptIsRepeatedOnTheCallerAfterTheOthersHaveEnded(t *testing.T) {
	t.Parallel()
	exit := func(context.Context) (any, error) {
		<-time.After(1500 * time.Millisecond)
		runtime.Goexit()
		return nil, nil
	}
	for name, script := range map[string]script{
		"the first":         {exit, heeds(time.Hour, time.Minute, errOwn)},
		"the extra attempt": {heeds(time.Hour, time.Minute, errOwn), exit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				exited := make(chan bool)
				go func() {
					returned := false
					defer func() { exited <- !returned }()
					_, _ = hedgedAfter(1)(serviceOf(script...)).Execute(t.Context(), getQuote{})
					returned = true
				}()
				require.True(t, <-exited)
				require.Greater(t, time.Since(began), time.Minute)
				require.Less(t, time.Since(began), time.Hour)
			})
		})
	}
}

func TestExtraAttemptsAreBoundedByTheirBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget := combinators.NewRetryBudget(0.1, 5)
		s := serviceOf(heeds(time.Minute, 0, nil))
		e := combinators.Hedged(combinators.Hedge{Safe: always, Delay: time.Second, MaxExtra: 9, Budget: budget})(s)
		for range 100 {
			_, err := e.Execute(t.Context(), getQuote{})
			require.NoError(t, err)
		}
		require.Equal(t, 100+int(budget.Stats().Granted), s.calls())
		require.InDelta(t, 14, budget.Stats().Granted, 1, "5 at once, and one for ten actions")
	})
}

func TestAHedgeThatCannotBeIsRefusedWhenBuilt(t *testing.T) {
	t.Parallel()
	for message, h := range map[string]combinators.Hedge{
		"combinators.Hedge: Safe must be a function that tells which actions are safe to repeat, got <nil>": {
			Delay: 1,
		},
		"combinators.Hedge: Delay must be positive, unless there is a Quantile, got 0s": {Safe: always},
		"combinators.Hedge: Delay must be positive, unless there is a Quantile, got -1ns": {
			Safe: always, Delay: -1, Quantile: 0.5,
		},
		"combinators.Hedge: Quantile must be between 0 and 1, got 1":    {Safe: always, Quantile: 1},
		"combinators.Hedge: Quantile must be between 0 and 1, got -0.5": {Safe: always, Quantile: -0.5},
		"combinators.Hedge: Quantile must be between 0 and 1, got NaN":  {Safe: always, Quantile: math.NaN()},
		"combinators.Hedge: MaxExtra must be at least 1, got -1":        {Safe: always, Delay: 1, MaxExtra: -1},
	} {
		require.PanicsWithValue(t, message, func() { combinators.Hedged(h) })
	}
	require.Equal(t, "Hedged(1s) > Hedged(quantile 0.95) > Hedged(quantile 0.9, at first 1s) > Mux(0)",
		executor.Layers(combinators.Chain(
			combinators.Hedged(combinators.Hedge{Safe: always, Delay: time.Second}),
			combinators.Hedged(combinators.Hedge{Safe: always, Quantile: 0.95}),
			combinators.Hedged(combinators.Hedge{Safe: always, Quantile: 0.9, Delay: time.Second}),
		)(executor.NewMux())).String())
}
