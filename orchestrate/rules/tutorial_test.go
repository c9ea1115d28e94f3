package rules_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

// Orders is a policy as a durable run: what was answered before a crash is not asked again.
var Orders = durable.Define("may-order", mayOrder.Check)

func TestAFunctionIsAllTheWorldThatARuleNeeds(t *testing.T) {
	t.Parallel()
	verdict, err := mayOrder.Check(func(a actions.Action) (any, error) {
		return a == HasPaid{Owner: "Ada"}, nil
	}, Account{Owner: "Ada", Age: 36})
	require.NoError(t, err)
	require.True(t, verdict.OK)
}

func TestAScriptSaysWhatARuleAsksFor(t *testing.T) {
	t.Parallel()
	verdict, err := orchestratetest.RunScript(t, orchestrate.Bind(mayOrder.Check, Account{Owner: "Ada", Age: 36}),
		orchestratetest.Expect(HasPaid{Owner: "Ada"}).Return(false),
	)
	require.NoError(t, err)
	require.EqualError(t, verdict.Err(), `check failed: has_role("staff"); Ada has open bills`)

	verdict, err = orchestratetest.RunScript(t, orchestrate.Bind(mayOrder.Check, Account{Owner: "Cleo", Age: 9}))
	require.NoError(t, err, "children are not asked for their bills")
	require.False(t, verdict.OK)
}

func TestAMockAnswersWholePolicies(t *testing.T) {
	t.Parallel()
	policy := rules.Parallel(mayOrder, rules.Named("billing", hasPaid))
	mock := orchestratetest.NewMock(t)
	orchestratetest.On(mock, HasPaid{Owner: "Ada"}).Return(true)
	orchestratetest.OnType[HasPaid](mock).Fail(errors.New("the billing service is down"))

	verdict, err := orchestrate.Run(t.Context(), orchestrate.Bind(policy.Check, Account{Owner: "Ada", Age: 36}), mock)
	require.NoError(t, err)
	require.True(t, verdict.OK)
	_, err = orchestrate.Run(t.Context(), orchestrate.Bind(policy.Check, Account{Owner: "Bob", Age: 36}), mock)
	require.ErrorContains(t, err, "the billing service is down")
}
