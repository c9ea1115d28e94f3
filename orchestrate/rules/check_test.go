package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

func TestAndStopsAtTheFirstNoWithTheValueAtThatPoint(t *testing.T) {
	t.Parallel()
	v := check(t, rules.And(older, older, deny, older, broken), ada)
	require.False(t, v.OK)
	require.Equal(t, 38, v.Value.Age)
	require.Equal(t, []rules.Reason{{Rule: "deny", Message: "check failed: deny", Path: "2"}}, v.Reasons)
	v = check(t, rules.And(older, adult, older), ada)
	require.True(t, v.OK)
	require.Equal(t, 38, v.Value.Age)
	require.Nil(t, v.Reasons)
	require.True(t, check(t, rules.And[User](), ada).OK)
}

func TestOrStopsAtTheFirstYesAndTheValueFlowsThroughFailures(t *testing.T) {
	t.Parallel()
	v := check(t, rules.Or(rules.And(older, deny), rules.And(older, pass), older), ada)
	require.True(t, v.OK)
	require.Equal(t, 38, v.Value.Age)
	require.Nil(t, v.Reasons)
	v = check(t, rules.Or(deny, rules.And(pass, deny), broken), ada)
	require.False(t, v.OK)
	require.Equal(t, []string{"deny", "deny", "broken"}, names(v.Reasons))
	require.Equal(t, []string{"0", "1.1", "2"}, []string{v.Reasons[0].Path, v.Reasons[1].Path, v.Reasons[2].Path})
	require.Equal(t, []string{"or"}, names(check(t, rules.Or[User](), ada).Reasons))
}

func TestNotInvertsAndKeepsWhatBecameOfTheValue(t *testing.T) {
	t.Parallel()
	v := check(t, rules.Not(rules.And(older, deny)), ada)
	require.True(t, v.OK)
	require.Equal(t, 37, v.Value.Age)
	require.Nil(t, v.Reasons)
	v = check(t, rules.And(pass, rules.Not(rules.And(older, adult))), ada)
	require.Equal(t, 37, v.Value.Age)
	require.Equal(t, []rules.Reason{{
		Rule: "not and(older, adult)", Message: "check failed: not and(older, adult)", Path: "1",
	}}, v.Reasons)
}

func TestThenRunsAllAndTheLastCounts(t *testing.T) {
	t.Parallel()
	v := check(t, rules.Then(deny, older, broken, older), ada)
	require.True(t, v.OK)
	require.Equal(t, 38, v.Value.Age)
	require.Equal(t, []string{"deny"}, names(check(t, rules.Then(pass, broken, deny), ada).Reasons))
	require.True(t, check(t, rules.Then[User](), ada).OK)
}

func TestIfRunsOneBranchWithTheValueOfTheCondition(t *testing.T) {
	t.Parallel()
	v := check(t, rules.If(rules.And(older, adult), older, broken), ada)
	require.True(t, v.OK)
	require.Equal(t, 38, v.Value.Age)
	v = check(t, rules.If(rules.And(older, deny), older, broken), ada)
	require.ErrorIs(t, v.Err(), errBoom)
	require.Equal(t, []string{"broken"}, names(v.Reasons), "the condition's own no is no reason")
	require.Equal(t, 37, v.Value.Age)
}

func TestATransformThatErrorsKeepsTheOriginalValueAndItsErrorIsOnTheVerdict(t *testing.T) {
	t.Parallel()
	v := check(t, rules.And(older, broken), ada)
	require.False(t, v.OK)
	require.Equal(t, 37, v.Value.Age)
	require.ErrorIs(t, v.Err(), errBoom)
	require.EqualError(t, v.Err(), "check failed: broken: boom")
	require.NoError(t, check(t, pass, ada).Err())
	require.EqualError(t, rules.Verdict[User]{}.Err(), "the rule said no")
}

