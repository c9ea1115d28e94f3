package shop_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/examples/checkout/internal/shop"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) *shop.Shop {
	t.Helper()
	s, err := shop.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// left is how many of an item are on the shelf.
func left(t *testing.T, s *shop.Shop, item string) int {
	t.Helper()
	b, err := s.Books(t.Context())
	require.NoError(t, err)
	for _, g := range b.Shelf {
		if g.Item == item {
			return g.Left
		}
	}
	require.Fail(t, "there is no "+item)
	return 0
}

// Without a run a handler of Transact is a transaction and nothing else, so that it can be tested alone.
func TestGoodsAreTakenOffTheShelfAndPutBackOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	mux := executor.NewMux(s.Handlers())
	do := func(a actions.Action) (any, error) { return mux.Execute(t.Context(), a) }
	before := left(t, s, "lamp")

	_, err := do(order.Reserve{Order: "o", Item: "lamp", Count: before + 1})
	require.ErrorIs(t, err, order.ErrSoldOut)
	require.True(t, executor.NotDone(err))
	price, err := do(order.Reserve{Order: "o", Item: "lamp", Count: 2})
	require.NoError(t, err)
	require.Equal(t, order.Money(40_00), price)
	require.Equal(t, before-2, left(t, s, "lamp"))

	for range 2 { // the second time nothing is reserved
		_, err = do(order.Release{Order: "o"})
		require.NoError(t, err)
		require.Equal(t, before, left(t, s, "lamp"))
	}
}

// An order is taken once, however often it comes in, and a run is what becomes of it.
func TestAnOrderAndItsRunAreThereTogetherAndOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := durable.NewClient(s.Store())
	orders := []order.Order{{ID: "o-1", Item: "lamp", Count: 1}, {ID: "o-2", Item: "lamp", Count: 1}}
	for i, want := range []int{1, 1, 0} {
		taken, err := s.Take(t.Context(), client, orders[:min(i+1, 2)])
		require.NoError(t, err)
		require.Equal(t, want, taken)
	}
	counts, err := client.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 2, counts.Pending)

	_, err = s.Take(t.Context(), client, []order.Order{{ID: "o-3", Item: "lamp"}, {ID: "no ID at all", Item: "lamp"}})
	require.ErrorIs(t, err, durable.ErrBadID)
	counts, err = client.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 2, counts.Total, "all or nothing")
}

// The manager's answer reaches the run that waits for it, and no order is answered twice.
func TestTheManagerAnswersAnOrderOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	ask := durable.Define("ask", func(y actions.Yield, id string) (order.Approval, error) {
		if err := orchestrate.Tell(y, order.AskManager{Order: id, Amount: 5000_00}); err != nil {
			return order.Approval{}, err
		}
		return orchestrate.Do(y, actions.Receive[order.Approval]{Name: order.Approved})
	})
	rt, err := durable.Open(t.Context(), s.Store(), executor.NewMux(s.Handlers()), durable.Config{
		Flows: durable.Flows(ask), Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
	h, err := ask.Start(t.Context(), rt, "o-1", durable.WithID("o-1"))
	require.NoError(t, err)
	for {
		asked, ok, err := s.Asked(t.Context())
		require.NoError(t, err)
		if ok {
			require.Equal(t, order.AskManager{Order: "o-1", Amount: 5000_00}, asked)
			break
		}
	}
	for _, want := range []bool{true, false} {
		said, err := s.Answer(t.Context(), rt.Client, "o-1", order.Approval{OK: want, By: "Ada"})
		require.NoError(t, err)
		require.Equal(t, want, said)
	}
	answer, err := h.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, order.Approval{OK: true, By: "Ada"}, answer)
}
