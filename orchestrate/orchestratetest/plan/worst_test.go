package plan_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

func worst(t *testing.T, flow orchestrate.Orchestration[string], rules ...plan.Rule) plan.Worst {
	t.Helper()
	second := plan.Config{Duration: func(actions.Action) time.Duration { return time.Second }}
	return plan.DryWith(t.Context(), flow, plan.Zero(), second).Worst(rules...)
}

func TestTheWorstCaseOfOneAction(t *testing.T) {
	t.Parallel()
	const s, ever = time.Second, time.Duration(math.MaxInt64)
	every2 := backoff.Constant(2 * s)
	jitter := backoff.Constant(10 * s).FullJitter()
	for name, c := range map[string]struct {
		policy plan.Policy
		calls  int
		time   time.Duration
	}{
		"no policy":             {plan.Policy{}, 1, s},
		"attempts":              {plan.Policy{MaxAttempts: 4}, 4, 4 * s},
		"a timeout":             {plan.Policy{MaxAttempts: 4, Timeout: 3 * s}, 4, 12 * s},
		"waits":                 {plan.Policy{MaxAttempts: 3, Schedule: backoff.Linear(s, s)}, 3, 6 * s},
		"a schedule that ends":  {plan.Policy{MaxAttempts: 9, Schedule: backoff.Constant(s).UpTo(2)}, 3, 5 * s},
		"the longest waits":     {plan.Policy{MaxAttempts: 2, Schedule: jitter.Cap(4 * s)}, 2, 6 * s},
		"a schedule, one call":  {plan.Policy{Schedule: backoff.Constant(s)}, 1, s},
		"elapsed":               {plan.Policy{MaxAttempts: 9, Schedule: every2, MaxElapsed: 5 * s}, 3, 6 * s},
		"elapsed to the end":    {plan.Policy{MaxAttempts: 9, Schedule: every2, MaxElapsed: 4 * s}, 3, 5 * s},
		"elapsed, quick calls":  {plan.Policy{MaxAttempts: 9, Schedule: jitter, MaxElapsed: 5 * s}, 9, 6 * s},
		"elapsed, which is far": {plan.Policy{MaxAttempts: 2, MaxElapsed: time.Hour}, 2, 2 * s},
		"elapsed, one call":     {plan.Policy{Timeout: 9 * s, MaxElapsed: s}, 1, 9 * s},
		"for ever":              {plan.Policy{MaxAttempts: math.MaxInt, Timeout: ever}, math.MaxInt, ever},
	} {
		got := worst(t, orchestrate.Lift(Pay{}), plan.For[Pay](c.policy))
		require.Equal(t, c.calls, got.Calls, name)
		require.InDelta(t, c.time, got.Time, 2, name) // a random number is less than 1
		if c.calls == 1 {
			require.Empty(t, got.Items, name)
		} else {
			require.Len(t, got.Items, 1, name)
		}
	}
}

func TestTheFirstRuleThatMatchesCounts(t *testing.T) {
	t.Parallel()
	two, five := plan.Policy{MaxAttempts: 2}, plan.Policy{MaxAttempts: 5}
	flow := func(y actions.Yield) (string, error) {
		_ = orchestrate.Tell(y, Mail{})
		_, _ = orchestrate.Do(y, actions.Now{})
		_, _ = orchestrate.Do(y, actions.Receive[string]{})
		return orchestrate.Do(y, Pay{})
	}
	rest := plan.For[actions.Action](five)
	require.Equal(t, 2+5+2, worst(t, flow, plan.For[Pay](two), rest).Calls, "Pay twice, Mail 5 times")
	require.Equal(t, 2+5+2, worst(t, flow, plan.For[actions.Of[string]](two), rest).Calls)
	require.Equal(t, 4, worst(t, flow).Calls)
}

