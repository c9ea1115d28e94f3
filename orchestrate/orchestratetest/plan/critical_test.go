package plan_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// critical is the critical path of a flow whose waits take the time they say, by the paths of its steps.
func critical(t *testing.T, flow orchestrate.Orchestration[string]) (paths []string, took time.Duration) {
	t.Helper()
	p := plan.Dry(t.Context(), flow, plan.Zero())
	chain := p.CriticalPath()
	for i, l := range chain {
		paths = append(paths, l.Step.Path)
		require.Empty(t, l.Step.Branches)
		if i > 0 {
			require.Equal(t, chain[i-1].Until, l.From, "a chain has no holes")
		}
	}
	require.Equal(t, p.Took, chain.Took())
	return paths, chain.Took()
}

func failing(d time.Duration) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		_, _ = waiting("", d)(y)
		return "", errDeclined
	}
}

func TestTheCriticalPathGoesThroughGroupsByTheirMode(t *testing.T) {
	t.Parallel()
	type flows = []orchestrate.Orchestration[string]
	short, long, bad := waiting("", 1, 1), waiting("", 2, 3), failing(4)
	for _, c := range []struct {
		mode  actions.Mode
		flows flows
		want  []string
	}{
		{actions.All, flows{short, long}, []string{"0.1.0", "0.1.1"}},
		{actions.All, flows{long, long}, []string{"0.0.0", "0.0.1"}},
		{actions.All, flows{bad, waiting("", 9)}, []string{"0.0.0"}},
		{actions.Settle, flows{bad, long, waiting("", 3)}, []string{"0.1.0", "0.1.1"}},
		{actions.Any, flows{long, short, bad}, []string{"0.1.0", "0.1.1"}},
		{actions.Any, flows{failing(1), failing(3), failing(2)}, []string{"0.1.0"}},
		{actions.Race, flows{long, short}, []string{"0.1.0", "0.1.1"}},
		{actions.Race, flows{long, failing(1)}, []string{"0.1.0"}},
	} {
		got, _ := critical(t, func(y actions.Yield) (string, error) {
			g := actions.Group{Mode: c.mode}
			for _, f := range c.flows {
				g.Branches = append(g.Branches, actions.Branch{Flow: func(y actions.Yield) (any, error) { return f(y) }})
			}
			_, err := y(g)
			return "", err
		})
		require.Equal(t, c.want, got, c.mode)
	}
}

func TestTheCriticalPathGoesOnWithWhatALoserUndoes(t *testing.T) {
	t.Parallel()
	loser := func(y actions.Yield) (string, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
			undo.Add(func(y actions.Yield) error { return orchestrate.Tell(y, actions.Sleep{For: 7}) })
			return waiting("", 1, 100)(y)
		})
	}
	got, took := critical(t, func(y actions.Yield) (string, error) {
		if s, err := orchestrate.Race(y, loser, waiting("", 1, 2)); err != nil {
			return s, err
		}
		return waiting("", 5)(y)
	})
	require.Equal(t, []string{"0.1.0", "0.1.1", "0.0.2", "1"}, got)
	require.Equal(t, time.Duration(1+2+7+5), took)
}

// undoing is a flow that waits for long, and then undoes what it did by waiting.
func undoing(ds ...time.Duration) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
			undo.Add(func(y actions.Yield) error { _, err := waiting("", ds...)(y); return err })
			_, err := waiting("", 100)(y)
			_ = orchestrate.Tell(y, Mail{Text: "refused"})
			return "", err
		})
	}
}

func TestOfSeveralLosersTheLastToEndCounts(t *testing.T) {
	t.Parallel()
	got, _ := critical(t, func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, waiting("", 1), waiting("", 50), undoing(2), undoing(4, 3), undoing(7), undoing(6))
	})
	require.Equal(t, []string{"0.0.0", "0.3.2", "0.3.3"}, got, "of equally long ones, the one of more steps")
	got, _ = critical(t, func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, undoing(7), waiting("", 1), undoing(7))
	})
	require.Equal(t, []string{"0.1.0", "0.0.2"}, got, "of equal ones the first")
	got, _ = critical(t, func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, undoing(0, 0), waiting("", 0))
	})
	require.Equal(t, []string{"0.1.0", "0.0.2", "0.0.3"}, got, "without times too, and not what was refused")
}

func TestALoserThatIsSlowToEndIsOnTheCriticalPath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stack := combinators.Parallelize()(executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			if _, ok := a.(Mail); ok {
				time.Sleep(time.Second) // in a synctest bubble
				return nil, nil
			}
			<-ctx.Done()
			time.Sleep(time.Second) // in a synctest bubble
			return nil, ctx.Err()
		}))
		flow := func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Race(y, orchestrate.Lift(Mail{}), orchestrate.Lift(Release{}))
		}
		_, p, err := plan.Record(t.Context(), flow, stack)
		require.NoError(t, err)
		chain := p.CriticalPath()
		require.Len(t, chain, 2)
		require.Equal(t, plan.Cancelled, chain[1].Step.Status)
		require.Equal(t, time.Second, chain[1].Took())
		require.Equal(t, p.Took, chain.Took())
	})
}

