package durabletest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

type (
	// Order is what a checkout begins with.
	Order struct {
		ID    string
		Cents int
	}
	// Reserve puts goods aside for an order, and Release puts them back.
	Reserve struct {
		actions.Returns[string]
		Order string
	}
	Release struct {
		actions.Returns[actions.Void]
		Order string
	}
	// Charge takes money for an order, and Refund gives it back.
	Charge struct {
		actions.Returns[string]
		Order string
		Cents int
	}
	Refund struct {
		actions.Returns[actions.Void]
		Order string
	}
	// Rate reads an exchange rate, which leaves no record.
	Rate struct{ actions.Returns[int] }
	// Ship sends an order.
	Ship struct {
		actions.Returns[actions.Void]
		Order string
	}
)

var errNoMoney = errors.New("there is not enough money")

// checkout reserves and charges, both or neither, waits until the order is packed, and ships it.
func checkout(y actions.Yield, o Order) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		place, err := orchestrate.Undoable(y, undo, Reserve{Order: o.ID}, Release{Order: o.ID})
		if err != nil {
			return "", err
		}
		payment, err := orchestrate.Undoable(y, undo, Charge{Order: o.ID, Cents: o.Cents}, Refund{Order: o.ID})
		if err != nil {
			return "", err
		}
		_, err = orchestrate.WithTimeout(y, 48*time.Hour, orchestrate.Lift(actions.Receive[string]{Name: "packed"}))
		if err != nil {
			return "", err
		}
		if err := orchestrate.Tell(y, Ship{Order: o.ID}); err != nil {
			return "", err
		}
		return place + " " + payment, nil
	})
}

// dearer charges a little more than checkout does.
func dearer(y actions.Yield, o Order) (string, error) {
	o.Cents++
	return checkout(y, o)
}

func flows(f func(actions.Yield, Order) (string, error)) durable.Config {
	return durable.Config{Flows: durable.Flows(durable.Define("checkout", f))}
}

// handlers carry out a shop's actions.
func handlers() *executor.Mux {
	return executor.NewMux(
		executor.On(func(_ context.Context, a Reserve) (string, error) { return "shelf of " + a.Order, nil }),
		executor.OnVoid(func(context.Context, Release) error { return nil }),
		executor.On(func(_ context.Context, a Charge) (string, error) {
			if a.Cents > 1000 {
				return "", errNoMoney
			}
			return fmt.Sprintf("payment of %d", a.Cents), nil
		}),
		executor.OnVoid(func(context.Context, Refund) error { return nil }),
		executor.OnVoid(func(context.Context, Ship) error { return nil }),
		executor.On(func(context.Context, Rate) (int, error) { return 2, nil }),
	)
}

// shopped is a store in which orders have been carried out as far as they go.
func shopped(t *testing.T) store.Store {
	t.Helper()
	s := memory.New()
	config := flows(checkout)
	config.UnloadAfter = time.Millisecond
	rt, err := durable.Open(t.Context(), s, handlers(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(t.Context())) }()
	flow := durable.Define("checkout", checkout)
	start := func(id string, cents int) *durable.Handle[string] {
		h, err := flow.Start(t.Context(), rt, Order{ID: id, Cents: cents}, durable.WithID(id))
		require.NoError(t, err)
		return h
	}
	well, badly, waits := start("well", 10), start("badly", 2000), start("waits", 20)
	require.NoError(t, rt.Send(t.Context(), "well", "packed", "a box"))
	_, err = well.Result(t.Context())
	require.NoError(t, err)
	_, err = badly.Result(t.Context())
	require.ErrorContains(t, err, errNoMoney.Error())
	require.Eventually(t, func() bool {
		status, err := waits.Status(t.Context())
		return err == nil && status == store.Waiting
	}, time.Minute, time.Millisecond)
	return s
}

// history is that of a run of the shop.
func history(t *testing.T, s store.Store, id string) store.History {
	t.Helper()
	h, err := s.Load(t.Context(), id, store.Mark{})
	require.NoError(t, err)
	return h
}

// heard is a test that only hears of its failures.
type heard struct{ text string }

func (h *heard) Helper()                        {}
func (h *heard) Name() string                   { return "TestHeard" }
func (h *heard) Errorf(format string, a ...any) { h.text += fmt.Sprintf(format, a...) }
func (h *heard) FailNow()                       {}
func (h *heard) Cleanup(func())                 {}