func TestWhatCouldNotBeFoundOutIsAnErrorAndStopsEverything(t *testing.T) {
	t.Parallel()
	never := rules.Flow("never", func(actions.Yield, User) (bool, error) {
		t.Error("it ran")
		return true, nil
	})
	for name, rule := range map[string]rules.Rule[User]{
		"alone":                  lost,
		"and":                    rules.And(older, rules.And(lost), never),
		"or":                     rules.Or(older, rules.Or(lost, never), never).Message("no message"),
		"not":                    rules.Not(lost),
		"then":                   rules.Then(lost, never),
		"if":                     rules.If(lost, never, never),
		"not of a composed rule": rules.Not(rules.And(deny, lost)).Message("m"),
	} {
		v, err := rule.Check(nil, ada)
		switch name {
		case "or":
			require.NoError(t, err, "the first said yes")
		case "not of a composed rule":
			require.NoError(t, err)
		default:
			require.Equal(t, errBoom, err, name)
			require.False(t, v.OK, name)
			require.Nil(t, v.Reasons, name)
		}
	}
}

func TestARuleAsksByAnActionOrAWorkflow(t *testing.T) {
	t.Parallel()
	y, asked := answers(func(what string) (bool, error) { return what == "cash", nil })
	rule := rules.Or(trusted("keys"), trusted("cash"))
	v, err := rule.Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, map[string]int{"keys": 1, "cash": 1}, asked)
	require.Equal(t, `trusted("keys")`, trusted("keys").Name())
	require.Equal(t, []any{"keys"}, trusted("keys").Args())

	nothing := rules.Asks("nothing", func(User) actions.Of[bool] { return nil })
	_, err = nothing.Check(y, ada)
	require.EqualError(t, err, "rules: Asks was given a function that returned a nil action")
	_, err = trusted("x").Check(nil, ada)
	require.EqualError(t, err, "orchestrate: the yield is nil")
	_, err = trusted("x").Check(orchestratetest.ByHand(func(actions.Action) (any, error) { return "yes", nil }), ada)
	require.ErrorContains(t, err, "string")
}

func TestWhatIsMalformedPanicsWhereItIsMade(t *testing.T) {
	t.Parallel()
	for want, build := range map[string]func(){
		"rules.Pure: the name is empty":                      func() { rules.Pure("", func(User) bool { return true }) },
		`rules.Flow: the function of "x" is nil`:             func() { rules.Flow[User]("x", nil) },
		`rules.Asks: the function of "x" is nil`:             func() { rules.Asks[User]("x", nil) },
		`rules.Pipe: the function of "x" is nil`:             func() { rules.Pipe[User]("x", nil) },
		"rules.And: rule 1 is the zero Rule":                 func() { rules.And(pass, rules.Rule[User]{}) },
		"rules.Parallel: there are no rules":                 func() { rules.Parallel[User]() },
		"rules.FailFast: there are no rules":                 func() { rules.FailFast[User]() },
		"rules.ParallelAny: there are no rules":              func() { rules.ParallelAny[User]() },
		"rules.Named: the name is empty":                     func() { rules.Named("", pass) },
		"rules.Cached: the key is nil":                       func() { rules.Cached[User, int](pass, nil) },
		"rules.Retry: there is neither a Max nor a Schedule": func() { rules.Retry(pass, rules.Attempts{}) },
		"rules.Retry: Max must not be negative, got -1":      func() { rules.Retry(pass, rules.Attempts{Max: -1}) },
		"rules: Message of the zero Rule":                    func() { rules.Rule[User]{}.Message("x") },
		`rules: the message of "pass" is nil`:                func() { pass.MessageFunc(nil) },
		"rules.Timeout: the time must be positive, got 0s":   func() { rules.Timeout(pass, 0, pass) },
		"rules.Timeout: rule 0 is the zero Rule":             func() { rules.Timeout(rules.Rule[User]{}, 1, pass) },
	} {
		require.PanicsWithValue(t, want, build)
	}
	for _, f := range []func(actions.Yield, User) error{
		func(y actions.Yield, u User) error { _, err := rules.Rule[User]{}.Check(y, u); return err },
		func(y actions.Yield, u User) error { _, err := rules.Validate(y, rules.Rule[User]{}, u); return err },
		func(y actions.Yield, u User) error { _, err := rules.Trace(y, rules.Rule[User]{}, u); return err },
	} {
		require.EqualError(t, f(nil, ada), "rules: the zero Rule cannot be checked")
	}
	zero := rules.Rule[User]{}
	require.Empty(t, zero.Name()+zero.String()+rules.Explain(zero))
	require.Nil(t, zero.Args())
}
