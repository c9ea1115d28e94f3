package plan_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

func TestADryRunIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	first := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: durations}).String()
	for range 20 {
		require.Equal(t, first, plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: durations}).String())
	}
}

// waiting takes d for each element, under a name.
func waiting(ref string, ds ...time.Duration) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		for _, d := range ds {
			if err := orchestrate.Tell(y, actions.Sleep{For: d}); err != nil {
				return "", err
			}
		}
		return ref, nil
	}
}

func TestTimeDecidesWhoIsFirst(t *testing.T) {
	t.Parallel()
	race := func(flows ...orchestrate.Orchestration[string]) *plan.Plan {
		flow := func(y actions.Yield) (string, error) { return orchestrate.Race(y, flows...) }
		return plan.Dry(t.Context(), flow, plan.Zero())
	}
	p := race(waiting("slow", 3), waiting("fast", 1, 1), waiting("slower", 4))
	require.Equal(t, "fast", p.Result)
	require.Equal(t, time.Duration(2), p.Took)
	require.Equal(t, plan.Cancelled, step(t, p, "0.0.0").Status)
	require.Equal(t, time.Duration(2), step(t, p, "0.0.0").End, "a loser ends at once")

	p = race(waiting("first", 2), waiting("second", 1, 1))
	require.Equal(t, "first", p.Result, "of waits that end together, the one that began first")
	p = race(waiting("three", 0, 0, 0), waiting("two", 0, 0))
	require.Equal(t, "two", p.Result, "without times, the one with fewer steps")
}

func TestTimeIsTheRunsOwn(t *testing.T) {
	t.Parallel()
	start := time.Date(2030, time.May, 1, 0, 0, 0, 0, time.UTC)
	flow := func(y actions.Yield) (time.Time, error) {
		if err := orchestrate.Tell(y, actions.Sleep{For: 30 * 24 * time.Hour}); err != nil {
			return time.Time{}, err
		}
		return orchestrate.Do(y, actions.Now{})
	}
	p := plan.DryWith(t.Context(), flow, plan.Zero(), plan.Config{Start: start})
	require.Equal(t, start.AddDate(0, 0, 30), p.Result)
	p = plan.Dry(t.Context(), flow, plan.Zero())
	require.Equal(t, time.Date(2000, time.January, 31, 0, 0, 0, 0, time.UTC), p.Result)

	forever := waiting("", math.MaxInt64, math.MaxInt64, -1)
	require.Equal(t, time.Duration(math.MaxInt64), plan.Dry(t.Context(), forever, plan.Zero()).Took)
}

func TestTheStandardActionsAreAnswered(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (any, error) {
		one, _ := orchestrate.Do(y, actions.NewID{})
		two, _ := orchestrate.Do(y, actions.NewID{})
		r1, _ := orchestrate.Do(y, actions.Random{})
		r2, _ := orchestrate.Do(y, actions.Random{})
		v, _ := orchestrate.Do(y, actions.Version{Change: "c", Min: 1, Max: 3})
		_ = orchestrate.Tell(y, actions.Progress{})
		return []any{one, two, r1 != r2, v}, nil
	}
	p := plan.Dry(t.Context(), flow, plan.Zero())
	require.Equal(t, []any{
		"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002", true, 3,
	}, p.Result)
	require.Len(t, p.Steps, 6)
	require.Equal(t, 4, p.Counts().Total().Steps, "asides are no steps")
}

func TestWhatWasNotDoneTakesNoTime(t *testing.T) {
	t.Parallel()
	hour := plan.Config{Duration: func(actions.Action) time.Duration { return time.Hour }}
	answer := func(err error) executor.Executor {
		return executor.Func(func(context.Context, actions.Action) (any, error) { return nil, err })
	}
	p := plan.DryWith(t.Context(), orchestrate.Lift(Mail{}), answer(executor.ErrNotDone), hour)
	require.Zero(t, p.Took)
	require.Equal(t, plan.NotDone, p.Steps[0].Status)
	p = plan.DryWith(t.Context(), orchestrate.Lift(Mail{}), answer(errDeclined), hour)
	require.Equal(t, time.Hour, p.Took)
	require.Equal(t, plan.Failed, p.Steps[0].Status)
}