func TestTheWorstCaseOfGroups(t *testing.T) {
	t.Parallel()
	rule := plan.For[Quote](plan.Policy{MaxAttempts: 3})
	quotes := func(n int) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			for range n {
				if _, err := orchestrate.Do(y, Quote{}); err != nil {
					return "", err
				}
			}
			return "", nil
		}
	}
	all := worst(t, func(y actions.Yield) (string, error) {
		_, err := orchestrate.All(y, quotes(1), quotes(3), quotes(2))
		return "", err
	}, rule)
	require.Equal(t, 18, all.Calls)
	require.Equal(t, 9*time.Second, all.Time, "the longest branch")

	race := worst(t, func(y actions.Yield) (string, error) { return orchestrate.Race(y, quotes(5), quotes(2)) }, rule)
	require.Equal(t, 6*time.Second, race.Time, "the branch that won")

	anyOf := worst(t, func(y actions.Yield) (string, error) { return orchestrate.Any(y, failing(1), quotes(2)) }, rule)
	require.Equal(t, 6*time.Second, anyOf.Time, "a failure decides nothing")

	settled := worst(t, func(y actions.Yield) (string, error) {
		_, err := orchestrate.Settle(y, failing(1), quotes(2))
		return "", err
	}, rule)
	require.Equal(t, 6*time.Second, settled.Time)

	limited := worst(t, func(y actions.Yield) (string, error) {
		return orchestrate.WithTimeout(y, 4*time.Second, quotes(2))
	}, rule)
	require.Equal(t, 4*time.Second, limited.Time, "a timeout bounds what it is around")

	undone := worst(t, func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, quotes(1), func(y actions.Yield) (string, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
				undo.Add(func(y actions.Yield) error { _, err := quotes(2)(y); return err })
				return waiting("", time.Hour)(y)
			})
		})
	}, rule)
	require.Equal(t, 9*time.Second, undone.Time, "and what the loser undoes")
}

func TestTheWorstCaseIsNoBetterThanThePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		flow := drawn(t, 3)
		p := plan.Dry(t.Context(), flow, plan.Zero())
		policy := plan.Policy{MaxAttempts: rapid.IntRange(1, 4).Draw(t, "attempts")}
		w := p.Worst(plan.For[Quote](policy))
		require.GreaterOrEqual(t, w.Time, p.Took)
		require.Equal(t, p.Took, p.CriticalPath().Took())
		require.GreaterOrEqual(t, w.Calls, p.Counts().Total().Steps)
		require.Equal(t, p.String(), plan.Dry(t.Context(), flow, plan.Zero()).String())
	})
}

// drawn is a flow of waits and groups.
func drawn(t *rapid.T, depth int) orchestrate.Orchestration[string] {
	n := rapid.IntRange(0, 3).Draw(t, "members")
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 || kind == 4 || n == 0 {
		ds := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, 5).Draw(t, "wait"))
		}), 0, 3).Draw(t, "waits")
		if rapid.Bool().Draw(t, "fails") {
			return failing(time.Duration(len(ds)))
		}
		return waiting("", ds...)
	}
	g := actions.Group{Mode: actions.Mode(kind)}
	for range n {
		flow := drawn(t, depth-1)
		g.Branches = append(g.Branches, actions.Branch{Flow: func(y actions.Yield) (any, error) { return flow(y) }})
	}
	return func(y actions.Yield) (string, error) {
		_, err := y(g)
		return "", err
	}
}

func TestAWorstCaseIsATable(t *testing.T) {
	t.Parallel()
	p := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: durations})
	undone := plan.DryWith(t.Context(), trip(), samples(), plan.Config{Duration: slowPay})
	require.Equal(t, `at worst: 18 calls, 1h0m14s
  10 calls  500ms  5 shielded plan_test.Release{Ref: "ref-SK 12"}`, undone.Worst(
		plan.For[Mail](plan.Policy{MaxAttempts: 9}), plan.For[Release](plan.Policy{MaxAttempts: 10}),
	).String())
	require.Equal(t, `at worst: 13 calls, 1h0m14s
  2 calls   1s  1.0.0 plan_test.Quote{Flight: "SK 12"}
  2 calls   1s  1.1.0 plan_test.Quote{Flight: "LH 7"}
  3 calls  17s  4.0.0.0.0 plan_test.Pay{Ref: "ref-SK 12", Cents: 0}`, p.Worst(
		plan.For[Pay](plan.Policy{MaxAttempts: 5, Timeout: 5 * time.Second, Schedule: patient}),
		plan.For[Quote](plan.Policy{MaxAttempts: 2, Timeout: 500 * time.Millisecond}),
	).String())
}

func TestAPolicyThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "plan.For: MaxAttempts must be at least 0, got -1",
		func() { plan.For[Pay](plan.Policy{MaxAttempts: -1}) })
	require.PanicsWithValue(t, "plan.For: Timeout must not be negative, got -1s",
		func() { plan.For[Pay](plan.Policy{Timeout: -time.Second}) })
	require.PanicsWithValue(t, "plan.For: MaxElapsed must not be negative, got -1s",
		func() { plan.For[Pay](plan.Policy{MaxElapsed: -time.Second}) })
}
