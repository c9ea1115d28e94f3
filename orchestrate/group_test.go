package orchestrate_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func all(flows ...orchestrate.Orchestration[int]) orchestrate.Orchestration[[]int] {
	return func(y actions.Yield) ([]int, error) { return orchestrate.All(y, flows...) }
}

func settle(flows ...orchestrate.Orchestration[int]) orchestrate.Orchestration[[]actions.Outcome[int]] {
	return func(y actions.Yield) ([]actions.Outcome[int], error) { return orchestrate.Settle(y, flows...) }
}

func either(flows ...orchestrate.Orchestration[int]) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) { return orchestrate.Any(y, flows...) }
}

func race(flows ...orchestrate.Orchestration[int]) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) { return orchestrate.Race(y, flows...) }
}

func TestResultsComeInOrderHoweverLongEachTakes(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		flows := make([]orchestrate.Orchestration[int], 10)
		want := make([]int, len(flows))
		for i := range flows {
			name := strconv.Itoa(i)
			w.on(name, after(time.Duration(7*i%10)*time.Second, answers(i)))
			flows[i], want[i] = get(name), i
			if i%2 == 1 {
				flows[i] = func(y actions.Yield) (int, error) { return orchestrate.Do(y, Get{Name: name}) }
			}
		}
		got, err := run(t.Context(), h, w, all(flows...))
		require.NoError(t, err)
		require.Equal(t, want, got)
		outcomes, err := run(t.Context(), h, w, settle(flows...))
		require.NoError(t, err)
		for i, o := range outcomes {
			require.Equal(t, actions.Outcome[int]{Value: i}, o)
		}
	})
}

func TestTheBranchesOfAGroupOverlap(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("x", after(time.Minute, answers(1)))
		began := time.Now()
		_, err := run(t.Context(), h, w, all(get("x"), get("x"), func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, get("x"), get("x"))
			return 0, err
		}))
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestTheFirstErrorCancelsTheRest(t *testing.T) {
	t.Parallel()
	// In order, the failure comes first and what follows is not started.
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("fail", after(time.Second, fails(errBoom))).on("slow", after(time.Hour, answers(1)))
		began := time.Now()
		_, err := run(t.Context(), h, w, all(get("fail"), get("slow"), get("slow")))
		require.EqualError(t, err, "step 0.0.0: orchestrate_test.Get: boom")
		require.Equal(t, time.Second, time.Since(began))
		require.Empty(t, w.done())
	})
	onConcurrentHosts(t, func(t *testing.T, h host) {
		var cause error
		w := newWorld().on("fail", after(time.Second, fails(errBoom)))
		w.on("hang", func(ctx context.Context, _ func()) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return 0, cause
		})
		_, err := run(t.Context(), h, w, all(get("hang"), get("fail")))
		require.EqualError(t, err, "step 0.1.0: orchestrate_test.Get: boom")
		require.EqualError(t, cause, "branch 1 decided the group")
		require.ErrorIs(t, cause, context.Canceled)
	})
}

func TestAGroupJoinsEveryBranch(t *testing.T) {
	t.Parallel()
	// The slow ones need a while to end once they are cancelled.
	onConcurrentHosts(t, func(t *testing.T, h host) {
		for name, end := range map[string]func(cancel func()) behaviour{
			"after an error":  func(func()) behaviour { return fails(errBoom) },
			"after a panic":   func(func()) behaviour { return panics("x") },
			"when it is over": func(cancel func()) behaviour { return calls(cancel, hangs) },
			"after a success": func(func()) behaviour { return answers(1) },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w := newWorld().on("end", after(time.Second, end(cancel)))
			w.on("slow", func(ctx context.Context, ended func()) (int, error) {
				<-ctx.Done()
				<-time.After(time.Minute)
				ended()
				return 0, ctx.Err()
			})
			nested := func(y actions.Yield) (int, error) { return orchestrate.Race(y, get("slow"), get("end")) }
			_, _ = run(ctx, h, w, race(get("slow"), nested, get("slow")))
			require.Equal(t, []string{"slow", "slow", "slow"}, w.done()[len(w.done())-3:], name)
		}
	})
}

func TestSettleCancelsNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("fail", fails(errBoom)).on("panic", panics("x")).on("slow", after(time.Hour, answers(3)))
		outcomes, err := run(t.Context(), h, w, settle(get("fail"), get("slow"), get("panic")))
		require.NoError(t, err)
		require.EqualError(t, outcomes[0].Err, "step 0.0.0: orchestrate_test.Get: boom")
		require.Equal(t, actions.Outcome[int]{Value: 3}, outcomes[1])
		require.EqualError(t, outcomes[2].Err, "step 0.2.0: orchestrate_test.Get: panic: x")
	})
}

func TestAnyWantsOneSuccess(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("fail", fails(errBoom)).
			on("one", after(time.Second, answers(1))).on("two", after(time.Hour, answers(2)))
		n, err := run(t.Context(), h, w, either(get("fail"), get("one"), get("two")))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, []string{"one"}, w.done())

		errOther := errors.New("other")
		w.on("other", fails(errOther))
		own := func(actions.Yield) (int, error) { return 0, errors.New("sold out") }
		_, err = run(t.Context(), h, w, either(get("fail"), own, get("other")))
		require.EqualError(t, err, "none of 3 branches succeeded: "+
			"step 0.0.0: orchestrate_test.Get: boom; branch 1: sold out; step 0.2.0: orchestrate_test.Get: other")
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, errOther)
	})
}

func TestARaceIsDecidedByTheFirstToFinish(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("slow", after(time.Hour, answers(1))).
			on("quick", after(time.Second, answers(2))).on("bad", after(time.Minute, fails(errBoom)))
		n, err := run(t.Context(), h, w, race(get("slow"), get("quick"), get("bad")))
		require.NoError(t, err)
		require.Equal(t, 2, n)
		_, err = run(t.Context(), h, w, race(get("slow"), get("bad")))
		require.EqualError(t, err, "step 0.1.0: orchestrate_test.Get: boom")
	})
}

func TestAnErrorOfABranchItselfNamesTheBranch(t *testing.T) {
	t.Parallel()
	own := func(actions.Yield) (int, error) { return 0, errBoom }
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("slow", after(time.Hour, answers(1)))
		_, err := run(t.Context(), h, w, all(get("a"), own))
		require.EqualError(t, err, "step 0: all: branch 1: boom")
		_, err = run(t.Context(), h, w, race(own, get("slow")))
		require.EqualError(t, err, "step 0: race: branch 0: boom")
		_, err = run(t.Context(), h, w, all(get("a"), func(y actions.Yield) (int, error) {
			return orchestrate.Race(y, own)
		}))
		require.EqualError(t, err, "step 0.1.0: race: boom")
		require.ErrorIs(t, err, errBoom)
	})
}

func TestGroupsOfNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // nothing is yielded, so that nothing can be refused
		w := newWorld()
		none, err := run(ctx, h, w, all())
		require.NoError(t, err)
		require.Equal(t, []int{}, none)
		outcomes, err := run(ctx, h, w, settle())
		require.NoError(t, err)
		require.Equal(t, []actions.Outcome[int]{}, outcomes)
		_, err = run(ctx, h, w, either())
		require.Equal(t, executor.ErrNoBranches, err)
		_, err = run(ctx, h, w, race())
		require.Equal(t, executor.ErrNoBranches, err)
		_, err = run(ctx, h, w, func(y actions.Yield) (int, error) { return 0, orchestrate.Select(y) })
		require.Equal(t, executor.ErrNoBranches, err)
		_, err = run(ctx, h, w, func(y actions.Yield) (int, error) { return 0, orchestrate.Together(y) })
		require.NoError(t, err)
	})
}

func TestAGroupUnderACancelledContextStartsNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := newWorld()
		_, err := run(ctx, h, w, all(get("a"), get("b")))
		require.ErrorIs(t, err, context.Canceled)
		outcomes, err := run(ctx, h, w, settle(get("a"), get("b")))
		require.NoError(t, err)
		for _, o := range outcomes {
			require.ErrorIs(t, o.Err, context.Canceled)
		}
		require.Empty(t, w.done())
	})
}

func TestWithoutParallelizeAGroupIsAnErrorThatSaysWhatToWrap(t *testing.T) {
	t.Parallel()
	_, err := orchestrate.Run(t.Context(), all(get("a"), get("b")), newWorld().mux())
	require.EqualError(t, err, `step 0: all: no handler for the group "all" of 2 branches: `+
		"wrap the executor in combinators.Parallelize")
}