func TestWithoutTimesTheCriticalPathIsTheOneOfMostSteps(t *testing.T) {
	t.Parallel()
	got, took := critical(t, func(y actions.Yield) (string, error) {
		_, err := orchestrate.All(y, waiting("", 0), waiting("", 0, 0, 0), waiting("", 0, 0))
		_ = orchestrate.Tell(y, actions.Log{})
		return "", err
	})
	require.Equal(t, []string{"0.1.0", "0.1.1", "0.1.2"}, got)
	require.Zero(t, took)
	require.Empty(t, plan.Dry(t.Context(), waiting(""), plan.Zero()).CriticalPath())
}

func TestTheCriticalPathOfARecordedRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stack := combinators.Parallelize()(flaky(t))
		flow := func(y actions.Yield) ([]int, error) {
			prices, err := orchestrate.All(y, orchestrate.Each(Quote{Flight: "SK"}, Quote{Flight: "SK 12"})...)
			time.Sleep(time.Second) // synctest: an orchestration that dawdles, against the rules
			_ = orchestrate.Tell(y, Mail{})
			return prices, err
		}
		_, p, err := plan.Record(t.Context(), flow, stack)
		require.NoError(t, err)
		chain := p.CriticalPath()
		require.Equal(t, 550*time.Millisecond, chain.Took(), "without what the orchestration itself took")
		require.Equal(t, 1550*time.Millisecond, p.Took)
		require.Equal(t, "0.1.0", chain[0].Step.Path)

		again := plan.DryWith(t.Context(), flow, samples(), plan.Config{Duration: p.Durations()})
		require.Equal(t, time.Second/2, again.Steps[0].Took(), "the longest of its name")
		require.Equal(t, 50*time.Millisecond, again.Steps[1].Took())
		require.Zero(t, p.Durations()(Pay{}))
	})
}

func TestACriticalPathIsATable(t *testing.T) {
	t.Parallel()
	p := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: func(a actions.Action) time.Duration {
		return durations(a) % time.Hour
	}})
	require.Equal(t, `critical path: 6 steps, 5.35s
  800ms  15%  0 plan_test.Search{To: "Oslo"}
  500ms   9%  1.0.0 plan_test.Quote{Flight: "SK 12"}
     2s  37%  2 plan_test.Reserve{Ref: "ref-SK 12", Flight: "SK 12"}
     0s   0%  3.0.0 actions.Receive[string]{Name: "approval"}
     2s  37%  4.0.0.0.0 plan_test.Pay{Ref: "ref-SK 12", Cents: 0}
   50ms   1%  5 plan_test.Mail{Text: "Your receipt: receipt 9"}`, p.CriticalPath().String())
	undone := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: slowPay})
	require.Contains(t, undone.CriticalPath().String(), `  5 shielded plan_test.Release{Ref: "ref-SK 12"}`)
	one := plan.Dry(t.Context(), orchestrate.Lift(Mail{}), plan.Zero())
	require.Equal(t, "critical path: 1 step\n  0 plan_test.Mail{Text: \"\"}", one.CriticalPath().String())
}

func TestCountsAndCosts(t *testing.T) {
	t.Parallel()
	p := retried(t)
	require.Equal(t, plan.Count{Name: "plan_test.Pay", Steps: 1, Calls: 3}, p.Counts()[3])
	require.Equal(t, plan.Count{Steps: 9, Calls: 11}, p.Counts().Total())
	bill := plan.Cost(p, func(a actions.Action) int {
		switch a := a.(type) {
		case Pay:
			return a.Cents
		case Quote:
			return 1
		}
		return 0
	})
	require.Equal(t, 3*99+2, bill.Total)
	require.Equal(t, plan.Item[int]{Name: "plan_test.Pay", Calls: 3, Cost: 297}, bill.Items[3])
	require.Equal(t, `calls  cost
    1     0  actions.Receive[string]
    2     0  actions.Sleep
    1     0  plan_test.Mail
    3   297  plan_test.Pay
    2     2  plan_test.Quote
    1     0  plan_test.Reserve
    1     0  plan_test.Search
   11   299  in all`, bill.String())
	require.Equal(t, `steps  calls
    1      1  actions.Receive[string]
    2      2  actions.Sleep
    1      1  plan_test.Mail
    1      3  plan_test.Pay
    2      2  plan_test.Quote
    1      1  plan_test.Reserve
    1      1  plan_test.Search
    9     11  in all`, p.Counts().String())
}

func TestWhatWasNotDoneIsStepsWithoutCost(t *testing.T) {
	t.Parallel()
	never := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, executor.ErrNotDone })
	p := plan.Dry(t.Context(), orchestrate.Lift(Mail{}), never)
	require.Equal(t, plan.Counts{{Name: "plan_test.Mail", Steps: 1}}, p.Counts())
	bill := plan.Cost(p, func(actions.Action) time.Duration { return time.Hour })
	require.Equal(t, plan.Bill[time.Duration]{}, bill)
	require.Equal(t, "calls  cost\n    0    0s  in all", bill.String())
}
