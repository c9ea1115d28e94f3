package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestASpentTokenIsSpentHoweverTheActionEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(1, time.Second, 8)
		e := combinators.RateLimited(limiter)(&desk{})
		for n, how := range []func() (any, error){well, badly, panicking, exiting} {
			j := begin(t.Context(), e, task{})
			require.True(t, j.began.Load())
			j.ends(how)
			require.Equal(t, 7-n, limiter.Available())
		}
	})
}

func TestObserversAreToldOfRejectionsByALimiter(t *testing.T) {
	t.Parallel()
	w := &witness{}
	limiter := combinators.NewLimiter(1, time.Hour, 1)
	limited := combinators.RateLimitedWith(limiter, combinators.RateLimit{NoWait: true})
	e := combinators.Chain(combinators.Observed(w), limited)(serviceOf(says("42")))
	_, err := askQuote(t.Context(), e, getQuote{})
	require.NoError(t, err)
	_, err = askQuote(t.Context(), e, getQuote{})
	var rejected *combinators.RateLimitedError
	require.ErrorAs(t, err, &rejected)
	require.Len(t, w.events(), 1)
	refused := w.events()[0].(*combinators.Refused)
	require.Equal(t, "RateLimited", refused.By)
	require.Equal(t, error(rejected), refused.Err)
}

func TestAGroupTakesOneTokenAboveParallelizeAndManyBelow(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(getQuote{}, getQuote{}, getQuote{})...)
	}
	for above, left := range map[bool]int{true: 9, false: 7} {
		limiter := combinators.NewLimiter(1, time.Hour, 10)
		stack := combinators.Chain(combinators.Parallelize(), combinators.RateLimited(limiter))
		if above {
			stack = combinators.Chain(combinators.RateLimited(limiter), combinators.Parallelize())
		}
		_, err := orchestrate.Run(t.Context(), flow, stack(serviceOf(says("42"))))
		require.NoError(t, err)
		require.Equal(t, left, limiter.Available())
	}
}

func TestWaitingTakesNoToken(t *testing.T) {
	t.Parallel()
	limiter := combinators.NewLimiter(1, time.Hour, 1)
	limiters := combinators.NewLimiters(actions.Name, combinators.LimiterConfig{Tokens: 1, Per: time.Hour})
	both := combinators.Chain(combinators.RateLimited(limiter), combinators.RateLimitedBy(limiters))
	e := both(serviceOf(says("event")))
	for range 3 {
		_, err := orchestrate.Run(t.Context(), orchestrate.Lift(actions.Receive[string]{Name: "approval"}), e)
		require.NoError(t, err)
	}
	require.Equal(t, 1, limiter.Available())
	require.Zero(t, limiters.Len())
}

func TestAnActionWithoutCostPasses(t *testing.T) {
	t.Parallel()
	limiter := combinators.NewLimiter(1, time.Hour, 1)
	costs := map[string]func() int{"free": func() int { return 0 }, "dear": func() int { panic("oops") }}
	e := combinators.RateLimitedWith(limiter, combinators.RateLimit{
		NoWait: true,
		Cost:   func(a actions.Action) int { return costs[a.(task).Host]() },
	})(serviceOf(says("fine")))
	for range 3 {
		_, err := e.Execute(t.Context(), task{Host: "free"})
		require.NoError(t, err)
	}
	_, err := e.Execute(t.Context(), task{Host: "dear"})
	require.NoError(t, err, "it costs one")
	require.Zero(t, limiter.Available())
}

func TestALimiterSurvivesAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := combinators.NewLimiter(1000, time.Second, 10)
		service := &erratic{}
		began := time.Now()
		e := combinators.RateLimitedWith(limiter, combinators.RateLimit{
			MaxWait: 60 * time.Millisecond,
			Cost:    func(actions.Action) int { return 1 + rand.IntN(3) },
		})(service)
		storm(60, 100, e, func() actions.Action { return task{} })
		require.LessOrEqual(t, service.calls.Load(), 10+time.Since(began).Milliseconds())
		require.Greater(t, service.calls.Load(), int64(100))
		require.Zero(t, limiter.Waiting())
		synctestSleep(10 * time.Millisecond)
		require.Equal(t, 10, limiter.Available(), "no token is lost")
	})
}

func TestEachKeyHasALimiterOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiters := combinators.NewLimiters(hostOf, combinators.LimiterConfig{Name: "web", Tokens: 1, Per: time.Minute})
		e := combinators.RateLimitedByWith(limiters, combinators.RateLimit{NoWait: true})(&desk{})
		require.NoError(t, callHost(t.Context(), e, "a.example", well))
		require.NoError(t, callHost(t.Context(), e, "b.example", well))
		require.EqualError(t, callHost(t.Context(), e, "a.example", well),
			`limiter "web/a.example": no token for another 1m0s`)
		require.Zero(t, limiters.Get("a.example").Available())
		for range 3 {
			require.NoError(t, callHost(t.Context(), e, "", well), "no key, no limit")
		}
		var names []string
		for key, l := range limiters.All() {
			names = append(names, key+": "+l.Name())
		}
		require.Equal(t, []string{"a.example: web/a.example", "b.example: web/b.example"}, names)
		require.Equal(t, "RateLimitedBy(web)", fmt.Sprint(e))

		waiting := combinators.RateLimitedBy(limiters)(&desk{})
		j := begin(t.Context(), waiting, task{Host: "a.example"})
		require.False(t, j.began.Load())
		synctestSleep(time.Minute)
		synctest.Wait()
		require.True(t, j.began.Load())
		j.ends(well)
	})
}

func TestLimitersAreDroppedWhenTheyAreIdleAndFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiters := combinators.NewLimitersWith(hostOf,
			combinators.LimiterConfig{Tokens: 1, Per: time.Minute, Burst: 5}, combinators.Keep{Idle: time.Minute, Max: 3})
		e := combinators.RateLimitedBy(limiters)(&desk{})
		keys := func() []string { return slices.Sorted(maps.Keys(maps.Collect(limiters.All()))) }
		visits := func(host string, n int) {
			for range n {
				require.NoError(t, callHost(t.Context(), e, host, well))
			}
		}
		visits("spent", 5)
		visits("full", 1)
		synctestSleep(time.Minute)
		visits("new", 1)
		require.Equal(t, []string{"new", "spent"}, keys(), "what is not full is not forgotten")
		require.Equal(t, 1, limiters.Get("spent").Available())

		visits("newer", 1)
		synctestSleep(time.Second)
		visits("newest", 5)
		require.Len(t, keys(), 3, "unless there is no room")
		require.Contains(t, keys(), "newest")
	})
}

func TestALimiterOfXTimeRateWorksToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(rate.Every(time.Second), 2)
		at := arrivals(t.Context(), 4, combinators.RateLimited(limiter))
		require.Equal(t, []time.Duration{0, 0, time.Second, 2 * time.Second}, at)

		e := combinators.RateLimitedWith(limiter, combinators.RateLimit{MaxWait: time.Second - 1})(serviceOf(says("fine")))
		_, err := e.Execute(t.Context(), task{})
		var limited *combinators.RateLimitedError
		require.ErrorAs(t, err, &limited)
		require.Equal(t, &combinators.RateLimitedError{RetryAfter: time.Second, Reason: "no token for another 1s"}, limited)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = combinators.RateLimited(limiter)(serviceOf(says("fine"))).Execute(ctx, task{})
		require.ErrorAs(t, err, &limited)
		_, err = priced(limiter, combinators.RateLimit{}).Execute(t.Context(), task{Weight: 3})
		require.EqualError(t, err, "the limiter: no such number of tokens (burst 2, 3 needed)")
		_, err = combinators.RateLimitedWith(limiter, combinators.RateLimit{Cost: func(actions.Action) int { return -1 }})(
			serviceOf(says("fine"))).Execute(t.Context(), task{})
		require.EqualError(t, err, "the limiter: no such number of tokens (burst 2, -1 needed)")

		ctx, cancel = context.WithCancel(t.Context())
		waiter := begin(ctx, combinators.RateLimited(limiter)(&desk{}), task{})
		require.False(t, waiter.over())
		cancel()
		<-waiter.done
		require.ErrorIs(t, waiter.err, context.Canceled)
		require.True(t, executor.NotDone(waiter.err))
		late := begin(ctx, combinators.RateLimited(limiter)(&desk{}), task{})
		require.ErrorIs(t, late.err, context.Canceled)
		synctestSleep(time.Second)
		_, err = e.Execute(t.Context(), task{})
		require.NoError(t, err, "the waiter's token came back")
	})
}