func TestAnOrchestrationThatDoesNotEndIsStopped(t *testing.T) {
	t.Parallel()
	poll := func(y actions.Yield) (int, error) {
		for {
			_, _ = orchestrate.Do(y, Quote{Flight: "SK 12"}) // whatever comes of it
		}
	}
	p := plan.DryWith(t.Context(), poll, plan.Zero(), plan.Config{MaxSteps: 5})
	require.EqualError(t, p.Err, `plan: the orchestration had not ended after 5 actions; stopped at step 5: `+
		`plan_test.Quote{Flight: "SK 12"}`)
	var limit *plan.LimitError
	require.ErrorAs(t, p.Err, &limit)
	require.Equal(t, &plan.LimitError{Max: 5, Path: "5", Action: Quote{Flight: "SK 12"}}, limit)
	require.Nil(t, p.Result)
	require.Len(t, p.Steps, 6)
	require.Equal(t, plan.Unfinished, p.Steps[5].Status)
	require.Equal(t, plan.Done, p.Steps[4].Status)
}

func TestNothingEscapesTheBound(t *testing.T) {
	t.Parallel()
	again := func(y actions.Yield, a actions.Action) (int, error) {
		for {
			_, _ = y(a)
		}
	}
	flows := map[string]func(y actions.Yield) (int, error){
		"asides": func(y actions.Yield) (int, error) { return again(y, actions.Log{}) },
		"scopes": func(y actions.Yield) (int, error) {
			return again(y, actions.Group{Scope: "s", Branches: []actions.Branch{{Leaf: Mail{}}}})
		},
		"one branch": func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, waiting("", 1), func(y actions.Yield) (string, error) {
				_, err := again(y, Mail{})
				return "", err
			})
			return 0, err
		},
		"deferred": func(y actions.Yield) (int, error) {
			defer func() { _, _ = y(Mail{}) }()
			return again(y, Mail{})
		},
		"recovered": func(y actions.Yield) (int, error) {
			for {
				func() {
					defer func() { _ = recover() }()
					_, _ = y(Mail{})
				}()
			}
		},
		"shielded": func(y actions.Yield) (int, error) { return again(y, actions.Shielded{Action: Mail{}}) },
		"retried": func(y actions.Yield) (int, error) {
			return orchestrate.Retry(y, backoff.Constant(0), func(actions.Yield) (int, error) { return 0, errDeclined })
		},
	}
	for name, flow := range flows {
		p := plan.DryWith(t.Context(), flow, plan.Zero(), plan.Config{MaxSteps: 50})
		var limit *plan.LimitError
		require.ErrorAs(t, p.Err, &limit, name)
	}
	deep := func(y actions.Yield) (int, error) { return nest(y) }
	p := plan.DryWith(t.Context(), deep, plan.Zero(), plan.Config{MaxSteps: 500})
	require.ErrorContains(t, p.Err, "after 500 actions")
	require.Contains(t, p.String(), "\n├─ … 451 more steps not shown\n")
	require.Empty(t, p.CriticalPath())
}

// nest goes into scopes for ever.
func nest(y actions.Yield) (int, error) { return orchestrate.Scope(y, "deeper", nest) }

func TestWithinTheBoundNothingIsStopped(t *testing.T) {
	t.Parallel()
	three := func(y actions.Yield) (int, error) {
		_ = orchestrate.Tell(y, actions.Log{})
		_, err := orchestrate.All(y, orchestrate.Each(Pay{})...)
		return 0, err
	}
	require.NoError(t, plan.DryWith(t.Context(), three, plan.Zero(), plan.Config{MaxSteps: 3}).Err)
	require.Error(t, plan.DryWith(t.Context(), three, plan.Zero(), plan.Config{MaxSteps: 2}).Err)
	require.PanicsWithValue(t, "plan.DryWith: MaxSteps must be at least 0, got -1", func() {
		plan.DryWith(t.Context(), three, plan.Zero(), plan.Config{MaxSteps: -1})
	})
}

