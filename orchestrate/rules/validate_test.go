package rules_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

func TestAValidationCollectsEveryReasonInOrder(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	exec := stack(func(_ context.Context, a Trusted) (bool, error) {
		asked.Add(1)
		return a.What == "yes", nil
	})
	rule := rules.And(
		adult.Message("{{.Name}} must be 18"),
		trusted("a"),
		rules.Or(deny, trusted("yes")),
		rules.Parallel(trusted("b"), pass, rules.And(deny, trusted("c"))),
		rules.Not(pass),
		rules.If(deny, deny, rules.And(broken, deny)),
		rules.Then(deny, rules.And(pass, deny)),
	)
	flow := orchestrate.Bind(rule.Validate, User{Name: "Bo", Age: 7})
	v, err := orchestrate.Run(t.Context(), flow, exec)
	require.NoError(t, err)
	require.False(t, v.OK)
	require.Equal(t, []string{
		"adult", `trusted("a")`, `trusted("b")`, "deny", `trusted("c")`, "not pass", "broken", "deny", "deny",
	}, names(v.Reasons))
	require.Equal(t, "Bo must be 18", v.Reasons[0].Message)
	require.Equal(t, `check failed: trusted("a")`, v.Reasons[1].Message)
	require.EqualValues(t, 4, asked.Load())
	require.ErrorIs(t, v.Err(), errBoom)
	require.ErrorContains(t, v.Err(), `Bo must be 18; check failed: trusted("a"); `)
}

func TestOneCheckThatErrorsDoesNotDiscardTheReasonsOfOthers(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	lost2 := rules.Flow("lost2", func(yield, User) (bool, error) { return false, other })
	y, _ := answers(func(string) (bool, error) { return false, nil })
	rule := rules.And(deny, lost, trusted("a"), rules.Parallel(lost2, deny), rules.Or(deny, lost), deny)
	v, err := rule.Validate(y, ada)
	require.ErrorIs(t, err, errBoom)
	require.ErrorIs(t, err, other)
	require.EqualError(t, err, "boom\nother\nboom")
	require.False(t, v.OK)
	require.Equal(t, []string{"deny", `trusted("a")`, "deny", "deny"}, names(v.Reasons))

	v, err = rules.And(lost, pass).Validate(nil, ada)
	require.Equal(t, errBoom, err, "a single error comes back whole")
	require.False(t, v.OK)
	require.Empty(t, v.Reasons)
}

func TestAValidationHasTheValueOfTheCheck(t *testing.T) {
	t.Parallel()
	v, err := rules.Validate(nil, rules.And(older, deny, older, older, deny), ada)
	require.NoError(t, err)
	require.Equal(t, 37, v.Value.Age)
	v, err = rules.Validate(nil, rules.Or(rules.And(older, deny, older), rules.Pure("is 37", func(u User) bool {
		return u.Age == 37
	})), ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Empty(t, v.Reasons)
}
