package rules_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

// scripted answers the nth question with the nth answer: yes, no or error.
func scripted(script ...string) (rules.Rule[User], *[]int) {
	var ages []int
	return rules.Flow("scripted", func(_ actions.Yield, u User) (bool, error) {
		ages = append(ages, u.Age)
		switch script[len(ages)-1] {
		case "yes":
			return true, nil
		case "no":
			return false, nil
		}
		return false, errBoom
	}), &ages
}

func TestRetryTriesAgainWhatCouldNotBeFoundOut(t *testing.T) {
	t.Parallel()
	rule, ages := scripted("error", "error", "yes")
	var waits []time.Duration
	y := func(a actions.Action) (any, error) {
		waits = append(waits, a.(actions.Sleep).For)
		return nil, nil
	}
	v, err := rules.Retry(rules.And(older, rule), rules.Attempts{
		Max: 3, Schedule: backoff.Exponential(time.Second, 2),
	}).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, []int{37, 37, 37}, *ages, "every attempt is given the original value")
	require.Equal(t, 37, v.Value.Age)
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second}, waits)
	require.Equal(t, []rules.Note{{Rule: "and", Attempts: 3, Errs: []error{errBoom, errBoom}}}, v.Notes)

	rule, _ = scripted("no", "yes")
	v, err = rules.Retry(rule, rules.Attempts{Max: 3}).Check(y, ada)
	require.NoError(t, err)
	require.False(t, v.OK, "a no is an answer")
	require.Empty(t, v.Notes)
}

func TestRetryMayTryANoAgain(t *testing.T) {
	t.Parallel()
	y := func(actions.Action) (any, error) { return nil, nil }
	rule, _ := scripted("no", "error", "yes")
	v, err := rules.Retry(rule, rules.Attempts{Max: 3, No: true}).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Len(t, v.Notes[0].Errs, 2)

	rule, _ = scripted("error", "no")
	v, err = rules.And(pass, rules.Retry(rule, rules.Attempts{Max: 2, No: true})).Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, []rules.Reason{{Rule: "scripted", Message: "check failed: scripted", Path: "1.0"}}, v.Reasons)
	require.Equal(t, 2, v.Notes[0].Attempts)
}

func TestRetryGivesUpWithTheErrorsOfAllAttempts(t *testing.T) {
	t.Parallel()
	y := func(actions.Action) (any, error) { return nil, nil }
	rule, _ := scripted("error", "no", "error")
	_, err := rules.Retry(rule, rules.Attempts{Schedule: backoff.Constant(1).UpTo(2), No: true}).Check(y, ada)
	spent, ok := errors.AsType[*backoff.RetryError](err)
	require.True(t, ok)
	require.Equal(t, 3, spent.Attempts)
	require.ErrorIs(t, err, errBoom)

	rule, _ = scripted("no", "no")
	cut := errors.New("cut short")
	_, err = rules.Retry(rule, rules.Attempts{Max: 2, No: true}).
		Check(func(actions.Action) (any, error) { return nil, cut }, ada)
	require.ErrorIs(t, err, cut, "a wait that fails is no verdict")

	rule, _ = scripted("error", "error")
	v, err := rules.Retry(rules.And(rule, deny), rules.Attempts{Max: 2}).Validate(y, ada)
	require.ErrorIs(t, err, errBoom)
	require.Equal(t, []string{"deny"}, names(v.Reasons), "reasons survive an error beside them")
}

