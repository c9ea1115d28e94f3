package combinators_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// asked is a cached service, how often it was asked, and what it answers: the number of the call, unless it is told.
type asked struct {
	executor.Executor
	calls  int
	answer func(ctx context.Context) (any, error)
}

func cachedService(config combinators.CacheConfig) (*asked, *combinators.Cache) {
	s := &asked{}
	cache := combinators.NewCache(config)
	s.Executor = combinators.Cached(cache)(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
		s.calls++
		if s.answer != nil {
			return s.answer(ctx)
		}
		return s.calls, nil
	}))
	return s, cache
}

func (s *asked) requireAnswer(t *testing.T, want any, a actions.Action) {
	t.Helper()
	got, err := s.Execute(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestAResultIsReused(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{})
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 2, ask{N: 2})
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 3, other{})
	require.Equal(t, combinators.CacheStats{Hits: 1, Misses: 3, Entries: 3}, cache.Stats())
}

func TestANilResultIsReusedToo(t *testing.T) {
	t.Parallel()
	s, _ := cachedService(combinators.CacheConfig{})
	s.answer = func(context.Context) (any, error) { return nil, nil }
	s.requireAnswer(t, nil, ask{})
	s.requireAnswer(t, nil, ask{})
	require.Equal(t, 1, s.calls)
}

func TestAResultIsReusedForItsTimeOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, cache := cachedService(combinators.CacheConfig{TTL: time.Minute})
		s.answer = func(context.Context) (any, error) {
			synctestSleep(time.Hour) // counts from the end
			return s.calls, nil
		}
		s.requireAnswer(t, 1, ask{})
		synctestSleep(time.Minute - 1)
		s.requireAnswer(t, 1, ask{})
		synctestSleep(1)
		s.requireAnswer(t, 2, ask{})
		require.Equal(t, combinators.CacheStats{Hits: 1, Misses: 2, Expirations: 1, Entries: 1}, cache.Stats())
	})
}

func TestErrorsAreReusedOnlyIfTheyHaveATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fails := func(context.Context) (any, error) { return nil, errDown }
		s, _ := cachedService(combinators.CacheConfig{})
		s.answer = fails
		for range 2 {
			_, err := s.Execute(t.Context(), ask{})
			require.Same(t, errDown, err)
		}
		require.Equal(t, 2, s.calls)

		s, _ = cachedService(combinators.CacheConfig{ErrorTTL: time.Second})
		s.answer = fails
		for range 2 {
			_, err := s.Execute(t.Context(), ask{})
			require.Same(t, errDown, err)
		}
		require.Equal(t, 1, s.calls)
		synctestSleep(time.Second)
		s.answer = nil
		s.requireAnswer(t, 2, ask{})
		synctestSleep(time.Hour)
		s.requireAnswer(t, 2, ask{})
	})
}

func TestWhatIsNeutralIsNotKept(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{ErrorTTL: time.Hour})
	s.answer = func(context.Context) (any, error) { return nil, refusal(true) }
	_, err := s.Execute(t.Context(), ask{})
	require.Equal(t, refusal(true), err)
	ctx, cancel := context.WithCancel(t.Context())
	s.answer = func(context.Context) (any, error) {
		cancel()
		return nil, errDown
	}
	_, err = s.Execute(ctx, ask{})
	require.Same(t, errDown, err)
	require.Zero(t, cache.Stats().Entries)
}

func TestTheClassSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	errNone := errors.New("there is none")
	s, _ := cachedService(combinators.CacheConfig{Class: func(_ context.Context, err error) combinators.Class {
		if errors.Is(err, errNone) {
			return combinators.Success
		}
		return combinators.Neutral
	}})
	s.answer = func(context.Context) (any, error) { return 7, errNone }
	for range 2 {
		got, err := s.Execute(t.Context(), ask{})
		require.Same(t, errNone, err)
		require.Equal(t, 7, got)
	}
	require.Equal(t, 1, s.calls, "an answer that is an error")
	s.answer = nil
	s.requireAnswer(t, 2, ask{N: 2})
	s.requireAnswer(t, 3, ask{N: 2})
}

func TestACancelledCallerGetsNothing(t *testing.T) {
	t.Parallel()
	s, _ := cachedService(combinators.CacheConfig{})
	s.requireAnswer(t, 1, ask{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Execute(ctx, ask{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestTheLeastRecentlyUsedGoes(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{Size: 2})
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 2, ask{N: 2})
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 3, ask{N: 3}) // 2 goes
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 4, ask{N: 2}) // 3 goes
	s.requireAnswer(t, 1, ask{N: 1})
	require.Equal(t, combinators.CacheStats{Hits: 3, Misses: 4, Evictions: 2, Entries: 2}, cache.Stats())
}

func TestWhatIsForgottenIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{})
	s.requireAnswer(t, 1, ask{N: 1})
	s.requireAnswer(t, 2, ask{N: 2})
	require.True(t, cache.Forget(ask{N: 1}))
	require.False(t, cache.Forget(ask{N: 1}))
	require.False(t, cache.Forget(actions.Now{}))
	require.False(t, cache.Forget(search{}))
	s.requireAnswer(t, 3, ask{N: 1})
	s.requireAnswer(t, 2, ask{N: 2})
	cache.Purge()
	require.Zero(t, cache.Stats().Entries)
	s.requireAnswer(t, 4, ask{N: 2})
}

