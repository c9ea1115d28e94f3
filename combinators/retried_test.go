package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
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

func TestAnActionThatFailsIsTriedAgainUntilItSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(fails(errDown), fails(errDown), says("42"))
		e := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Second)})(s)
		began := time.Now()

		quote, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.NoError(t, err)
		require.Equal(t, "42", quote)
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, []int{1, 2, 3}, s.tries)
		require.Equal(t, []actions.Action{getQuote{Symbol: "GO"}, getQuote{Symbol: "GO"}, getQuote{Symbol: "GO"}}, s.asked,
			"each attempt gets the original action")
	})
}

func TestTheErrorHoldsThoseOfAllAttemptsAndNoWaitFollowsTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, last := errors.New("first"), errors.New("last")
		s := serviceOf(fails(first), fails(last))
		e := combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(time.Second)})(s)
		began := time.Now()

		_, err := askQuote(t.Context(), e, getQuote{})

		var all *combinators.RetryError
		require.ErrorAs(t, err, &all)
		require.Equal(t, &combinators.RetryError{Attempts: 2, Errs: []error{first, last}}, all)
		require.ErrorIs(t, err, first)
		require.ErrorIs(t, err, last)
		require.Equal(t, time.Second, time.Since(began))
	})
}

func TestByDefaultThereAreThreeAttemptsWithShortRandomWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var waits []time.Duration
		s := serviceOf(fails(errDown))
		e := combinators.Retried(combinators.Retry{OnRetry: func(_ context.Context, a combinators.Attempt) error {
			waits = append(waits, a.Delay)
			return nil
		}})(s)

		for range 100 {
			_, err := askQuote(t.Context(), e, getQuote{})
			require.EqualError(t, err, "step 0: combinators_test.getQuote: 3 attempts: the quote service is down")
		}

		require.Equal(t, 300, s.calls())
		require.Len(t, waits, 200)
		distinct := map[time.Duration]bool{}
		for i, wait := range waits {
			require.LessOrEqual(t, wait, time.Duration(i%2+1)*100*time.Millisecond)
			distinct[wait] = true
		}
		require.Greater(t, len(distinct), 100, "full jitter")
	})
}

func TestWhatIsNotToBeRetriedComesBackAsItself(t *testing.T) {
	t.Parallel()
	permanent := combinators.Permanent(errDown)
	rejected := rejection{}
	for name, c := range map[string]struct {
		err   error
		retry combinators.Retry
	}{
		"permanent":   {permanent, combinators.Retry{}},
		"a rejection": {rejected, combinators.Retry{}},
		"declined by RetryIf": {errDown, combinators.Retry{
			RetryIf: func(err error) bool { return !errors.Is(err, errDown) },
		}},
		"neutral by Class": {errDown, combinators.Retry{
			Class: func(context.Context, error) combinators.Class { return combinators.Neutral },
		}},
		"RetryIf does not overrule": {permanent, combinators.Retry{RetryIf: func(error) bool { return true }}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serviceOf(fails(c.err))
			_, err := combinators.Retried(c.retry)(s).Execute(t.Context(), getQuote{})
			require.Equal(t, c.err, err)
			require.Equal(t, 1, s.calls())
		})
	}
}

func TestAnUnhandledActionIsNotRetried(t *testing.T) {
	t.Parallel()
	e := combinators.Retried(combinators.Retry{})(executor.NewMux())
	_, err := e.Execute(t.Context(), getQuote{})
	_, itself := err.(*executor.UnhandledError) //nolint:errorlint // not one that wraps it
	require.True(t, itself)
}

func TestTheClassCanMakeRejectionsWorthRetrying(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(fails(rejection{}), says("42"))
		e := combinators.Retried(combinators.Retry{
			Class: func(context.Context, error) combinators.Class { return combinators.Failure },
		})(s)
		quote, err := askQuote(t.Context(), e, getQuote{})
		require.NoError(t, err)
		require.Equal(t, "42", quote)
	})
}

