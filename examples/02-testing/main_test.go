package main

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// A workflow is a function of a yield, and a yield is a function from an action to its result. So you write the world
// that you need as a switch, and call the workflow: no framework, no mock and no context.
func TestASmallRefundNeedsNobodysLeave(t *testing.T) {
	t.Parallel()
	answer, err := Refund(func(a actions.Action) (any, error) {
		switch a.(type) {
		case FindOrder:
			return Order{Customer: "Ada", Paid: 100}, nil
		case AskManager:
			t.Error("the manager was bothered")
		}
		return nil, nil // nil is the zero value of every result
	}, "7")
	require.NoError(t, err)
	require.Equal(t, "100 is on its way.", answer)
}

// A script is the second step: what the workflow is to ask for, in order, and what it is to be told. It is strict, and
// a reply of the wrong type does not compile. RunScript also proves that the workflow can be replayed from any point.
func TestALargeRefundIsPaidIfTheManagerAgrees(t *testing.T) {
	t.Parallel()
	answer, err := orchestratetest.RunScript(t, orchestrate.Bind(Refund, "7"),
		orchestratetest.Expect(FindOrder{ID: "7"}).Return(Order{Customer: "Grace", Paid: 101}),
		orchestratetest.Expect(AskManager{Question: "Pay back 101 to Grace?"}).Return(true),
		orchestratetest.Expect(PayBack{Order: "7", Amount: 101}),
	)
	require.NoError(t, err)
	require.Equal(t, "101 is on its way.", answer)
}

// Errors are answers like any other: the workflow sees them where it asked.
func TestAnUnknownOrderIsANoAndNotAnError(t *testing.T) {
	t.Parallel()
	answer, err := Refund(func(actions.Action) (any, error) { return nil, ErrNoOrder }, "7")
	require.NoError(t, err)
	require.Equal(t, "We do not know this order.", answer)
}

// If accounting cannot be reached either, both errors are there.
func TestIfNobodyCanBeToldBothErrorsAreKept(t *testing.T) {
	t.Parallel()
	errBank, errMail := errors.New("the bank is down"), errors.New("the mail is down")
	_, err := orchestratetest.RunScript(t, orchestrate.Bind(Refund, "7"),
		orchestratetest.ExpectType[FindOrder]().Return(Order{Customer: "Ada", Paid: 1}),
		orchestratetest.ExpectType[PayBack]().Fail(errBank),
		orchestratetest.Expect(Write{To: "accounting", Text: "look into the refund of order 7"}).Fail(errMail),
	)
	require.ErrorIs(t, err, errBank)
	require.ErrorIs(t, err, errMail)
}

// A mock answers by rules, where the order is not the point. An action without a rule fails the test: nobody is paid
// back here.
func TestARefundThatTheManagerRefusesIsNotPaid(t *testing.T) {
	t.Parallel()
	shop := orchestratetest.NewMock(t)
	orchestratetest.OnType[FindOrder](shop).Return(Order{Customer: "Grace", Paid: 1000})
	orchestratetest.OnType[AskManager](shop).Return(false)

	answer, err := orchestratetest.Deterministic(t, orchestrate.Bind(Refund, "7"), shop)
	require.NoError(t, err)
	require.Equal(t, "We are sorry, but no.", answer)
}

// A call takes a microsecond, so try everything. Here every action fails once, and after each failure what must hold
// holds: the customer is told nothing wrong, and money whose whereabouts nobody knows is somebody's business.
func TestWhateverFailsNothingIsPromisedAndNothingIsForgotten(t *testing.T) {
	t.Parallel()
	errDown := errors.New("down")
	const steps = 3
	for failing := range steps {
		var asked []actions.Action
		answer, err := Refund(func(a actions.Action) (any, error) {
			asked = append(asked, a)
			if len(asked)-1 == failing {
				return nil, errDown
			}
			switch a.(type) {
			case FindOrder:
				return Order{Customer: "Grace", Paid: 1000}, nil
			case AskManager:
				return true, nil
			}
			return nil, nil
		}, "7")
		require.ErrorIs(t, err, errDown)
		require.Empty(t, answer)
		lost := slices.Contains(asked, actions.Action(PayBack{Order: "7", Amount: 1000}))
		note := Write{To: "accounting", Text: "look into the refund of order 7"}
		require.Equal(t, lost, slices.Contains(asked, actions.Action(note)), "step %d failed", failing)
	}
}

// bank is the world of an exploration: it keeps what was paid back, once for each order.
type bank struct{ paid map[string]int }

func (b *bank) mux() *executor.Mux {
	return executor.NewMux(
		executor.On(func(context.Context, FindOrder) (Order, error) { return Order{Customer: "Grace", Paid: 1000}, nil }),
		executor.On(func(context.Context, AskManager) (bool, error) { return true, nil }),
		executor.OnVoid(func(_ context.Context, a PayBack) error {
			b.paid[a.Order] = a.Amount
			return nil
		}),
		executor.OnVoid(func(context.Context, Write) error { return nil }),
	)
}

// An exploration tries everything that the world can do: up to two faults, before an effect or after it, and a crash
// anywhere, after which the run goes on.
func TestUnderEveryScheduleACustomerWhoIsToldSoIsPaidBack(t *testing.T) {
	t.Parallel()
	explore.Schedules(t, explore.Bounds{Faults: 2}, func(s *explore.Schedule) {
		b := &bank{map[string]int{}}
		answer, err := explore.Run(s, orchestrate.Bind(Refund, "7"), b.mux())
		if err == nil {
			require.Equal(s, "1000 is on its way.", answer)
			require.Equal(s, 1000, b.paid["7"])
		}
	})
}

// Run with real handlers, it says:
func Example() {
	main()
	// Output:
	// order 1
	//   bank: pay back 30
	//   30 is on its way.
	// order 2
	//   manager: Pay back 300 to Grace?
	//   bank: pay back 300
	//   300 is on its way.
	// order 3
	//   manager: Pay back 500 to Edsger?
	//   We are sorry, but no.
	// order 4
	//   We do not know this order.
}