func TestTimeoutCancelsTheRuleAndEvaluatesTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		exec := stack(func(ctx context.Context, a Trusted) (bool, error) {
			if a.What != "slow" {
				return true, nil
			}
			<-ctx.Done()
			return false, context.Cause(ctx)
		})
		slow, asAnAdult := trusted("slow"), rules.Pure("is 36", func(u User) bool { return u.Age == 36 })
		began := time.Now()
		v, err := runRule(t, rules.And(pass, rules.Timeout(rules.And(older, slow), time.Second, asAnAdult)), exec)
		require.NoError(t, err)
		require.True(t, v.OK)
		require.Equal(t, ada, v.Value)
		require.Equal(t, time.Second, time.Since(began))

		v, err = runRule(t, rules.And(pass, rules.Timeout(slow, time.Second, rules.Not(asAnAdult))), exec)
		require.NoError(t, err)
		require.Equal(t, "1.1", v.Reasons[0].Path)
		v, err = runRule(t, rules.Timeout(slow, time.Second, deny).Message("too slow"), exec)
		require.NoError(t, err)
		require.Equal(t, "too slow", v.Reasons[0].Message)

		_, err = runRule(t, rules.Timeout(slow, time.Second, rules.Rule[User]{}), exec)
		limit, ok := errors.AsType[*orchestrate.TimeoutError](err)
		require.True(t, ok)
		require.Equal(t, time.Second, limit.Limit)

		inner := rules.Timeout(slow, time.Second, rules.Rule[User]{})
		_, err = runRule(t, rules.Timeout(inner, time.Minute, pass), exec)
		require.ErrorIs(t, err, context.DeadlineExceeded, "a timeout within is not the rule's own")
		_, err = runRule(t, rules.Timeout(lost, time.Minute, pass), exec)
		require.Equal(t, errBoom, err)
		v, err = runRule(t, rules.Timeout(rules.And(older, deny), time.Minute, pass), exec)
		require.NoError(t, err)
		require.Equal(t, 37, v.Value.Age)
		require.Equal(t, "0.1", v.Reasons[0].Path)
	})
}

func TestANamedRuleHasPoliciesOfItsOwn(t *testing.T) {
	t.Parallel()
	calls := map[string]int{}
	mux := executor.NewMux(executor.On(func(ctx context.Context, a Trusted) (bool, error) {
		calls[a.What]++
		return false, errBoom
	}))
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 2})
	exec := combinators.Parallelize()(combinators.Named("billing", combinators.Breaker(circuit))(mux))
	billing := rules.Named("billing", trusted("pay"))
	require.Equal(t, "billing", billing.Name())
	for range 4 {
		_, err := runRule(t, billing, exec)
		require.Error(t, err)
		_, err = runRule(t, trusted("free"), exec)
		require.ErrorIs(t, err, errBoom)
	}
	require.Equal(t, map[string]int{"pay": 2, "free": 4}, calls)
	_, err := runRule(t, billing, exec)
	_, open := errors.AsType[*combinators.OpenError](err)
	require.True(t, open)

	veto := func(context.Context, actions.Action) error { return errBoom }
	for want, policy := range map[string]combinators.Combinator{
		"timed":  combinators.Timed(time.Nanosecond),
		"vetoed": combinators.Tapped(combinators.Tap{Before: veto}),
	} {
		exec := combinators.Parallelize()(combinators.Named("billing", policy)(executor.NewMux(
			executor.On(func(ctx context.Context, a Trusted) (bool, error) {
				if _, hurried := ctx.Deadline(); hurried {
					<-ctx.Done()
				}
				return true, ctx.Err()
			}),
		)))
		_, err := runRule(t, billing, exec)
		require.Error(t, err, want)
		v, err := runRule(t, trusted("free"), exec)
		require.NoError(t, err, want)
		require.True(t, v.OK)
	}

	y, _ := answers(func(string) (bool, error) { return false, nil })
	v, err := rules.And(pass, rules.Named("n", rules.And(older, trusted("a")))).Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, 37, v.Value.Age)
	require.Equal(t, "1.0.1", v.Reasons[0].Path)
	v, err = rules.Named("n", rules.And(deny, lost, trusted("a"))).Validate(y, ada)
	require.Equal(t, errBoom, err)
	require.Equal(t, []string{"deny", `trusted("a")`}, names(v.Reasons))
}