func TestALaterAttemptThatIsNotRetriedComesBackAsItselfUnlessItHidesAnEffect(t *testing.T) {
	t.Parallel()
	lost, refused := errors.New("the answer was lost"), fmt.Errorf("dial: %w", executor.ErrNotDone)
	for name, c := range map[string]struct {
		errs    []error
		itself  bool
		notDone bool
	}{
		"permanent":                      {[]error{lost, combinators.Permanent(errDown)}, true, false},
		"not done, after a lost answer":  {[]error{lost, combinators.Permanent(refused)}, false, false},
		"not done, as none was":          {[]error{refused, combinators.Permanent(refused)}, true, true},
		"rejected, after a lost answer":  {[]error{lost, rejection{}}, false, false},
		"rejected, and nothing was done": {[]error{refused, rejection{}}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serviceOf(fails(c.errs[0]), fails(c.errs[1]))
				_, err := combinators.Retried(combinators.Retry{})(s).Execute(t.Context(), getQuote{})
				if c.itself {
					require.Equal(t, c.errs[1], err)
				} else {
					require.Equal(t, &combinators.RetryError{Attempts: 2, Errs: c.errs}, err)
				}
				require.Equal(t, c.notDone, executor.NotDone(err))
			})
		})
	}
}

func TestAWaitThatTheErrorAsksForIsKeptToWithinTheCap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked, schedule, limit, waited time.Duration
	}{
		"longer than the schedule's":  {5 * time.Second, time.Second, 0, 5 * time.Second},
		"shorter than the schedule's": {time.Second, 5 * time.Second, 0, 5 * time.Second},
		"beyond the cap":              {time.Hour, time.Second, 10 * time.Second, 10 * time.Second},
		"beyond the default cap":      {time.Hour, time.Second, 0, 30 * time.Second},
		"the cap is for all waits":    {0, time.Hour, time.Minute, time.Minute},
		"in the past":                 {-time.Hour, 0, 0, 0},
		"for ever":                    {math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := combinators.Retried(combinators.Retry{
				MaxDelay: c.limit,
				Schedule: backoff.Constant(c.schedule),
				OnRetry: func(_ context.Context, a combinators.Attempt) error {
					require.Equal(t, c.waited, a.Delay)
					return errVeto
				},
			})(serviceOf(fails(fmt.Errorf("503: %w", backoff.After(errDown, c.asked)))))
			_, err := e.Execute(t.Context(), getQuote{})
			require.ErrorIs(t, err, errVeto)
		})
	}
}

func TestAScheduleThatWaitsLessThanNothingDoesNotWait(t *testing.T) {
	t.Parallel()
	var wrong backoff.Schedule
	wrong = func(func() float64) (time.Duration, backoff.Schedule, bool) { return math.MinInt64, wrong, true }
	e := combinators.Retried(combinators.Retry{Schedule: wrong, MaxElapsed: time.Hour})(
		serviceOf(fails(errDown), says("42")))
	quote, err := askQuote(t.Context(), e, getQuote{})
	require.NoError(t, err)
	require.Equal(t, "42", quote)
}

func TestRetriesEndWithTheirSchedule(t *testing.T) {
	t.Parallel()
	s := serviceOf(fails(errDown))
	e := combinators.Retried(combinators.Retry{MaxAttempts: math.MaxInt, Schedule: backoff.Constant(0).UpTo(9999)})(s)
	_, err := e.Execute(t.Context(), getQuote{})
	var all *combinators.RetryError
	require.ErrorAs(t, err, &all)
	require.Equal(t, 10000, all.Attempts)
	require.Len(t, all.Errs, 10000)
	require.Equal(t, 10000, s.calls())
}

func TestNoWaitIsBegunThatWouldOutlastMaxElapsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(func(context.Context) (any, error) {
			<-time.After(2 * time.Second)
			return nil, errDown
		})
		e := combinators.Retried(combinators.Retry{
			MaxAttempts: 100,
			MaxElapsed:  8 * time.Second,
			Schedule:    backoff.Constant(time.Second),
		})(s)
		began := time.Now()

		_, err := askQuote(t.Context(), e, getQuote{})

		require.ErrorIs(t, err, errDown)
		require.Equal(t, 3, s.calls(), "begun at 0, 3 and 6 s; the next would begin at 9 s")
		require.Equal(t, 8*time.Second, time.Since(began))
	})
}

