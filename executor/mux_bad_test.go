package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

type (
	// impostor has the name of another type, nameless has none.
	impostor struct{ actions.Returns[int] }
	nameless struct{ actions.Returns[int] }
	// byPointer is an action by its pointer too, as all are.
	byPointer struct{ actions.Returns[int] }
	// opaque embeds an action of which nobody knows the result.
	opaque struct{ actions.Action }
)

func (impostor) ActionName() string { return "shop.Old" }

func (nameless) ActionName() string { return "" }

func TestBadHandlersAreRefusedWhenTheMuxIsMade(t *testing.T) {
	t.Parallel()
	var nilMux *executor.Mux
	for want, build := range map[string]func(){
		"executor.NewMux: handler 1 is nil": func() { executor.NewMux(leaf(), nil) },
		"executor.NewMux: handler 0 is nil": func() { executor.NewMux(nilMux) },
		"executor.NewMux: two handlers for executor_test.say": func() {
			executor.NewMux(leaf(), constant[say](""))
		},
		`executor.NewMux: two action types are named "shop.Old", ` +
			"github.com/baton-go/baton/executor_test.renamed and github.com/baton-go/baton/executor_test.impostor: " +
			"give one an ActionName": func() { executor.NewMux(constant[renamed](1), constant[impostor](1)) },
		"executor.On: the handler for executor_test.say is nil": func() {
			executor.On[say](nil)
		},
		"executor.OnVoid: the handler for executor_test.Refund is nil": func() {
			executor.OnVoid[Refund](nil)
		},
		"executor.On: *executor_test.byPointer is not a struct: an action is a struct that embeds actions.Returns": func() {
			executor.On(func(context.Context, *byPointer) (int, error) { return 0, nil })
		},
		"executor.On: actions.Of[int] is not a struct: an action is a struct that embeds actions.Returns": func() {
			executor.On(func(context.Context, actions.Of[int]) (int, error) { return 0, nil })
		},
		"executor.OnVoid: *executor_test.Refund is not a struct: " +
			"an action is a struct that embeds actions.Returns": func() {
			executor.OnVoid(func(context.Context, *Refund) error { return nil })
		},
		"executor.On: the ActionName of executor_test.nameless is empty": func() {
			executor.On(func(context.Context, nameless) (int, error) { return 0, nil })
		},
		"executor.Mux.Else: the next executor is nil": func() { leaf().Else(nilMux) },
		"executor.System: the next executor is nil":   func() { executor.System(executor.Func(nil)) },
		"executor.Yield: the executor is nil":         func() { executor.Yield(t.Context(), nilMux) },
		"executor.WithShield: the function is nil":    func() { executor.WithShield(t.Context(), nil) },
		"executor.WithStrands: the strands are nil":   func() { executor.WithStrands(t.Context(), nil) },
		"executor.WithBranches: the function is nil":  func() { executor.WithBranches(t.Context(), nil) },
		"executor.RunGroup: the executor is nil": func() {
			_, _ = executor.RunGroup(t.Context(), actions.Group{}, nil)
		},
	} {
		require.PanicsWithValue(t, want, build)
	}
}

func TestAnUnhandledActionIsNamedWithTheRemedy(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(constant[Charge](receipt{}), leaf())
	for _, c := range []struct {
		action actions.Action
		want   string
	}{
		{nil, "the action is nil"},
		{charge{}, "no handler for executor_test.charge (there is one for executor_test.Charge): add executor.On(" +
			"func(ctx context.Context, a executor_test.charge) (executor_test.receipt, error) {…}) to the mux"},
		{Refund{}, "no handler for executor_test.Refund: " +
			"add executor.OnVoid(func(ctx context.Context, a executor_test.Refund) error {…}) to the mux"},
		{opaque{say{}}, "no handler for executor_test.opaque: " +
			"add executor.On(func(ctx context.Context, a executor_test.opaque) (…, error) {…}) to the mux"},
		{&Charge{}, "no handler for *executor_test.Charge: yield the value executor_test.Charge{…}, not a pointer to it"},
		{(*say)(nil), "no handler for *executor_test.say: yield the value executor_test.say{…}, not a pointer to it"},
		{&actions.Sleep{}, "no handler for *actions.Sleep: yield the value actions.Sleep{…}, not a pointer to it"},
		{actions.Sleep{}, "no handler for actions.Sleep: wrap the executor in executor.System"},
		{actions.Version{}, "no handler for actions.Version: wrap the executor in executor.System"},
		{actions.Receive[int]{}, "no handler for actions.Receive[int]: events come from a durable runtime, or add " +
			"executor.On(func(ctx context.Context, a actions.Receive[int]) (int, error) {…}) to the mux"},
		{
			actions.Group{Branches: leaves(say{}, say{})},
			`no handler for the group "all" of 2 branches: wrap the executor in combinators.Parallelize`,
		},
		{
			actions.Group{Scope: "pay"},
			`no handler for the group "scope pay" of 0 branches: wrap the executor in combinators.Parallelize`,
		},
		{
			actions.Shielded{Action: say{}},
			"no handler for the shielded action executor_test.say: a yield from executor.Yield unwraps it",
		},
	} {
		_, err := m.Execute(t.Context(), c.action)
		require.EqualError(t, err, c.want)
		require.True(t, executor.NotDone(err))
		var unhandled *executor.UnhandledError
		require.ErrorAs(t, err, &unhandled)
		require.Equal(t, c.action, unhandled.Action)
		require.True(t, unhandled.Permanent())
	}
}
