package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor/backoff"
)

// These are what the godoc of combinators says of each wrapped around itself, for the table of the laws.

// twice is a combinator around itself, around a service.
func twice(c combinators.Combinator, s *service) func(*testing.T) (any, error) {
	e := combinators.Chain(c, c)(s)
	return func(t *testing.T) (any, error) {
		t.Helper()
		return e.Execute(t.Context(), ask{N: 1})
	}
}

func retriedTwice(t *testing.T) {
	s := serviceOf(fails(errDown))
	_, err := twice(combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)}), s)(t)
	require.ErrorIs(t, err, errDown)
	require.Equal(t, 9, s.calls())
}

func hedgedTwice(t *testing.T) {
	s := serviceOf(func(context.Context) (any, error) {
		synctestSleep(time.Hour)
		return 7, nil
	})
	hedged := combinators.Hedged(combinators.Hedge{
		Safe: func(actions.Action) bool { return true }, Delay: time.Second,
	})
	got, err := twice(hedged, s)(t)
	require.NoError(t, err)
	require.Equal(t, 7, got)
	require.Equal(t, 4, s.calls())
}

func limitedTwice(t *testing.T) {
	semaphore := combinators.NewSemaphore(1)
	inUse := 0
	_, err := twice(combinators.Limited(semaphore), serviceOf(func(context.Context) (any, error) {
		inUse = semaphore.InUse()
		return 7, nil
	}))(t)
	require.NoError(t, err)
	require.Equal(t, 1, inUse)
	require.Zero(t, semaphore.InUse())
}

func rateLimitedTwice(t *testing.T) {
	limiter := combinators.NewLimiter(1, time.Hour, 10)
	_, err := twice(combinators.RateLimited(limiter), serviceOf(says(7)))(t)
	require.NoError(t, err)
	require.Equal(t, 8, limiter.Available())
}

func rateLimitedByTwice(t *testing.T) {
	limiters := combinators.NewLimiters(actions.Name, combinators.LimiterConfig{Tokens: 1, Per: time.Hour, Burst: 10})
	_, err := twice(combinators.RateLimitedBy(limiters), serviceOf(says(7)))(t)
	require.NoError(t, err)
	require.Equal(t, 8, limiters.Get(actions.Name(ask{})).Available())
}

func breakerTwice(t *testing.T) {
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 3})
	breakerCountsTwice(t, combinators.Breaker(circuit), circuit)
}

func breakerByTwice(t *testing.T) {
	circuits := combinators.NewCircuits(actions.Name, combinators.CircuitConfig{Failures: 3})
	breakerCountsTwice(t, combinators.BreakerBy(circuits), circuits.Get(actions.Name(ask{})))
}

// breakerCountsTwice is for a circuit that opens after three failures: after the second one, when it counts twice.
func breakerCountsTwice(t *testing.T, c combinators.Combinator, circuit *combinators.Circuit) {
	t.Helper()
	s := serviceOf(fails(errDown), fails(errDown), says(7))
	call := twice(c, s)
	_, err := call(t)
	require.ErrorIs(t, err, errDown)
	require.EqualValues(t, 2, circuit.Stats().ConsecutiveFailures)
	_, err = call(t)
	require.ErrorIs(t, err, errDown)
	require.Equal(t, combinators.Open, circuit.State())
	synctestSleep(time.Hour)
	got, err := call(t) // one trial, although only one may be under way
	require.NoError(t, err)
	require.Equal(t, 7, got)
	require.Equal(t, combinators.Closed, circuit.State())
}

func timedTwice(t *testing.T) {
	hangs := func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	short, long := combinators.Timed(time.Second), combinators.Timed(time.Minute)
	for _, c := range []combinators.Combinator{short, combinators.Chain(short, long), combinators.Chain(long, short)} {
		began := time.Now()
		_, err := twice(c, serviceOf(hangs))(t)
		var timeout *combinators.TimeoutError
		require.ErrorAs(t, err, &timeout)
		require.Equal(t, time.Second, timeout.Limit)
		require.Equal(t, time.Second, time.Since(began))
	}
}

