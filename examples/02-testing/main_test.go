package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
)

// A workflow is a function of a yield, and a yield is a function from an action to its result. So you write the world
// that you need as a switch, and call the workflow. There is no framework, no mock and no context.
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

// What was asked for is data. Collect it, and compare it.
func TestALargeRefundIsPaidIfTheManagerAgrees(t *testing.T) {
	t.Parallel()
	var asked []actions.Action
	answer, err := Refund(func(a actions.Action) (any, error) {
		asked = append(asked, a)
		switch a.(type) {
		case FindOrder:
			return Order{Customer: "Grace", Paid: 101}, nil
		case AskManager:
			return true, nil
		}
		return nil, nil
	}, "7")
	require.NoError(t, err)
	require.Equal(t, "101 is on its way.", answer)
	require.Equal(t, []actions.Action{
		FindOrder{ID: "7"},
		AskManager{Question: "Pay back 101 to Grace?"},
		PayBack{Order: "7", Amount: 101},
	}, asked)
}

// Errors are answers like any other: the workflow sees them where it asked.
func TestAnUnknownOrderIsANoAndNotAnError(t *testing.T) {
	t.Parallel()
	answer, err := Refund(func(actions.Action) (any, error) { return nil, ErrNoOrder }, "7")
	require.NoError(t, err)
	require.Equal(t, "We do not know this order.", answer)
}

// Once a test has grown a world that it likes, the world gets a name. It answers, and writes down what it was asked.
type world struct {
	paid   int
	agrees bool
	fails  func(a actions.Action) error
	asked  []actions.Action
}

func (w *world) yield(a actions.Action) (any, error) {
	w.asked = append(w.asked, a)
	if w.fails != nil {
		if err := w.fails(a); err != nil {
			return nil, err
		}
	}
	switch a.(type) {
	case FindOrder:
		return Order{Customer: "Ada", Paid: w.paid}, nil
	case AskManager:
		return w.agrees, nil
	}
	return nil, nil
}

func TestEveryWayThroughARefund(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		world  world
		answer string
		steps  int
	}{
		"small":             {world{paid: 1}, "1 is on its way.", 2},
		"large, and agreed": {world{paid: 1000, agrees: true}, "1000 is on its way.", 3},
		"large, and not":    {world{paid: 1000}, "We are sorry, but no.", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := Refund(c.world.yield, "7")
			require.NoError(t, err)
			require.Equal(t, c.answer, answer)
			require.Len(t, c.world.asked, c.steps)
		})
	}
}

// A call takes a microsecond, so try everything. Here every action fails once, and after each failure what must hold
// holds: the customer is told nothing wrong, and money whose whereabouts nobody knows is somebody's business.
func TestWhateverFailsNothingIsPromisedAndNothingIsForgotten(t *testing.T) {
	t.Parallel()
	errDown := errors.New("down")
	const steps = 3
	for failing := range steps {
		w := &world{paid: 1000, agrees: true}
		step := -1
		w.fails = func(actions.Action) error {
			if step++; step == failing {
				return errDown
			}
			return nil
		}
		answer, err := Refund(w.yield, "7")
		require.ErrorIs(t, err, errDown)
		require.Empty(t, answer)
		lost := slices.Contains(w.asked, actions.Action(PayBack{Order: "7", Amount: 1000}))
		note := Write{To: "accounting", Text: "look into the refund of order 7"}
		require.Equal(t, lost, slices.Contains(w.asked, actions.Action(note)), "step %d failed", failing)
	}
}

// And if accounting cannot be reached either, both errors are there.
func TestIfNobodyCanBeToldBothErrorsAreKept(t *testing.T) {
	t.Parallel()
	errBank, errMail := errors.New("the bank is down"), errors.New("the mail is down")
	w := &world{paid: 1, fails: func(a actions.Action) error {
		switch a.(type) {
		case PayBack:
			return errBank
		case Write:
			return errMail
		}
		return nil
	}}
	_, err := Refund(w.yield, "7")
	require.ErrorIs(t, err, errBank)
	require.ErrorIs(t, err, errMail)
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
