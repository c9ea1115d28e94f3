package plan_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// calls counts the actions that get through.
func calls(n *int) executor.Executor {
	return executor.Func(func(context.Context, actions.Action) (any, error) {
		*n++
		return nil, nil
	})
}

func TestADeniedActionIsNotDone(t *testing.T) {
	t.Parallel()
	tooDear := errors.New("too dear")
	done := 0
	gated := plan.Approved(func(_ context.Context, a actions.Action) error {
		if p, ok := a.(Pay); ok && p.Cents > 100 {
			return tooDear
		}
		return nil
	})(calls(&done))
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Pay{Cents: 101}), gated)
	require.EqualError(t, err, "step 0: plan_test.Pay: denied: too dear")
	require.ErrorIs(t, err, tooDear)
	require.True(t, executor.NotDone(err))
	require.True(t, backoff.IsPermanent(err))
	require.True(t, combinators.IsRejection(err))
	var denied *plan.DeniedError
	require.ErrorAs(t, err, &denied)
	require.Equal(t, Pay{Cents: 101}, denied.Action)
	require.Zero(t, done)
	_, err = orchestrate.Run(t.Context(), orchestrate.Lift(Pay{Cents: 100}), gated)
	require.NoError(t, err)
	require.Equal(t, 1, done)
}

func TestASagaUndoesNothingForWhatWasDenied(t *testing.T) {
	t.Parallel()
	var asked []string
	gate := plan.Approved(func(_ context.Context, a actions.Action) error {
		asked = append(asked, actions.Name(a))
		if _, ok := a.(Reserve); ok {
			return errDeclined
		}
		return nil
	})
	p := plan.Dry(t.Context(), trip(), gate(samples()))
	require.ErrorIs(t, p.Err, errDeclined)
	require.Equal(t, []string{"plan_test.Search", "plan_test.Quote", "plan_test.Quote", "plan_test.Reserve"}, asked)
	require.Equal(t, plan.NotDone, step(t, p, "2").Status)
}

func TestAGateSeesWhatIsInGroupsOnEitherSide(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (any, error) {
		_ = orchestrate.Tell(y, actions.Log{})
		return orchestrate.Scope(y, "s", func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, orchestrate.Each(Quote{Flight: "a"})...)
		})
	}
	for _, above := range []bool{true, false} {
		done := 0
		var asked []string
		gate := plan.Approved(func(ctx context.Context, a actions.Action) error {
			asked = append(asked, executor.StepFrom(ctx).Path()+" "+actions.Name(a))
			return errDeclined
		})
		var exec executor.Executor
		if above {
			exec = gate(combinators.Parallelize()(calls(&done)))
			require.Equal(t, "Approved > Parallelize > executor.Func", executor.Layers(exec).String())
		} else {
			exec = combinators.Parallelize()(gate(calls(&done)))
		}
		_, err := orchestrate.Run(t.Context(), flow, exec)
		require.ErrorIs(t, err, errDeclined)
		require.Equal(t, []string{"0.0.0.0.0 plan_test.Quote"}, asked)
		require.Equal(t, 1, done, "the aside")
	}
}

func TestAGateIsNotAskedAboutARunThatIsOver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	gate := func(context.Context, actions.Action) error { panic("asked") }
	_, err := orchestrate.Run(ctx, orchestrate.Lift(Mail{}), plan.Approved(gate)(plan.Zero()))
	require.ErrorIs(t, err, context.Canceled)
	require.PanicsWithValue(t, "plan.Approved: the gate is nil", func() { plan.Approved(nil) })
	require.PanicsWithValue(t, "plan.Approved: the next executor is nil", func() { plan.Approved(gate)(nil) })
}

func TestOnlyWhatIsListedIsApproved(t *testing.T) {
	t.Parallel()
	list := []actions.Action{Mail{Text: "hello"}, Pay{Ref: "a", Cents: 250}, Pay{Ref: "b", Cents: 1}}
	gate := plan.Only(list...)
	list[0] = Mail{Text: "changed"}
	for range 2 {
		require.NoError(t, gate(t.Context(), Mail{Text: "hello"}))
	}
	require.EqualError(t, gate(t.Context(), Pay{Ref: "a", Cents: 300}),
		"it is not one of the approved actions (Cents: want 250, got 300)")
	gate = plan.Only(Pay{Cents: 2}, Pay{Cents: 1})
	require.ErrorContains(t, gate(t.Context(), Pay{Cents: 3}), "(Cents: want 2, got 3)", "of equally near ones the first")
	require.EqualError(t, gate(t.Context(), Search{}), "it is not one of the approved actions")
}

func TestAPlanApprovesOfWhatIsInItOnce(t *testing.T) {
	t.Parallel()
	p := plan.Dry(t.Context(), trip(), samples())
	again := plan.Dry(t.Context(), trip(), plan.Approved(p.Gate())(samples()))
	require.NoError(t, again.Err)

	gate := p.Gate()
	require.NoError(t, gate(t.Context(), Search{To: "Oslo"}))
	require.EqualError(t, gate(t.Context(), Search{To: "Oslo"}), "it is not in the plan, or no more")
	require.EqualError(t, gate(t.Context(), Reserve{Ref: "ref-LH 7", Flight: "LH 7"}),
		`it is not in the plan, or no more (Ref: want "ref-SK 12", got "ref-LH 7"; Flight: want "SK 12", got "LH 7")`)

	dearer := samples(executor.On(func(_ context.Context, a Quote) (int, error) { return 1, nil }))
	other := plan.Dry(t.Context(), trip(), plan.Approved(plan.Either(p.Gate(), plan.Allow[Release]()))(dearer))
	require.ErrorContains(t, other.Err, "plan_test.Pay: denied: it is not in the plan, or no more (Cents: want 0, got 1)")
	require.Equal(t, plan.Done, step(t, other, "5").Status)
	require.Equal(t, Release{Ref: "ref-SK 12"}, step(t, other, "5").Action)
}

func TestEitherGateMayApprove(t *testing.T) {
	t.Parallel()
	gate := plan.Either(plan.Allow[Mail](), plan.Allow[actions.Of[string]](), plan.Only(Search{}))
	for _, a := range []actions.Action{Mail{}, Pay{}, Search{}} {
		require.NoError(t, gate(t.Context(), a))
	}
	require.EqualError(t, gate(t.Context(), Release{}), "it is no plan_test.Mail")
	require.EqualError(t, plan.Allow[actions.Of[string]]()(t.Context(), Mail{}), "it is no actions.Of[string]")
	require.PanicsWithValue(t, "plan.Either: a gate is nil", func() { plan.Either(nil) })
	require.PanicsWithValue(t, "plan.Either: a gate is nil", func() { plan.Either(plan.Only(), nil) })
}