func TestWhatIsForgottenWhileItIsAskedForIsNotKept(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*combinators.Cache){
		"Forget": func(c *combinators.Cache) { c.Forget(ask{}) },
		"Purge":  (*combinators.Cache).Purge,
	} {
		s, cache := cachedService(combinators.CacheConfig{})
		s.answer = func(context.Context) (any, error) {
			forget(cache)
			return "stale", nil
		}
		s.requireAnswer(t, "stale", ask{})
		s.answer = nil
		s.requireAnswer(t, 2, ask{})
		require.Equal(t, 1, cache.Stats().Entries, name)
	}
}

func TestAKeySaysWhatIsEqual(t *testing.T) {
	t.Parallel()
	s, _ := cachedService(combinators.CacheConfig{Key: func(a actions.Action) any {
		switch a := a.(type) {
		case ask:
			return a.N % 10
		case actions.Group:
			return a.Scope
		}
		return nil
	}})
	s.requireAnswer(t, 1, ask{N: 7})
	s.requireAnswer(t, 1, ask{N: 17})
	s.requireAnswer(t, 2, ask{N: 8})
	s.requireAnswer(t, 3, other{})
	s.requireAnswer(t, 4, other{})
	s.requireAnswer(t, 5, actions.Group{Scope: "rates"})
	s.requireAnswer(t, 5, actions.Group{Scope: "rates"})
}

func TestGroupsAndWhatHasNoKeyPass(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{})
	for i, a := range []actions.Action{
		actions.Group{Scope: "rates"}, actions.NewID{}, actions.Receive[int]{Name: "event"}, scale{Factor: math.NaN()},
	} {
		s.requireAnswer(t, 2*i+1, a)
		s.requireAnswer(t, 2*i+2, a)
	}
	require.Equal(t, combinators.CacheStats{}, cache.Stats())
	_, err := s.Execute(t.Context(), search{})
	require.ErrorContains(t, err, "combinators.Cached: combinators_test.search is not comparable")
}

func TestRunsAreKeptApart(t *testing.T) {
	t.Parallel()
	s, cache := cachedService(combinators.CacheConfig{PerRun: true})
	twice := func(y actions.Yield) (int, error) {
		if _, err := orchestrate.Do(y, ask{}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, ask{})
	}
	for want := 1; want <= 2; want++ {
		got, err := orchestrate.Run(t.Context(), twice, s)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Equal(t, combinators.CacheStats{Hits: 2, Misses: 2, Entries: 2}, cache.Stats())
	s.requireAnswer(t, 3, ask{})
	s.requireAnswer(t, 4, ask{})
	require.True(t, cache.Forget(ask{}))
	require.Zero(t, cache.Stats().Entries, "in every run")
	require.False(t, cache.Forget(ask{}))
}

func TestExecutorsShareACache(t *testing.T) {
	t.Parallel()
	cached := combinators.Cached(combinators.NewCache(combinators.CacheConfig{Name: "rates"}))
	one, two := cached(answers()), cached(executor.NewMux())
	_, err := one.Execute(t.Context(), ask{N: 7})
	require.NoError(t, err)
	got, err := two.Execute(t.Context(), ask{N: 7})
	require.NoError(t, err)
	require.Equal(t, 7, got)
	require.Equal(t, "Cached(rates) > Mux(1)", executor.Layers(one).String())
}

func TestAHitIsReported(t *testing.T) {
	t.Parallel()
	l := &listener{}
	s, _ := cachedService(combinators.CacheConfig{})
	e := combinators.Observed(l)(s)
	for range 2 {
		_, err := e.Execute(t.Context(), ask{})
		require.NoError(t, err)
	}
	require.Equal(t, "reused", l.lines[3])
	require.Equal(t, &combinators.Reused{By: "Cached", Action: ask{}}, l.events[1])
}

func TestACacheRefusesNegativeNumbers(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]combinators.CacheConfig{
		"combinators.NewCache: Size must be positive, got -1":       {Size: -1},
		"combinators.NewCache: TTL must be positive, got -1s":       {TTL: -time.Second},
		"combinators.NewCache: ErrorTTL must be positive, got -1ns": {ErrorTTL: -1},
	} {
		require.PanicsWithValue(t, want, func() { combinators.NewCache(config) })
	}
	require.PanicsWithValue(t, "combinators.Cached: the cache is nil", func() { combinators.Cached(nil) })
}
