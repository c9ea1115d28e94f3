package order_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// sells runs an order in a world of its own under a schedule, and compares the books of that world with what the
// workflow says: either everything is there, and once, or nothing is there at all.
func sells(s *explore.Schedule, flow orchestrate.Orchestration[order.Receipt], o order.Order) {
	w := newWorld()
	shelf := w.shelf[o.Item]
	if o.Item == "piano" {
		s.Send(order.Approved, order.Approval{OK: true, By: "Ada"})
	}
	r, err := explore.Run(s, flow, w.mux())
	if err != nil {
		late := errors.Is(err, order.ErrNoCarrier) || errors.Is(err, order.ErrUnanswered)
		require.True(s, late || s.Trouble() != explore.Trouble{}, "nothing has gone wrong, and yet: %v", err)
		require.LessOrEqual(s, len(w.left()), told(err), "%v are left: %v", w.left(), err)
		if len(w.reserved) == 0 {
			require.Equal(s, shelf, w.shelf[o.Item])
		}
		return
	}
	require.Equal(s, map[string]order.Receipt{o.ID: r}, w.receipts)
	require.Equal(s, shelf-o.Count, w.shelf[o.Item])
	require.Len(s, w.paid, 1, "charged once")
	for _, paid := range w.paid {
		require.Equal(s, r.Total(), paid)
	}
	require.Equal(s, map[string]string{o.ID: r.Carrier}, w.parcels)
	require.Equal(s, order.Receipt{
		Order: o.ID, Item: o.Item, Count: o.Count,
		Goods: w.prices[o.Item] * order.Money(o.Count), Shipping: w.quotes[r.Carrier],
		Payment: "p-" + o.ID, Carrier: r.Carrier, Parcel: r.Carrier + "-1", At: r.At,
	}, r)
	require.False(s, r.At.IsZero())
}

// told is how many things the error says that people are to undo, because even that has failed.
func told(err error) int {
	saga, ok := errors.AsType[*orchestrate.SagaError](err)
	if !ok {
		return 0
	}
	return len(saga.Undo)
}

// conflict tells which actions it matters the order of: not quotes, which change nothing.
func conflict(a, b actions.Action) bool {
	_, quoteA := a.(order.Quote)
	_, quoteB := b.(order.Quote)
	return !quoteA && !quoteB
}

// Each action fails, before it has taken effect or after; the process dies anywhere; everything comes in every order,
// and early, late or never.
func TestWhateverHappensAnOrderIsSoldOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]order.Order{"lamps": lamps, "piano": piano} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := explore.Schedules(t, explore.Bounds{Conflicts: conflict}, func(s *explore.Schedule) {
				sells(s, orchestrate.Bind(order.Checkout, o), o)
			})
			require.True(t, report.Exhausted)
			t.Log(report)
		})
	}
}

func TestWhateverHappensNobodyIsChargedIfTheManagerSaysNo(t *testing.T) {
	t.Parallel()
	report := explore.Schedules(t, explore.Bounds{Conflicts: conflict}, func(s *explore.Schedule) {
		w := newWorld()
		s.Send(order.Approved, order.Approval{By: "Ada"})
		s.Always(func() { require.Empty(s, w.paid) })
		_, err := explore.Run(s, orchestrate.Bind(order.Checkout, piano), w.mux())
		require.Error(s, err)
		require.LessOrEqual(s, len(w.left()), told(err))
	})
	require.True(t, report.Exhausted)
}
