package order_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lamps is an order of little money, that two carriers make offers for; piano is one of which the manager is asked.
var (
	lamps = order.Order{ID: "o-1", Item: "lamp", Count: 2, To: "Oslo", Card: "visa", Terms: order.Terms{
		Carriers: []string{"mule", "swift"}, QuoteWithin: time.Second, AskFrom: 1000_00, Patience: time.Hour,
	}}
	piano = order.Order{ID: "o-2", Item: "piano", Count: 1, To: "Oslo", Card: "visa", Terms: order.Terms{
		Carriers: []string{"mule"}, QuoteWithin: time.Second, AskFrom: 1000_00, Patience: time.Hour,
	}}
)

// world is the rest of the world, made up: what everybody's books say.
type world struct {
	shelf    map[string]int
	prices   map[string]order.Money
	quotes   map[string]order.Money
	reserved map[string]order.Reserve
	desk     map[string]bool
	paid     map[string]order.Money // by the key of the payment
	payer    map[string]string      // the order, by the key of the payment
	parcels  map[string]string
	receipts map[string]order.Receipt
}

func newWorld() *world {
	return &world{
		shelf:    map[string]int{"lamp": 3, "piano": 1},
		prices:   map[string]order.Money{"lamp": 20_00, "piano": 4000_00},
		quotes:   map[string]order.Money{"mule": 5_00, "swift": 9_00},
		reserved: map[string]order.Reserve{}, desk: map[string]bool{}, paid: map[string]order.Money{},
		payer: map[string]string{}, parcels: map[string]string{}, receipts: map[string]order.Receipt{},
	}
}

// mux carries the actions out, as executors in production do.
func (w *world) mux() executor.Executor {
	return executor.NewMux(
		executor.On(w.quote), executor.On(w.reserve), executor.OnVoid(w.release),
		executor.OnVoid(func(_ context.Context, a order.AskManager) error { w.desk[a.Order] = true; return nil }),
		executor.OnVoid(func(_ context.Context, a order.Withdraw) error { delete(w.desk, a.Order); return nil }),
		executor.On(w.charge), executor.OnVoid(w.refund), executor.On(w.ship),
		executor.OnVoid(func(_ context.Context, a order.Recall) error { delete(w.parcels, a.Order); return nil }),
		executor.OnVoid(func(_ context.Context, a order.Issue) error {
			w.receipts[a.Receipt.Order] = a.Receipt
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a order.Annul) error { delete(w.receipts, a.Order); return nil }),
	)
}

func (w *world) quote(_ context.Context, a order.Quote) (order.Money, error) {
	return w.quotes[a.Carrier], nil
}

func (w *world) reserve(_ context.Context, a order.Reserve) (order.Money, error) {
	if _, again := w.reserved[a.Order]; !again {
		w.reserved[a.Order] = a
		w.shelf[a.Item] -= a.Count
	}
	return w.prices[a.Item] * order.Money(a.Count), nil
}

func (w *world) release(_ context.Context, a order.Release) error {
	w.shelf[w.reserved[a.Order].Item] += w.reserved[a.Order].Count
	delete(w.reserved, a.Order)
	return nil
}

// charge is what banks do: the same key is the same payment.
func (w *world) charge(ctx context.Context, a order.Charge) (string, error) {
	key := executor.StepFrom(ctx).Path()
	w.paid[key], w.payer[key] = a.Amount, a.Order
	return "p-" + a.Order, nil
}

func (w *world) refund(_ context.Context, a order.Refund) error {
	for key, payer := range w.payer {
		if payer == a.Order {
			delete(w.paid, key)
		}
	}
	return nil
}

func (w *world) ship(_ context.Context, a order.Ship) (string, error) {
	w.parcels[a.Order] = a.Carrier
	return a.Carrier + "-1", nil
}

// left is everything that an order has left in anybody's books, for people.
func (w *world) left() []string {
	var left []string
	for _, r := range w.reserved {
		left = append(left, fmt.Sprintf("%d × %s reserved", r.Count, r.Item))
	}
	for _, m := range w.paid {
		left = append(left, fmt.Sprintf("%v paid", m))
	}
	for _, carrier := range w.parcels {
		left = append(left, "parcel with "+carrier)
	}
	for _, r := range w.receipts {
		left = append(left, fmt.Sprintf("receipt for %v", r.Total()))
	}
	for range maps.Keys(w.desk) {
		left = append(left, "the manager is asked")
	}
	slices.Sort(left)
	return left
}
