package combinators_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// weighed limits tasks by their weight; one without has the weight 1.
func weighed(s *combinators.Semaphore, limit combinators.Limit) executor.Executor {
	limit.Weight = func(a actions.Action) int { return max(1, a.(task).Weight) }
	return combinators.LimitedWith(s, limit)(&desk{})
}

func TestAtMostNAreInsideAndTheOthersWaitInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(2)
		e := combinators.Limited(s)(&desk{})
		var jobs []*job
		for range 6 {
			jobs = append(jobs, begin(t.Context(), e, task{}))
		}
		require.Equal(t, []int{2, 2, 4}, []int{s.Size(), s.InUse(), s.Waiting()})
		for n, j := range jobs {
			require.True(t, j.began.Load(), "job %d", n)
			for _, later := range jobs[min(n+2, len(jobs)):] {
				require.False(t, later.began.Load())
			}
			j.ends(well)
		}
		require.Equal(t, []int{2, 0, 0}, []int{s.Size(), s.InUse(), s.Waiting()})
	})
}

func TestOneThatNeedsMuchIsNotOvertaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(4)
		e := weighed(s, combinators.Limit{})
		first := begin(t.Context(), e, task{Weight: 2})
		heavy := begin(t.Context(), e, task{Weight: 3})
		light := begin(t.Context(), e, task{Weight: 1})
		require.False(t, heavy.began.Load() || light.began.Load(), "the light one stays behind the heavy one")
		require.Equal(t, 2, s.InUse())
		first.ends(well)
		require.True(t, heavy.began.Load() && light.began.Load())
		require.Equal(t, 4, s.InUse())
		heavy.ends(well)
		light.ends(well)
	})
}

func TestWhenAHeavyOneGivesUpThoseBehindItGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(4)
		e := weighed(s, combinators.Limit{})
		first := begin(t.Context(), e, task{Weight: 2})
		ctx, cancel := context.WithCancel(t.Context())
		heavy := begin(ctx, e, task{Weight: 3})
		light, lighter := begin(t.Context(), e, task{Weight: 1}), begin(t.Context(), e, task{Weight: 1})
		cancel()
		synctest.Wait()
		require.True(t, heavy.over() && !heavy.began.Load())
		require.True(t, light.began.Load() && lighter.began.Load())
		for _, j := range []*job{first, light, lighter} {
			j.ends(well)
		}
		require.Zero(t, s.InUse())
	})
}

func TestAWaitEndsWithTheContextAndItsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(1)
		e := combinators.Limited(s)(&desk{})
		holder := begin(t.Context(), e, task{})
		why := errors.New("the user has gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		waiter := begin(ctx, e, task{})
		cancel(why)
		synctest.Wait()
		require.True(t, waiter.over() && !waiter.began.Load())
		require.ErrorIs(t, waiter.err, context.Canceled)
		require.ErrorIs(t, waiter.err, why)
		require.True(t, executor.NotDone(waiter.err))
		require.False(t, combinators.IsRejection(waiter.err))
		require.Zero(t, s.Waiting())

		for _, limit := range []combinators.Limit{{}, {NoWait: true}} {
			late := begin(ctx, combinators.LimitedWith(s, limit)(&desk{}), task{})
			require.True(t, late.over(), "nobody joins the queue when it is too late")
			require.ErrorIs(t, late.err, why)
		}
		holder.ends(well)
		require.Zero(t, s.InUse())
	})
}

func TestAWaitCanBeBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "db", Size: 1})
		e := combinators.LimitedWith(s, combinators.Limit{MaxWait: time.Second})(&desk{})
		holder := begin(t.Context(), e, task{})
		waiter, other := begin(t.Context(), e, task{}), begin(t.Context(), e, task{})
		synctestSleep(time.Second - 1)
		require.False(t, waiter.over())
		synctestSleep(1)
		synctest.Wait()
		require.True(t, waiter.over() && other.over())
		var limited *combinators.LimitedError
		require.ErrorAs(t, waiter.err, &limited)
		require.Equal(t, "no permit within 1s", limited.Reason)
		require.Equal(t, time.Second, limited.Waited)
		require.True(t, executor.NotDone(waiter.err) && combinators.IsRejection(waiter.err))

		last := begin(t.Context(), e, task{})
		synctestSleep(time.Second / 2)
		holder.ends(well)
		require.True(t, last.began.Load())
		synctestSleep(time.Hour)
		last.ends(well)
		require.NoError(t, last.err)
		require.Zero(t, s.InUse()+s.Waiting())
	})
}

func TestNobodyNeedsToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(3)
		e := weighed(s, combinators.Limit{NoWait: true})
		holder := begin(t.Context(), e, task{Weight: 2})
		require.EqualError(t, begin(t.Context(), e, task{Weight: 2}).err,
			"the semaphore: no permit is free (size 3, 2 needed, 0 waiting)")
		small := begin(t.Context(), e, task{})
		require.True(t, small.began.Load())
		small.ends(well)
		holder.ends(well)

		holder = begin(t.Context(), e, task{Weight: 3})
		patient := begin(t.Context(), combinators.Limited(s)(&desk{}), task{})
		require.EqualError(t, begin(t.Context(), e, task{}).err, "the semaphore: no permit is free (size 3, 1 waiting)")
		holder.ends(well)
		patient.ends(well)
	})
}

func TestAQueueCanBeBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "db", Size: 1, MaxQueue: 2})
		e := combinators.Limited(s)(&desk{})
		holder := begin(t.Context(), e, task{})
		first, second := begin(t.Context(), e, task{}), begin(t.Context(), e, task{})
		require.EqualError(t, begin(t.Context(), e, task{}).err, `semaphore "db": the queue is full (size 1, 2 waiting)`)
		holder.ends(well)
		third := begin(t.Context(), e, task{})
		require.False(t, third.over(), "there is room again")
		for _, j := range []*job{first, second, third} {
			j.ends(well)
		}
	})
}

func TestAnActionThatCanNeverHaveItsPermitsIsRejectedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(3)
		for weight, reason := range map[int]string{
			4:  "the semaphore: no such number of permits (size 3, 4 needed, 0 waiting)",
			-1: "the semaphore: no such number of permits (size 3, -1 needed, 0 waiting)",
		} {
			e := combinators.LimitedWith(s, combinators.Limit{Weight: func(actions.Action) int { return weight }})(&desk{})
			require.EqualError(t, begin(t.Context(), e, task{}).err, reason)
		}
		e := combinators.LimitedWith(s, combinators.Limit{Weight: func(actions.Action) int { return 0 }})(&desk{})
		free := begin(t.Context(), e, task{})
		require.True(t, free.began.Load())
		require.Zero(t, s.InUse())
		free.ends(well)
		e = combinators.LimitedWith(s, combinators.Limit{Weight: func(actions.Action) int { panic("oops") }})(&desk{})
		one := begin(t.Context(), e, task{})
		require.Equal(t, 1, s.InUse())
		one.ends(well)
	})
}

func TestAPermitComesBackHoweverTheActionEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(1)
		e := combinators.Limited(s)(&desk{})
		for range 3 {
			for _, how := range []func() (any, error){well, badly, panicking, exiting} {
				j := begin(t.Context(), e, task{})
				require.True(t, j.began.Load())
				require.Equal(t, 1, s.InUse())
				j.ends(how)
				require.Zero(t, s.InUse())
			}
		}
	})
}