func cachedTwice(t *testing.T) {
	cache := combinators.NewCache(combinators.CacheConfig{})
	s := serviceOf(says(7))
	call := twice(combinators.Cached(cache), s)
	for range 2 {
		got, err := call(t)
		require.NoError(t, err)
		require.Equal(t, 7, got)
	}
	require.Equal(t, 1, s.calls())
	require.Equal(t, combinators.CacheStats{Hits: 1, Misses: 2, Entries: 1}, cache.Stats())
}

func coalescedTwice(t *testing.T) {
	l := &lookup{}
	e := combinators.Chain(combinators.Coalesced(), combinators.Coalesced())(l)
	one, two := call(t, e, ask{N: 1}), call(t, e, ask{N: 1})
	one.cancel(nil)
	require.ErrorIs(t, one.wait().err, context.Canceled)
	require.Equal(t, 1, two.wait().result)
	require.Len(t, l.calls, 1)
}

func observedTwice(t *testing.T) {
	l := &listener{}
	_, err := twice(combinators.Observed(l), serviceOf(says(7)))(t)
	require.NoError(t, err)
	require.Equal(t, []string{
		" combinators_test.ask started", " combinators_test.ask started",
		" combinators_test.ask succeeded", " combinators_test.ask succeeded",
	}, l.lines)
}

func collectedTwice(t *testing.T) {
	c := combinators.NewCollector()
	_, err := twice(combinators.Collected(c), serviceOf(says(7)))(t)
	require.NoError(t, err)
	require.Len(t, c.Records(), 2)
}

func tappedTwice(t *testing.T) {
	var story []string
	tap := func(name string) combinators.Combinator {
		return combinators.Tapped(combinators.Tap{
			Before: func(context.Context, actions.Action) error {
				story = append(story, "before "+name)
				return nil
			},
			After: func(context.Context, actions.Action, any, error) { story = append(story, "after "+name) },
		})
	}
	_, err := combinators.Chain(tap("outer"), tap("inner"))(serviceOf(says(7))).Execute(t.Context(), ask{})
	require.NoError(t, err)
	require.Equal(t, []string{"before outer", "before inner", "after inner", "after outer"}, story)
}

func fallbackTwice(t *testing.T) {
	plan := func(name string, err error) combinators.Combinator {
		return combinators.Fallback(combinators.AnswerFunc(
			func(context.Context, actions.Action, error) (any, error) { return name, err },
		))
	}
	s := serviceOf(fails(errDown))
	got, err := combinators.Chain(plan("outer", nil), plan("inner", nil))(s).Execute(t.Context(), ask{})
	require.NoError(t, err)
	require.Equal(t, "inner", got)
	got, err = combinators.Chain(plan("outer", nil), plan("inner", errVeto))(s).Execute(t.Context(), ask{})
	require.NoError(t, err)
	require.Equal(t, "outer", got)
}

func recoveredTwice(t *testing.T) {
	oops := errors.New("oops")
	_, once := combinators.Recovered()(serviceOf(func(context.Context) (any, error) { panic(oops) })).Execute(
		t.Context(), ask{})
	_, err := twice(combinators.Recovered(), serviceOf(func(context.Context) (any, error) { panic(oops) }))(t)
	require.ErrorIs(t, err, oops)
	require.Equal(t, fmt.Sprint(once), fmt.Sprint(err))
}

func parallelizeTwice(t *testing.T) {
	s := serviceOf(says(7))
	e := combinators.Chain(combinators.Parallelize(), combinators.Parallelize())(s)
	result, err := e.Execute(t.Context(), actions.Group{Branches: []actions.Branch{{Leaf: ask{}}, {Leaf: ask{}}}})
	require.NoError(t, err)
	require.Equal(t, actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{{Value: 7}, {Value: 7}}}, result)
	require.Equal(t, 2, s.calls())
}

func standardTwice(t *testing.T) {
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 1000})
	s := serviceOf(fails(errDown))
	_, err := twice(combinators.Standard(combinators.Policy{
		Circuit: circuit, Retry: combinators.Retry{Schedule: backoff.Constant(0)},
	}), s)(t)
	require.ErrorIs(t, err, errDown)
	require.Equal(t, 9, s.calls())
	require.EqualValues(t, 9+3, circuit.Stats().Failures)
}
