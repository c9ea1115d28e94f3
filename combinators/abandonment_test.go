package combinators_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func TestAHandlerThatIgnoresItsContextIsAbandonedAtTheLimitAndCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var left combinators.Abandonment
		w := &witness{}
		e := combinators.Chain(combinators.Observed(w), combinators.TimedWith(combinators.Timeout{
			Limit: time.Second, Abandon: &left,
		}))(serviceOf(ignores(time.Minute, "42", errOwn)))
		began := time.Now()

		_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.Equal(t, time.Second, time.Since(began))
		require.EqualError(t, err, "step 0: combinators_test.getQuote: not done within 1s")
		require.False(t, executor.NotDone(err))
		require.Equal(t, 1, left.Abandoned())
		require.Len(t, w.events(), 1)
		require.True(t, w.events()[0].(*combinators.TimedOut).Abandoned)

		settle()
		require.Zero(t, left.Abandoned())
		require.Equal(t, 1, left.Total())
		require.Len(t, w.events(), 2)
		ended := w.events()[1].(*combinators.AbandonedEnded)
		require.Equal(t, errOwn, ended.Err)
		require.Equal(t, getQuote{Symbol: "GO"}, ended.Action)
		require.Equal(t, "abandoned handler ended", ended.Name())
	})
}

func TestAnAbandonedHandlerKeepsSeeingItsOwnStepAndTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type view struct {
			step  string
			cause error
		}
		seen := make(chan view, 2)
		e := combinators.TimedWith(combinators.Timeout{Limit: time.Second, Abandon: &combinators.Abandonment{}})(
			serviceOf(func(ctx context.Context) (any, error) {
				<-time.After(time.Minute)
				seen <- view{executor.StepFrom(ctx).Path(), context.Cause(ctx)}
				return nil, nil
			}))
		y, end := executor.Yield(t.Context(), e)
		_, first := y(getQuote{Symbol: "A"})
		_, second := y(getQuote{Symbol: "B"})
		end()
		for i, err := range []error{first, second} {
			var timeout *combinators.TimeoutError
			require.ErrorAs(t, err, &timeout)
			v := <-seen
			require.Equal(t, strconv.Itoa(i), v.step)
			require.Same(t, timeout, v.cause)
		}
	})
}

func TestWhatAnAbandonedHandlerDoesToItsGoroutineIsContained(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(){"a panic": func() { panic("boom") }, "an exit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var left combinators.Abandonment
				w := &witness{}
				e := combinators.Chain(combinators.Observed(w), combinators.TimedWith(combinators.Timeout{
					Limit: time.Second, Abandon: &left,
				}))(serviceOf(func(context.Context) (any, error) {
					<-time.After(time.Minute)
					end()
					return nil, nil
				}))

				_, err := askQuote(t.Context(), e, getQuote{})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				settle()

				require.Zero(t, left.Abandoned())
				ended := w.events()[1].(*combinators.AbandonedEnded)
				require.Error(t, ended.Err)
				var p *executor.PanicError
				require.Equal(t, name == "a panic", errors.As(ended.Err, &p))
			})
		})
	}
}

func TestACancelledCallerWaitsForTheHandlerButNotBeyondTheLimit(t *testing.T) {
	t.Parallel()
	gone := errors.New("the caller has gone")
	for name, c := range map[string]struct {
		winds, waits time.Duration
		err          error
	}{
		"a handler that heeds it":    {time.Second, 2 * time.Second, errOwn},
		"a handler that does not":    {time.Hour, 10 * time.Second, context.DeadlineExceeded},
		"the error says both things": {time.Hour, 10 * time.Second, gone},
		"the kind of end too":        {time.Hour, 10 * time.Second, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(gone) })
				e := combinators.TimedWith(combinators.Timeout{
					Limit: 10 * time.Second, Abandon: &combinators.Abandonment{},
				})(serviceOf(heeds(2*time.Hour, c.winds, errOwn)))
				began := time.Now()
				_, err := e.Execute(ctx, getQuote{})
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.waits, time.Since(began))
				require.False(t, executor.NotDone(err))
				settle()
			})
		})
	}
}

func TestOnTimeoutSpeaksForAnAbandonedHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.TimedWith(combinators.Timeout{
			Limit:     time.Second,
			Abandon:   &combinators.Abandonment{},
			OnTimeout: func(context.Context, actions.Action) (any, error) { return "stale", nil },
		})(serviceOf(ignores(time.Minute, "42", nil)))
		quote, err := askQuote(t.Context(), e, getQuote{})
		require.NoError(t, err)
		require.Equal(t, "stale", quote)
		settle()
	})
}

// settle lets everything end that was left behind in a bubble.
func settle() {
	<-time.After(1000 * time.Hour)
	synctest.Wait()
}

func TestHandlersThatEndAroundTheLimitAreEitherJoinedOrCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var left combinators.Abandonment
		timed := combinators.TimedWith(combinators.Timeout{Limit: time.Second, Abandon: &left})
		var all sync.WaitGroup
		var answered, abandoned int
		var mu sync.Mutex
		for i := range 300 {
			e := timed(serviceOf(ignores(time.Second+time.Duration(i%3-1), "42", nil)))
			all.Go(func() {
				_, err := e.Execute(t.Context(), getQuote{})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					answered++
				} else {
					abandoned++
				}
			})
		}
		all.Wait()
		synctest.Wait()
		require.Equal(t, 300, answered+abandoned)
		require.Equal(t, abandoned, left.Total())
		require.GreaterOrEqual(t, answered, 100)
		require.GreaterOrEqual(t, abandoned, 100)
		settle()
		require.Zero(t, left.Abandoned())
	})
}
