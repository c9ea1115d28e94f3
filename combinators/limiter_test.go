package combinators_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// priced limits tasks, which cost their weight; one without costs 1.
func priced(source combinators.TokenSource, limit combinators.RateLimit) executor.Executor {
	limit.Cost = func(a actions.Action) int { return max(1, a.(task).Weight) }
	return combinators.RateLimitedWith(source, limit)(serviceOf(says("fine")))
}

// arrivals makes n calls at once and returns when each of them began, in order, counted from now.
func arrivals(ctx context.Context, n int, c combinators.Combinator) []time.Duration {
	began := time.Now()
	var mu sync.Mutex
	var at []time.Duration
	e := c(executor.Func(func(context.Context, actions.Action) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Since(began))
		return nil, nil
	}))
	var all sync.WaitGroup
	for range n {
		all.Go(func() { _, _ = e.Execute(ctx, task{}) })
		synctest.Wait()
	}
	all.Wait()
	return at
}

func TestActionsBeginAtTheRateAfterABurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(10, time.Second, 3)
		require.Equal(t, 3, limiter.Available())
		at := arrivals(t.Context(), 7, combinators.RateLimited(limiter))
		const ms = time.Millisecond
		require.Equal(t, []time.Duration{0, 0, 0, 100 * ms, 200 * ms, 300 * ms, 400 * ms}, at)
		require.Zero(t, limiter.Available())
		synctestSleep(250 * ms)
		require.Equal(t, 2, limiter.Available())
		synctestSleep(time.Hour)
		require.Equal(t, 3, limiter.Available(), "a pause saves up the burst and no more")
	})
}

func TestAnOddRateIsKeptExactly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(7, time.Second, 1)
		at := arrivals(t.Context(), 7*60+1, combinators.RateLimited(limiter))
		for n, d := range at {
			require.Equal(t, time.Duration(math.Ceil(float64(n)*1e9/7)), d)
		}
		require.Equal(t, time.Minute, at[7*60])
	})
}

func TestAWaiterThatGivesUpHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(1, time.Second, 5)
		e := priced(limiter, combinators.RateLimit{})
		_ = begin(t.Context(), e, task{Weight: 5})
		why := errors.New("the user has gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		heavy := begin(ctx, e, task{Weight: 4})
		second, third := begin(t.Context(), e, task{}), begin(t.Context(), e, task{})
		require.Equal(t, 3, limiter.Waiting())
		synctestSleep(1500 * time.Millisecond)
		require.False(t, heavy.over() || second.over(), "they stand in order")
		cancel(why)
		synctest.Wait()
		require.ErrorIs(t, heavy.err, why)
		require.ErrorIs(t, heavy.err, context.Canceled)
		require.True(t, executor.NotDone(heavy.err))
		require.False(t, combinators.IsRejection(heavy.err))
		require.True(t, second.over(), "its token had come")
		require.False(t, third.over())
		synctestSleep(500 * time.Millisecond)
		synctest.Wait()
		require.True(t, third.over())
		require.NoError(t, third.err)
		require.Zero(t, limiter.Waiting())
	})
}

func TestWhoStandsFurtherBackCanGiveUpToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(1, time.Second, 1)
		e := combinators.RateLimited(limiter)(serviceOf(says("fine")))
		_ = begin(t.Context(), e, task{})
		first := begin(t.Context(), e, task{})
		ctx, cancel := context.WithCancel(t.Context())
		second, third := begin(ctx, e, task{}), begin(t.Context(), e, task{})
		cancel()
		synctest.Wait()
		require.True(t, second.over() && !first.over())
		synctestSleep(2 * time.Second)
		synctest.Wait()
		require.True(t, first.over() && third.over(), "the third has the token of the second")
	})
}

func TestAWaitThatWouldBeInVainIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiterWith(combinators.LimiterConfig{Name: "api", Tokens: 1, Per: time.Second})
		require.NoError(t, limiter.WaitN(t.Context(), 1))
		requireRejected := func(err error, after time.Duration) {
			t.Helper()
			var limited *combinators.RateLimitedError
			require.ErrorAs(t, err, &limited)
			require.Equal(t, "api", limited.Limiter)
			require.Equal(t, after, limited.RetryAfter)
			require.True(t, combinators.IsRejection(err) && executor.NotDone(err))
		}
		synctestSleep(100 * time.Millisecond)
		_, err := priced(limiter, combinators.RateLimit{NoWait: true}).Execute(t.Context(), task{})
		requireRejected(err, 900*time.Millisecond)
		require.EqualError(t, err, `limiter "api": no token for another 900ms`)
		_, err = priced(limiter, combinators.RateLimit{MaxWait: 900*time.Millisecond - 1}).Execute(t.Context(), task{})
		requireRejected(err, 900*time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
		defer cancel()
		requireRejected(limiter.WaitN(ctx, 1), 900*time.Millisecond)

		patient := begin(t.Context(), priced(limiter, combinators.RateLimit{MaxWait: 900 * time.Millisecond}), task{})
		require.False(t, patient.over())
		_, err = priced(limiter, combinators.RateLimit{NoWait: true}).Execute(t.Context(), task{})
		requireRejected(err, 1900*time.Millisecond)
		ctx, cancel = context.WithTimeout(t.Context(), 1900*time.Millisecond+1)
		defer cancel()
		require.NoError(t, limiter.WaitN(ctx, 1), "just in time")
		<-patient.done
		require.NoError(t, patient.err)
	})
}

func TestUnderADoneContextNoTokenIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(1, time.Hour, 1)
		require.True(t, limiter.AllowN(time.Now(), 1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, limiter.WaitN(ctx, 1), context.Canceled)
		require.Zero(t, limiter.Waiting())
	})
}

func TestACostThatNobodyCanPayIsRejected(t *testing.T) {
	t.Parallel()
	limiter := combinators.NewLimiter(1, time.Second, 3)
	for cost, want := range map[int]string{
		4:  "the limiter: no such number of tokens (burst 3, 4 needed)",
		-1: "the limiter: no such number of tokens (burst 3, -1 needed)",
	} {
		e := combinators.RateLimitedWith(limiter, combinators.RateLimit{Cost: func(actions.Action) int { return cost }})
		_, err := e(serviceOf(says("fine"))).Execute(t.Context(), task{})
		require.EqualError(t, err, want)
		var limited *combinators.RateLimitedError
		require.ErrorAs(t, err, &limited)
		_, known := limited.RetryIn()
		require.False(t, known, "it is never going to be better")
	}
	require.Equal(t, 3, limiter.Available())
	require.NoError(t, limiter.WaitN(t.Context(), 0))
	require.True(t, limiter.AllowN(time.Now(), 0))
	require.False(t, limiter.AllowN(time.Now(), 4))
}

// A limiter may be a package's variable, made outside the bubble that the test runs in, with another clock.
func TestALimiterFromOutsideABubbleWorksInside(t *testing.T) {
	t.Parallel()
	limiter := combinators.NewLimiter(1, time.Second, 2)
	synctest.Test(t, func(t *testing.T) {
		at := arrivals(t.Context(), 4, combinators.RateLimited(limiter))
		require.Equal(t, []time.Duration{0, 0, time.Second, 2 * time.Second}, at)
	})
}

func TestALimiterCanBeVerySlowOrVeryFast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := combinators.NewLimiter(1, math.MaxInt64-1, 1)
		require.NoError(t, slow.WaitN(t.Context(), 1))
		var limited *combinators.RateLimitedError
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		require.ErrorAs(t, slow.WaitN(ctx, 1), &limited)
		require.Equal(t, time.Duration(math.MaxInt64-1), limited.RetryAfter)
		waiting, stop := context.WithCancel(t.Context())
		e := combinators.RateLimited(slow)(&desk{})
		jobs := []*job{begin(waiting, e, task{}), begin(waiting, e, task{})}
		require.ErrorAs(t, slow.WaitN(ctx, 1), &limited)
		require.Equal(t, time.Duration(math.MaxInt64), limited.RetryAfter, "and more")
		stop()
		for _, j := range jobs {
			<-j.done
		}

		fast := combinators.NewLimiter(math.MaxInt32, math.MaxInt32, math.MaxInt32)
		require.NoError(t, fast.WaitN(t.Context(), math.MaxInt32))
		require.Zero(t, fast.Available())
		synctestSleep(1000)
		require.Equal(t, 1000, fast.Available())
		synctestSleep(math.MaxInt64 / 2)
		require.Equal(t, math.MaxInt32, fast.Available())
	})
}

func TestALimiterRefusesABadConfiguration(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]func(){
		"combinators.NewLimiter: the burst must be at least 1, got 0": func() { combinators.NewLimiter(1, time.Second, 0) },
		"combinators.LimiterConfig: Tokens must be at least 1, got 0": func() { combinators.NewLimiter(0, time.Second, 1) },
		"combinators.LimiterConfig: Per must be positive, got 0s":     func() { combinators.NewLimiter(1, 0, 1) },
		"combinators.LimiterConfig: Tokens must be at most one for each nanosecond, got 1001": func() {
			combinators.NewLimiter(1001, time.Microsecond, 1)
		},
		"combinators.LimiterConfig: Burst must be at least 0, got -1": func() {
			combinators.NewLimiterWith(combinators.LimiterConfig{Tokens: 1, Per: 1, Burst: -1})
		},
		"combinators.LimiterConfig: Burst must be at most 2562047, got 2562048": func() {
			combinators.NewLimiter(1, time.Hour, 2562048)
		},
		"combinators.NewLimiters: the key is nil": func() { combinators.NewLimiters(nil, combinators.LimiterConfig{}) },
		"combinators.LimiterConfig: Tokens must be at least 1, got -3": func() {
			combinators.NewLimiters(hostOf, combinators.LimiterConfig{Tokens: -3})
		},
		"combinators.RateLimited: the source is nil":      func() { combinators.RateLimited(nil) },
		"combinators.RateLimited: the limiter is nil":     func() { combinators.RateLimited((*combinators.Limiter)(nil)) },
		"combinators.RateLimitedBy: the limiters are nil": func() { combinators.RateLimitedBy(nil) },
		"combinators.RateLimit: MaxWait must be 0 with NoWait, got 1s": func() {
			limit := combinators.RateLimit{MaxWait: time.Second, NoWait: true}
			combinators.RateLimitedWith(combinators.NewLimiter(1, 1, 1), limit)
		},
		"combinators.RateLimit: MaxWait must be at least 0, got -1s": func() {
			combinators.RateLimitedByWith(
				combinators.NewLimiters(hostOf, combinators.LimiterConfig{Tokens: 1, Per: 1}),
				combinators.RateLimit{MaxWait: -time.Second})
		},
	} {
		require.PanicsWithValue(t, want, f)
	}
	require.PanicsWithValue(t, "combinators.RateLimited: the limiter is nil", func() {
		combinators.RateLimited((*rate.Limiter)(nil))
	})
}