func TestAPanicPassesThroughAndIsRetriedOnlyAsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(func(context.Context) (any, error) { panic("boom") })
		retried := combinators.Retried(combinators.Retry{})

		require.PanicsWithValue(t, "boom", func() { _, _ = retried(s).Execute(t.Context(), getQuote{}) })
		require.Equal(t, 1, s.calls())

		_, err := combinators.Chain(retried, combinators.Recovered())(s).Execute(t.Context(), getQuote{})
		require.Equal(t, 4, s.calls())
		var p *executor.PanicError
		require.ErrorAs(t, err, &p)
		require.Contains(t, string(p.Stack), "retried_test.go")
	})
}

func TestAHandlerThatExitsItsGoroutineIsNotRetried(t *testing.T) {
	t.Parallel()
	s := serviceOf(func(context.Context) (any, error) {
		runtime.Goexit()
		return nil, nil
	})
	done := make(chan bool)
	go func() {
		returned := false
		defer func() { done <- returned }()
		_, _ = combinators.Retried(combinators.Retry{})(s).Execute(t.Context(), getQuote{})
		returned = true
	}()
	require.False(t, <-done)
	require.Equal(t, 1, s.calls())
}

func TestRetriedAroundRetriedMultipliesTheAttempts(t *testing.T) {
	t.Parallel()
	s := serviceOf(fails(errDown))
	twice := combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)})
	thrice := combinators.Retried(combinators.Retry{MaxAttempts: 3, Schedule: backoff.Constant(0)})

	_, err := askQuote(t.Context(), combinators.Chain(twice, thrice)(s), getQuote{})

	require.Equal(t, []int{1, 2, 3, 2, 3, 4}, s.tries, "only the very first is the first")
	var outer *combinators.RetryError
	require.ErrorAs(t, err, &outer)
	require.Equal(t, 2, outer.Attempts)
	for _, err := range outer.Errs {
		var inner *combinators.RetryError
		require.ErrorAs(t, err, &inner)
		require.Equal(t, 3, inner.Attempts)
	}
}

func TestAboveParallelizeTheGroupIsRetriedAndBelowItEachAction(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(getQuote{Symbol: "A"}, getQuote{Symbol: "B"})...)
	}
	retried := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)})
	for name, c := range map[string]struct {
		stack combinators.Combinator
		calls string
	}{
		"above": {combinators.Chain(retried, combinators.Parallelize()), "AABB"},
		"below": {combinators.Chain(combinators.Parallelize(), retried), "AAB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bDone := make(chan struct{})
			s := &service{}
			mux := executor.NewMux(executor.On(func(ctx context.Context, a getQuote) (string, error) {
				s.mu.Lock()
				s.asked = append(s.asked, a)
				s.mu.Unlock()
				if executor.StepFrom(ctx).Attempt() > 1 {
					return a.Symbol, nil
				}
				if a.Symbol == "B" {
					close(bDone)
					return a.Symbol, nil
				}
				<-bDone
				return "", errDown
			}))
			quotes, err := orchestrate.Run(t.Context(), flow, c.stack(mux))
			require.NoError(t, err)
			require.Equal(t, []string{"A", "B"}, quotes)
			calls := map[string]int{}
			for _, a := range s.asked {
				calls[a.(getQuote).Symbol]++
			}
			require.Equal(t, c.calls, strings.Repeat("A", calls["A"])+strings.Repeat("B", calls["B"]))
		})
	}
}

// rejection stands for what a combinator returns that rejects an action.
type rejection struct{}

func (rejection) Error() string  { return "rejected" }
func (rejection) Rejected() bool { return true }
func (rejection) NotDone() bool  { return true }
