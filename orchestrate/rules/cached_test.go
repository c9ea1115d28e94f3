package rules_test

import (
	"context"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

func cachedTrust(what string) rules.Rule[User] {
	return rules.Cached(trusted(what), func(u User) string { return u.Name })
}

func TestARepeatedCheckRunsOnceInAnEvaluation(t *testing.T) {
	t.Parallel()
	a, no := cachedTrust("a"), rules.Cached(rules.And(older, trusted("no")), func(u User) string { return u.Name })
	y, asked := answers(func(what string) (bool, error) { return what != "no", nil })
	rule := rules.And(a, a, rules.Not(no), rules.Named("n", a), rules.Parallel(pass, a), rules.Or(pass, no), no)
	v, err := rule.Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 1, "no": 1}, asked)
	require.Equal(t, ada, v.Value, "a Cached gives back the value that it was given")
	require.Equal(t, []rules.Reason{
		{Rule: `trusted("no")`, Message: `check failed: trusted("no")`, Path: "6.0.1"},
	}, v.Reasons, "at the place where it stands, not where it ran")
	_, err = rule.Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 2, "no": 2}, asked, "nothing lasts beyond one evaluation")

	clear(asked)
	rule = rules.Parallel(a, a.Message("x"), rules.Not(a.Message("y")), rules.And(no.Message("z")))
	v, err = rule.Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 1, "no": 1}, asked, "a message makes no other check of it")
	require.Equal(t, []string{"not trusted(\"a\")", "and"}, names(v.Reasons))

	rename := rules.Pipe("rename", func(_ actions.Yield, u User) (User, error) { u.Name += "!"; return u, nil })
	clear(asked)
	_, err = rules.And(a, rename, a, a).Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 2}, asked, "another key is another check")
}

func TestWhatCouldNotBeFoundOutIsNotRemembered(t *testing.T) {
	t.Parallel()
	tries := 0
	y, asked := answers(func(string) (bool, error) {
		if tries++; tries < 3 {
			return false, errBoom
		}
		return true, nil
	})
	a := cachedTrust("a")
	v, err := rules.Retry(rules.Parallel(a, a), rules.Attempts{Max: 3}).Check(func(act actions.Action) (any, error) {
		if _, ok := act.(actions.Sleep); ok {
			return nil, nil
		}
		return y(act)
	}, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, map[string]int{"a": 3}, asked, "once in each attempt")
}

// All branches come to the check before it is answered, or would if they could.
func TestEqualChecksSideBySideRunOnce(t *testing.T) {
	t.Parallel()
	a, b := cachedTrust("a"), cachedTrust("b")
	first := func(rule rules.Rule[User]) rules.Rule[User] { return rules.And(trusted("first"), rule) }
	for name, rule := range map[string]rules.Rule[User]{
		"plain":     rules.Parallel(a, a, a),
		"any":       rules.ParallelAny(rules.And(a, rules.Not(b)), rules.And(a, b), first(rules.Not(a))),
		"fail fast": rules.FailFast(a, first(a), rules.And(a, b), first(b)),
		"deep":      rules.Parallel(rules.And(a, b), first(a), rules.Or(rules.Not(b), first(rules.And(b, a)))),
		"nested":    rules.Parallel(rules.Parallel(a, b, first(a)), rules.And(pass, rules.Parallel(first(b), a)), b),
		"nested twice": rules.Parallel(
			rules.FailFast(rules.Parallel(a, b), first(a)), rules.ParallelAny(b, rules.And(b, a)), a,
		),
		"and alone": rules.And(rules.Parallel(a, pass), rules.Parallel(pass, rules.And(a, b))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			asked := map[string]int{}
			v, err := runRule(t, rule, stack(func(_ context.Context, a Trusted) (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				asked[a.What]++
				return true, nil
			}))
			require.NoError(t, err)
			require.True(t, v.OK, v.Reasons)
			require.LessOrEqual(t, asked["a"], 1)
			require.LessOrEqual(t, asked["b"], 1)
			require.Equal(t, 1, asked["a"])

			v, err = runRule(t, rule, stack(func(context.Context, Trusted) (bool, error) { return false, errBoom }))
			require.ErrorIs(t, err, errBoom)
			require.False(t, v.OK)

			m := orchestratetest.NewMock(t)
			orchestratetest.OnType[Trusted](m).Return(true)
			_, err = orchestratetest.Deterministic(t, orchestrate.Bind(rule.Check, ada), m)
			require.NoError(t, err)
		})
	}
}

// The model knows no caches: remembering changes no verdict.
func TestRememberingChangesNoVerdict(t *testing.T) {
	t.Parallel()
	for mask := range 16 {
		y, asked := answers(func(what string) (bool, error) { return mask>>(what[0]-'a')&1 == 1, nil })
		z, _ := answers(func(what string) (bool, error) { return mask>>(what[0]-'a')&1 == 1, nil })
		build := func(leaf func(string) rules.Rule[User]) rules.Rule[User] {
			a, b, c, d := leaf("a"), leaf("b"), leaf("c"), leaf("d")
			return rules.Parallel(rules.Or(a, b), rules.Parallel(rules.If(b, c, d), rules.Not(a), rules.And(d, c)),
				rules.FailFast(rules.Or(c, a), rules.Or(d, b)), rules.ParallelAny(rules.Not(d), a))
		}
		got, err := build(cachedTrust).Validate(y, ada)
		require.NoError(t, err)
		want, err := build(trusted).Validate(z, ada)
		require.NoError(t, err)
		require.Equal(t, want.OK, got.OK)
		require.Equal(t, names(want.Reasons), names(got.Reasons), itoa(mask))
		for what, n := range asked {
			require.Equal(t, 1, n, what)
		}
	}
}

// TestAKeyThatIsNotEqualToItselfIsNotWaitedFor has a NaN for a key, for which nothing can be remembered.
func TestAKeyThatIsNotEqualToItselfIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	y, asked := answers(func(string) (bool, error) { return true, nil })
	a := rules.Cached(trusted("a"), func(User) float64 { return math.NaN() })
	v, err := rules.And(a, rules.Parallel(a, rules.And(pass, a), rules.FailFast(a, a))).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, map[string]int{"a": 5}, asked)
}

func TestAKeyThatCannotBeComparedIsAnError(t *testing.T) {
	t.Parallel()
	a := rules.Cached(trusted("a"), func(u User) any { return []string{u.Name} })
	for _, rule := range []rules.Rule[User]{a, rules.Parallel(a, a), rules.ParallelAny(a, rules.And(pass, a))} {
		y, asked := answers(func(string) (bool, error) { return true, nil })
		_, err := rule.Check(y, ada)
		require.ErrorContains(t, err, `rules.Cached: the key of trusted("a") is a []string that cannot be compared`)
		require.Empty(t, asked)
	}
}