// busy is a context during whose inspection somebody else reserves a token.
type busy struct {
	context.Context
	reserve func()
}

func (b busy) Deadline() (time.Time, bool) {
	b.reserve()
	return b.Context.Deadline()
}

func TestARejectionTakesNothingFromALimiterOfXTimeRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(1, 1)
		e := combinators.RateLimitedWith(limiter, combinators.RateLimit{NoWait: true})(serviceOf(says("fine")))
		_, err := e.Execute(t.Context(), task{})
		require.NoError(t, err)
		var other *rate.Reservation
		_, err = e.Execute(busy{t.Context(), func() { other = limiter.Reserve() }}, task{})
		require.True(t, combinators.IsRejection(err))
		other.Cancel()
		require.Zero(t, limiter.Tokens())

		limiter.SetLimit(0)
		_, err = e.Execute(t.Context(), task{})
		var limited *combinators.RateLimitedError
		require.ErrorAs(t, err, &limited)
		require.Equal(t, time.Duration(math.MaxInt64), limited.RetryAfter)
	})
}

// cluster is somebody's own source of tokens.
type cluster struct {
	tokens chan struct{}
	err    error
}

func (c *cluster) AllowN(time.Time, int) bool {
	select {
	case <-c.tokens:
		return true
	default:
		return false
	}
}

func (c *cluster) WaitN(ctx context.Context, _ int) error {
	if c.err != nil {
		return c.err
	}
	select {
	case <-c.tokens:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestTokensCanComeFromASourceOfOnesOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &cluster{tokens: make(chan struct{}, 3)}
		var limited *combinators.RateLimitedError
		do := func(ctx context.Context, limit combinators.RateLimit) error {
			_, err := combinators.RateLimitedWith(source, limit)(serviceOf(says("fine"))).Execute(ctx, task{})
			return err
		}
		source.tokens <- struct{}{}
		source.tokens <- struct{}{}
		require.NoError(t, do(t.Context(), combinators.RateLimit{}))
		require.NoError(t, do(t.Context(), combinators.RateLimit{NoWait: true}))
		require.ErrorAs(t, do(t.Context(), combinators.RateLimit{NoWait: true}), &limited)

		began := time.Now()
		err := do(t.Context(), combinators.RateLimit{MaxWait: time.Second})
		require.ErrorAs(t, err, &limited)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, combinators.IsRejection(err) && executor.NotDone(err))
		require.Equal(t, time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = do(ctx, combinators.RateLimit{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, combinators.IsRejection(err), "the caller's own context")

		err = do(t.Context(), combinators.RateLimit{Cost: func(actions.Action) int { return -1 }})
		require.EqualError(t, err, "the limiter: no such number of tokens (-1 needed)")

		source.err = errors.New("the counter is unreachable")
		err = do(t.Context(), combinators.RateLimit{})
		require.ErrorIs(t, err, source.err)
		require.True(t, combinators.IsRejection(err) && executor.NotDone(err))
		require.EqualError(t, err, "the limiter: the counter is unreachable")
	})
}
