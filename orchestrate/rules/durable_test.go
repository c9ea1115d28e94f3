package rules_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

// everything is a rule with every kind of part in it.
func everything() rules.Rule[User] {
	a, b := cachedTrust("a"), cachedTrust("b")
	return rules.And(
		older,
		rules.Or(deny, rules.Not(trusted("no"))),
		rules.Parallel(a, rules.And(b, a), rules.Named("n", rules.Retry(trusted("a"), rules.Attempts{Max: 2}))),
		rules.FailFast(a, b, trusted("c")),
		rules.ParallelAny(rules.Not(a), rules.And(trusted("d"), b), trusted("no")),
		rules.If(rules.Timeout(trusted("e"), time.Hour, pass), rules.Then(trusted("no"), older), deny),
	)
}

func TestARuleIsADurableFlow(t *testing.T) {
	t.Parallel()
	flow := durable.Define("policy", everything().Check)
	exec := executor.NewMux(executor.On(func(_ context.Context, a Trusted) (bool, error) { return a.What != "no", nil }))
	rt, err := durable.Open(t.Context(), memory.New(), exec, durable.Config{Flows: durable.Flows(flow)})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
	run, err := flow.Start(t.Context(), rt, ada)
	require.NoError(t, err)
	v, err := run.Result(t.Context())
	require.NoError(t, err)
	require.True(t, v.OK, v.Reasons)
	require.Equal(t, 38, v.Value.Age)
	require.Equal(t, "and", v.Winner())
}

func TestARuleCanBeReplayedFromAnywhere(t *testing.T) {
	t.Parallel()
	for _, rule := range []rules.Rule[User]{
		everything(), rules.And(everything(), rules.Parallel(trusted("no"), everything())),
	} {
		exec := combinators.Parallelize()(executor.System(executor.NewMux(
			executor.On(func(_ context.Context, a Trusted) (bool, error) { return a.What != "no", nil }),
		)))
		for _, check := range []func(yield, User) (rules.Verdict[User], error){rule.Check, rule.Validate} {
			_, err := orchestratetest.Deterministic(t, orchestrate.Bind(check, ada), exec)
			require.NoError(t, err)
		}
		traced, err := orchestratetest.Deterministic(t, orchestrate.Bind(rule.Trace, ada), exec)
		require.NoError(t, err)
		require.NotEmpty(t, traced.Ran)
	}
}

func TestWhatARuleIsMadeOfIsSeenByMocks(t *testing.T) {
	t.Parallel()
	var seen []actions.Action
	y := func(a actions.Action) (any, error) {
		seen = append(seen, a)
		g := a.(actions.Group)
		require.Equal(t, "settle[rules_test.Trusted{User:Ada What:a} flow]", g.String(), "actions stay plain data")
		return actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{{Value: true}, {Value: 1}}}, nil
	}
	_, err := rules.Parallel(trusted("a"), pass).Check(y, ada)
	require.EqualError(t, err, "rules: the executor did not run the rule")
	require.Len(t, seen, 1)
	for _, answer := range []any{nil, actions.GroupResult{Decided: 2, Outcomes: make([]actions.Outcome[any], 1)}} {
		_, err = rules.Parallel(trusted("a")).Check(func(actions.Action) (any, error) { return answer, nil }, ada)
		require.ErrorContains(t, err, `outcomes for the group "settle" of 1 branches`)
	}
	_, err = rules.Parallel(trusted("a")).Check(func(actions.Action) (any, error) {
		return actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{{Value: "yes"}}}, nil
	}, ada)
	_, wrong := errors.AsType[*executor.ResultError](err)
	require.True(t, wrong)
}

// TestANoIsWhatItWasWhenItComesOutOfAStore returns a verdict's "no" as the error of a durable run.
func TestANoIsWhatItWasWhenItComesOutOfAStore(t *testing.T) {
	t.Parallel()
	broken := rules.Pipe("broken", func(actions.Yield, User) (User, error) { return User{}, io.EOF })
	policy := rules.Parallel(deny, broken)
	flow := durable.Define("policy", func(y actions.Yield, u User) (actions.Void, error) {
		v, err := policy.Check(y, u)
		return actions.Void{}, errors.Join(err, v.Err())
	})
	config := durable.Config{Flows: durable.Flows(flow)}
	rt, err := durable.Open(t.Context(), memory.New(), executor.NewMux(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
	run, err := flow.Start(t.Context(), rt, ada)
	require.NoError(t, err)
	_, err = run.Result(t.Context())
	var no *rules.FailedError
	require.ErrorAs(t, err, &no)
	require.Len(t, no.Reasons, 2)
	require.Equal(t, "0", no.Reasons[0].Path)
	require.Equal(t, "broken", no.Reasons[1].Rule)
	require.ErrorIs(t, err, io.EOF, "what a Pipe returned")
}