func TestADryRunWithoutWhatItNeedsHasAnError(t *testing.T) {
	t.Parallel()
	require.EqualError(t, plan.Dry[int](t.Context(), nil, plan.Zero()).Err, "orchestrate.Run: the flow is nil")
	require.EqualError(t, plan.Dry(t.Context(), trip(), nil).Err, "orchestrate.Run: the executor is nil")
	require.EqualError(t, plan.Dry(nil, trip(), plan.Zero()).Err, //nolint:staticcheck // that is the mistake
		"orchestrate.Run: the context is nil")
}

func TestACancelledDryRunRefuses(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time"))
	p := plan.Dry(ctx, trip(), samples())
	require.EqualError(t, p.Err, "step 0: plan_test.Search: not started: context canceled: no time")
	require.Equal(t, plan.NotDone, p.Steps[0].Status)

	ctx, cancel = context.WithCancelCause(t.Context())
	exec := executor.Func(func(context.Context, actions.Action) (any, error) {
		cancel(errors.New("no time"))
		return nil, nil
	})
	p = plan.Dry(ctx, orchestrate.Lift(Mail{}), exec)
	require.EqualError(t, p.Err, "step 0: plan_test.Mail: context canceled: no time")
	require.Equal(t, plan.Cancelled, p.Steps[0].Status)

	declined := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, errDeclined })
	_, p, _ = plan.Record(ctx, orchestrate.Lift(Mail{}), declined)
	require.Equal(t, plan.Failed, p.Steps[0].Status, "for a reason of its own")
}

func TestPanicsAreErrorsOfTheirStep(t *testing.T) {
	t.Parallel()
	boom := executor.Func(func(context.Context, actions.Action) (any, error) { panic("boom") })
	p := plan.Dry(t.Context(), orchestrate.Lift(Mail{}), boom)
	require.EqualError(t, p.Err, "step 0: plan_test.Mail: panic: boom")
	p = plan.Dry(t.Context(), func(actions.Yield) (int, error) { panic("boom") }, plan.Zero())
	require.EqualError(t, p.Err, "panic: boom")
}

func TestAnExitOfTheOrchestrationGoesOn(t *testing.T) {
	t.Parallel()
	exit := func(actions.Yield) (string, error) {
		runtime.Goexit()
		return "", nil
	}
	for _, flow := range []orchestrate.Orchestration[string]{
		exit,
		func(y actions.Yield) (string, error) {
			_, err := orchestrate.All(y, waiting("", 1), exit)
			return "", err
		},
	} {
		exited := make(chan bool)
		go func() {
			returned := false
			defer func() { exited <- !returned }()
			plan.Dry(t.Context(), flow, plan.Zero())
			returned = true
		}()
		require.True(t, <-exited)
	}
}

func TestAYieldFromAnotherGoroutineIsAnErrorAndNoRace(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) {
		foreign := make(chan error)
		_, err := orchestrate.All(y, waiting("", 1, 1), func(inner actions.Yield) (string, error) {
			go func() { foreign <- orchestrate.Tell(y, Mail{}) }()
			return "", <-foreign
		})
		return "", err
	}
	require.ErrorIs(t, plan.Dry(t.Context(), flow, plan.Zero()).Err, executor.ErrLent)

	p := plan.Dry(t.Context(), func(y actions.Yield) (string, error) {
		foreign := make(chan error)
		go func() { foreign <- orchestrate.Tell(y, Mail{}) }()
		return "", <-foreign
	}, plan.Zero())
	require.EqualError(t, p.Err,
		"step 0: plan_test.Mail: the yield was called on a goroutine that is not its own")
}

func TestAThousandBranchesTakeTurns(t *testing.T) {
	t.Parallel()
	flows := make([]orchestrate.Orchestration[string], 1000)
	for i := range flows {
		flows[i] = waiting("", time.Duration(i), 1, 1)
	}
	all := func(y actions.Yield) ([]string, error) { return orchestrate.All(y, flows...) }
	p := plan.Dry(t.Context(), all, plan.Zero())
	require.NoError(t, p.Err)
	require.Equal(t, time.Duration(1001), p.Took)
	require.Equal(t, 3000, p.Counts().Total().Calls)
}
