package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

func TestExplainTellsARuleInWords(t *testing.T) {
	t.Parallel()
	rule := rules.And(
		adult,
		rules.Not(rules.Or(trusted("a"), rules.Not(pass))),
		rules.If(adult,
			rules.If(rules.Or(pass, deny), older, rules.And(deny, pass)),
			rules.Not(rules.If(deny, pass, pass)),
		),
		rules.Parallel(rules.FailFast(pass), rules.ParallelAny(pass)),
		rules.Named("billing", rules.Retry(
			rules.Timeout(pass, time.Second, rules.Or(deny, pass)), rules.Attempts{Max: 3, No: true},
		)),
		rules.Then(older, rules.Cached(adult, func(u User) string { return u.Name })),
		rules.And[User](), rules.Or[User](),
		rules.Timeout(rules.Parallel(pass), time.Minute, rules.Rule[User]{}),
	)
	require.Equal(t, `all of:
  adult
  not any of:
    trusted("a")
    not pass
  if adult:
    if:
      any of:
        pass
        deny
    then:
      older
    otherwise:
      all of:
        deny
        pass
  otherwise:
    not so:
      if deny:
        pass
      otherwise:
        pass
  all of, side by side:
    all of, side by side until one fails:
      pass
    any of, side by side:
      pass
  billing: tried up to 3 times for a yes: within 1s: pass
  if that takes longer:
    any of:
      deny
      pass
  one after the other, of which the last counts:
    older
    remembered: adult
  always
  never
  within 1m0s: all of, side by side:
    pass
`, rules.Explain(rule))
	require.Equal(t, `and(adult, not or(trusted("a"), not pass), if(adult, if(or(pass, deny), older, and(deny, pass)), `+
		`not if(deny, pass, pass)), parallel(fail_fast(pass), parallel_any(pass)), `+
		`billing(retry(timeout(pass, or(deny, pass)))), then(older, adult), and(), or(), timeout(parallel(pass)))`,
		rule.String())
}

func TestTraceTellsWhichLeavesRanAndHowLong(t *testing.T) {
	t.Parallel()
	clock := time.Unix(0, 0).UTC()
	nows := 0
	y := orchestratetest.ByHand(func(a actions.Action) (any, error) {
		switch a.(type) {
		case actions.Now:
			nows++
			return clock, nil
		default:
			clock = clock.Add(time.Second)
			return false, nil
		}
	})
	rule := rules.And(adult, rules.Or(
		trusted("a"), rules.Parallel(pass, trusted("b")), rules.And(rules.Not(broken), lost),
	))
	traced, err := rules.Trace(y, rule, ada)
	require.Equal(t, errBoom, err)
	require.Equal(t, []rules.Ran{
		{Rule: "adult", Path: "0", OK: true, At: time.Unix(0, 0).UTC()},
		{Rule: `trusted("a")`, Path: "1.0", At: time.Unix(0, 0).UTC(), Took: time.Second},
		{Rule: "pass", Path: "1.1.0", OK: true, At: time.Unix(1, 0).UTC()},
		{Rule: `trusted("b")`, Path: "1.1.1", At: time.Unix(1, 0).UTC(), Took: time.Second},
		{Rule: "broken", Path: "1.2.0.0", At: time.Unix(1, 0).UTC(), Took: time.Second, Err: errBoom},
		{Rule: "lost", Path: "1.2.1", At: time.Unix(2, 0).UTC(), Err: errBoom},
	}, traced.Ran)
	require.Equal(t, 9, nows, "once for each strand, and once for each leaf")
	require.Equal(t, `yes adult 0s
no  trusted("a") 1s
yes pass 0s
no  trusted("b") 1s
?   broken 1s: boom
?   lost 0s: boom
`, traced.String())

	_, err = rules.Trace(nil, adult, ada)
	require.EqualError(t, err, "orchestrate: the yield is nil", "times are asked for")
}

// deep nests a rule, each time by what f makes of it.
func deep(n int, rule rules.Rule[User], f func(rules.Rule[User]) rules.Rule[User]) rules.Rule[User] {
	for range n {
		rule = f(rule)
	}
	return rule
}

func TestRulesMayBeNestedAsDeepAsYouLike(t *testing.T) {
	t.Parallel()
	const n = 10_000
	for name, f := range map[string]func(rules.Rule[User]) rules.Rule[User]{
		"and":    func(r rules.Rule[User]) rules.Rule[User] { return rules.And(pass, r) },
		"or":     func(r rules.Rule[User]) rules.Rule[User] { return rules.Or(deny, r) },
		"not":    func(r rules.Rule[User]) rules.Rule[User] { return rules.Not(r) },
		"then":   func(r rules.Rule[User]) rules.Rule[User] { return rules.Then(older, r) },
		"if":     func(r rules.Rule[User]) rules.Rule[User] { return rules.If(r, pass, deny) },
		"if not": func(r rules.Rule[User]) rules.Rule[User] { return rules.If(deny, pass, r) },
		"retry":  func(r rules.Rule[User]) rules.Rule[User] { return rules.Retry(r, rules.Attempts{Max: 2}) },
		"cached": func(r rules.Rule[User]) rules.Rule[User] {
			return rules.Cached(r, func(u User) int { return u.Age })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := orchestratetest.ByHand(func(actions.Action) (any, error) { return nil, nil })
			rule := deep(n, deny, f)
			v, err := rule.Check(y, ada)
			require.NoError(t, err)
			require.False(t, v.OK)
			report, err := rule.Validate(y, ada)
			require.NoError(t, err)
			require.False(t, report.OK)
			traced, err := rule.Trace(y, ada)
			require.NoError(t, err)
			require.NotEmpty(t, traced.Ran)
			require.Contains(t, rules.Explain(rule), "deny")
			require.NotEmpty(t, rule.String())
			require.True(t, check2(t, rules.Not(rule), y))
		})
	}
}

func check2(t *testing.T, rule rules.Rule[User], y actions.Yield) bool {
	t.Helper()
	v, err := rule.Check(y, ada)
	require.NoError(t, err)
	return v.OK
}

// A group within a group is a call within a call, as with orchestrate's own, and no smaller limit than theirs is ours.
func TestGroupsMayBeNestedDeep(t *testing.T) {
	t.Parallel()
	y := orchestratetest.ByHand(func(actions.Action) (any, error) { return nil, nil })
	for _, f := range []func(rules.Rule[User]) rules.Rule[User]{
		func(r rules.Rule[User]) rules.Rule[User] { return rules.Parallel(r) },
		func(r rules.Rule[User]) rules.Rule[User] { return rules.Named("n", r) },
	} {
		rule := deep(2_000, deny, f)
		v, err := rule.Check(y, ada)
		require.NoError(t, err)
		require.Equal(t, "…."+strings.Repeat("0.", 99)+"0", v.Reasons[0].Path)
		require.Contains(t, rules.Explain(rule), "deny")
	}
}
