package rules_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/rules"
)

func byName(u User) string { return u.Name }

func TestAConditionOfFunctionsIsGlancedAt(t *testing.T) {
	t.Parallel()
	require.True(t, check(t, rules.If(pass, rules.Then(pass, adult), deny), ada).OK)
	rule := rules.If(rules.And(pass, pass), rules.Or(pass, deny), deny)
	require.True(t, check(t, rules.And(rule, rules.Not(deny)), ada).OK)
	v := check(t, rules.If(pass, rules.And(pass, pass, rules.If(pass, rules.And(pass, deny), pass)), deny), ada)
	require.Equal(t, "1.2.1.1", v.Reasons[0].Path)
	v = check(t, rules.Then(pass, rules.Or(rules.Not(pass), rules.And(deny, pass))), ada)
	require.Equal(t, []string{"1.0", "1.1.0"}, []string{v.Reasons[0].Path, v.Reasons[1].Path})
}

func TestTheReasonsOfARememberedRuleStandWhereItStands(t *testing.T) {
	t.Parallel()
	c := rules.Cached(rules.And(pass, rules.Or(deny, rules.And(pass, deny))), byName)
	v := check(t, rules.Or(c, rules.And(pass, pass, c)), ada)
	var paths []string
	for _, r := range v.Reasons {
		paths = append(paths, r.Path)
	}
	require.Equal(t, []string{"0.0.1.0", "0.0.1.1.1", "1.2.0.1.0", "1.2.0.1.1.1"}, paths)
}

// What runs as one piece waits for nobody, and nobody waits for it.
func TestSharedChecksWithinPolicies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		exec := stack(func(ctx context.Context, a Trusted) (bool, error) {
			if a.What == "slow" {
				<-ctx.Done()
				return false, context.Cause(ctx)
			}
			asked.Add(1)
			return true, nil
		})
		c := cachedTrust("c")
		v, err := runRule(t, rules.Parallel(
			rules.Named("n", c), rules.Retry(c, rules.Attempts{Max: 2}), rules.And(adult, c), c,
			rules.Timeout(trusted("slow"), time.Second, rules.And(c, c)),
		), exec)
		require.NoError(t, err)
		require.True(t, v.OK, v.Reasons)
		require.LessOrEqual(t, asked.Load(), int32(3))
	})
}

func TestAGroupInRoundsThatIsNotCarriedOutIsAnError(t *testing.T) {
	t.Parallel()
	c := cachedTrust("c")
	exec := executor.NewMux(executor.On(func(context.Context, Trusted) (bool, error) { return true, nil }))
	_, err := runRule(t, rules.Parallel(c, rules.And(c, trusted("x"))), exec)
	require.ErrorContains(t, err, "Parallelize")
}

// Around a group, a policy sees a "no" that decided it as an error; it is one that no retry can cure.
func TestNoPolicyRetriesANo(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	mux := executor.NewMux(executor.On(func(context.Context, Trusted) (bool, error) {
		asked.Add(1)
		return false, nil
	}))
	exec := combinators.Chain(combinators.Retried(combinators.Retry{}), combinators.Parallelize())(mux)
	v, err := runRule(t, rules.FailFast(rules.And(trusted("a"))), exec)
	require.NoError(t, err)
	require.False(t, v.OK)
	require.EqualValues(t, 1, asked.Load())
}

func TestATimeoutOfARuleThatFailedKeepsItsError(t *testing.T) {
	t.Parallel()
	v, err := runRule(t, rules.Or(deny, rules.Timeout(rules.And(older, lost), time.Hour, pass)),
		stack(func(context.Context, Trusted) (bool, error) { return false, nil }))
	require.ErrorIs(t, err, errBoom)
	require.Empty(t, v.Reasons)
}