// The permit and the end of the context come at the same moment, in either order; neither may lose the permit.
func TestAPermitGrantedToOneThatGivesUpIsNotLost(t *testing.T) {
	t.Parallel()
	for range 500 {
		s := combinators.NewSemaphore(1)
		hold := make(chan struct{})
		e := combinators.Limited(s)(executor.Func(func(context.Context, actions.Action) (any, error) {
			<-hold
			return nil, nil
		}))
		done := make(chan struct{}, 2)
		call := func(ctx context.Context) {
			_, _ = e.Execute(ctx, task{})
			done <- struct{}{}
		}
		go call(t.Context())
		for s.InUse() == 0 {
			runtime.Gosched()
		}
		ctx, cancel := context.WithCancel(t.Context())
		go call(ctx)
		for s.Waiting() == 0 {
			runtime.Gosched()
		}
		go cancel()
		close(hold)
		<-done
		<-done
		require.Zero(t, s.InUse()+s.Waiting())
	}
}

func TestObserversAreToldOfRejectionsByALimit(t *testing.T) {
	t.Parallel()
	w := &witness{}
	s := combinators.NewSemaphore(1)
	limited := combinators.LimitedWith(s, combinators.Limit{Weight: func(actions.Action) int { return 2 }})
	e := combinators.Chain(combinators.Observed(w), limited)(serviceOf(says("42")))
	_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})
	var rejected *combinators.LimitedError
	require.ErrorAs(t, err, &rejected)
	require.Len(t, w.events(), 1)
	refused := w.events()[0].(*combinators.Refused)
	require.Equal(t, "Limited", refused.By)
	require.Equal(t, getQuote{Symbol: "GO"}, refused.Action)
	require.Equal(t, error(rejected), refused.Err)
}

func TestPermitsAreReentrant(t *testing.T) {
	t.Parallel()
	s := combinators.NewSemaphore(1)
	var exec executor.Executor
	mux := executor.NewMux(
		executor.On(func(ctx context.Context, _ getQuote) (string, error) {
			_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
				return orchestrate.All(y, orchestrate.Each(task{ID: 1}, task{ID: 2})...)
			}, exec)
			return "42", err
		}),
		executor.On(func(context.Context, task) (string, error) {
			if n := s.InUse(); n != 1 {
				t.Errorf("%d permits in use", n)
			}
			return "fine", nil
		}),
	)
	exec = combinators.Chain(combinators.Limited(s), combinators.Parallelize(), combinators.Limited(s))(mux)
	_, err := askQuote(t.Context(), exec, getQuote{})
	require.NoError(t, err)
	require.Zero(t, s.InUse())
}

func TestLimitedRefusesABadConfiguration(t *testing.T) {
	t.Parallel()
	s := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "db", Size: 1})
	for want, f := range map[string]func(){
		"combinators.Limited: the semaphore is nil":                    func() { combinators.Limited(nil) },
		"combinators.NewSemaphore: the size must be at least 1, got 0": func() { combinators.NewSemaphore(0) },
		"combinators.SemaphoreConfig: Size must be at least 1, got 0": func() {
			combinators.NewSemaphoreWith(combinators.SemaphoreConfig{})
		},
		"combinators.NewSemaphore: the size must be at most 2305843009213693951, got 2305843009213693952": func() {
			combinators.NewSemaphore(1 << 61)
		},
		"combinators.SemaphoreConfig: Size must be at most 2305843009213693951, got 2305843009213693952": func() {
			combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Size: 1 << 61})
		},
		"combinators.SemaphoreConfig: MaxQueue must be at least 0, got -1": func() {
			combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Size: 1, MaxQueue: -1})
		},
		"combinators.Limit: MaxWait must be at least 0, got -1s": func() {
			combinators.LimitedWith(s, combinators.Limit{MaxWait: -time.Second})
		},
		"combinators.Limit: MaxWait must be 0 with NoWait, got 1s": func() {
			combinators.LimitedWith(s, combinators.Limit{MaxWait: time.Second, NoWait: true})
		},
	} {
		require.PanicsWithValue(t, want, f)
	}
	require.Equal(t, "Limited(db) > Mux(0)", executor.Layers(combinators.Limited(s)(executor.NewMux())).String())
}
