package order_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// By hand: a test of a rule needs no more than a switch. ErrNever is a carrier that does not answer; its time is over
// when the workflow's own sleep beside it is.
func TestTheCheapestCarrierThatAnswersInTimeIsTaken(t *testing.T) {
	t.Parallel()
	o := lamps
	o.Terms.Carriers = []string{"swift", "mule", "snail", "wreck"}
	r, err := order.Checkout(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		switch a := a.(type) {
		case order.Quote:
			switch a.Carrier {
			case "swift":
				return order.Money(9_00), nil
			case "mule":
				return order.Money(5_00), nil
			case "wreck":
				return nil, errors.New("the cart is broken")
			}
			return nil, orchestratetest.ErrNever // the snail, which would have been the cheapest
		case actions.Sleep:
			require.Equal(t, o.Terms.QuoteWithin, a.For)
		case order.Reserve:
			return order.Money(40_00), nil
		case order.Charge:
			require.Equal(t, order.Money(45_00), a.Amount)
		}
		return nil, nil
	}), o)
	require.NoError(t, err)
	require.Equal(t, "mule", r.Carrier)
	require.Equal(t, "45.00", r.Total().String())
}

// By script: everything that happens to an order of little money, in order, and nothing else.
func TestAnOrderFromTheShelfToTheReceipt(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	want := order.Receipt{
		Order: "o-1", Item: "lamp", Count: 2, Goods: 40_00, Shipping: 5_00,
		Payment: "p-7", Carrier: "mule", Parcel: "m-9", At: now,
	}
	r, err := orchestratetest.RunScript(t, orchestrate.Bind(order.Checkout, lamps),
		orchestratetest.Expect(order.Reserve{Order: "o-1", Item: "lamp", Count: 2}).Return(40_00),
		orchestratetest.Expect(order.Quote{Carrier: "mule", To: "Oslo", Count: 2}).Return(5_00),
		orchestratetest.Expect(order.Quote{Carrier: "swift", To: "Oslo", Count: 2}).Return(9_00),
		orchestratetest.Expect(order.Charge{Order: "o-1", Card: "visa", Amount: 45_00}).Return("p-7"),
		orchestratetest.Expect(order.Ship{Order: "o-1", Carrier: "mule", To: "Oslo"}).Return("m-9"),
		orchestratetest.Expect(actions.Now{}).Return(now),
		orchestratetest.Expect(order.Issue{Receipt: want}),
	)
	require.NoError(t, err)
	require.Equal(t, want, r)
}

// What fails is undone, and what the error says for certain was not done is not.
func TestAParcelThatNobodyTakesIsNotPaidFor(t *testing.T) {
	t.Parallel()
	_, err := orchestratetest.RunScript(t, orchestrate.Bind(order.Checkout, lamps),
		orchestratetest.ExpectType[order.Reserve]().Return(40_00),
		orchestratetest.ExpectType[order.Quote]().Return(5_00),
		orchestratetest.ExpectType[order.Quote]().Return(9_00),
		orchestratetest.ExpectType[order.Charge]().Return("p-7"),
		orchestratetest.ExpectType[order.Ship]().Fail(errors.Join(order.ErrUndeliverable, executor.ErrNotDone)),
		orchestratetest.Expect(order.Refund{Order: "o-1"}),
		orchestratetest.Expect(order.Release{Order: "o-1"}),
	)
	require.ErrorIs(t, err, order.ErrUndeliverable)
}

func TestTheManagerIsAskedAboutMuchMoneyAndHasADeadline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer any // to the event
		err    error
		want   error
	}{
		"yes":       {order.Approval{OK: true, By: "Ada"}, nil, nil},
		"no":        {order.Approval{By: "Ada"}, nil, order.ErrRefused},
		"no answer": {nil, orchestratetest.ErrNever, order.ErrUnanswered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			mux := w.mux()
			_, err := order.Checkout(orchestratetest.ByHand(func(a actions.Action) (any, error) {
				switch a := a.(type) {
				case actions.Receive[order.Approval]:
					require.True(t, w.desk["o-2"])
					delete(w.desk, "o-2")
					return c.answer, c.err
				case actions.Sleep:
					return nil, nil
				case actions.Now:
					return time.Time{}, nil
				default:
					return mux.Execute(t.Context(), a)
				}
			}), piano)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				require.Empty(t, w.left())
				require.Equal(t, 1, w.shelf["piano"])
				return
			}
			require.NoError(t, err)
			require.Len(t, w.receipts, 1)
		})
	}
}
