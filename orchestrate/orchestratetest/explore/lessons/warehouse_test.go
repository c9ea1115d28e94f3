package lessons_test

import (
	"context"
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type (
	// Reserve puts goods aside for an order. Nothing comes of it a second time.
	Reserve struct {
		actions.Returns[actions.Void]
		Order string
	}
	// Release puts what was reserved back on the shelf, if it was.
	Release struct {
		actions.Returns[actions.Void]
		Order string
	}
	// Ship has a warehouse send an order.
	Ship struct {
		actions.Returns[actions.Void]
		Order, From string
	}
	// Recall stops what was shipped, if it was.
	Recall struct {
		actions.Returns[actions.Void]
		Order, From string
	}
)

var (
	errPaid    = errors.New("it is paid, and so it is kept")
	errShipped = errors.New("it is on its way, and so it is paid")
)

// warehouse is a bank with goods.
type warehouse struct {
	*bank
	reserved map[string]bool
	shipped  map[Recall]bool
}

func newWarehouse() *warehouse {
	return &warehouse{newBank(), map[string]bool{}, map[Recall]bool{}}
}

func (w *warehouse) mux() *executor.Mux {
	return executor.NewMux(
		executor.OnVoid(w.charge),
		executor.OnVoid(func(ctx context.Context, a Refund) error {
			if len(w.shipped) > 0 {
				return errShipped
			}
			return w.refund(ctx, a)
		}),
		executor.OnVoid(func(_ context.Context, a Reserve) error { w.reserved[a.Order] = true; return nil }),
		executor.OnVoid(func(_ context.Context, a Release) error {
			if w.taken > 0 {
				return errPaid
			}
			delete(w.reserved, a.Order)
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Ship) error {
			w.shipped[Recall{Order: a.Order, From: a.From}] = true
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Recall) error { delete(w.shipped, a); return nil }),
	)
}

// An idempotency key names what is meant once. A charge that was paid back and is to be made again is another one: what
// has the key of the first is done already, says the bank.
func keyReused() lesson[string] {
	sell := func(key func(from string) string) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			for _, from := range []string{"Hamburg", "Munich"} {
				charge := Charge{Key: key(from), Cents: price}
				if err := orchestrate.Tell(y, charge); err != nil {
					return "", err
				}
				if err := orchestrate.Tell(y, Ship{Order: "7", From: from}); err == nil {
					return from, nil
				}
				if err := orchestrate.Tell(y, Recall{Order: "7", From: from}); err != nil {
					return "", err
				}
				if err := orchestrate.Tell(y, Refund{Key: charge.Key}); err != nil {
					return "", err
				}
			}
			return "", nil
		}
	}
	return lesson[string]{
		bounds: explore.Bounds{Faults: 2, FaultsOf: only[Ship]},
		bug:    sell(func(string) string { return "order 7" }),
		fixed:  sell(func(from string) string { return "order 7 from " + from }),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[string]) {
			w := newWarehouse()
			s.Always(func() {
				require.LessOrEqual(s, w.taken, price, "nobody pays twice")
				require.True(s, len(w.shipped) == 0 || w.taken > 0, "what is on its way is paid")
			})
			from, err := explore.Run(s, flow, w.mux())
			require.NoError(s, err)
			if from == "" {
				require.Empty(s, w.shipped)
				require.Zero(s, w.taken, "what is not sold is not paid")
				return
			}
			require.Equal(s, map[Recall]bool{{Order: "7", From: from}: true}, w.shipped)
			require.Equal(s, price, w.taken, "what is sold is paid")
		},
		found: "fail 1",
		says:  "what is on its way is paid",
	}
}

// only is the usual faults for actions of one type, and none for others.
func only[A actions.Action](a actions.Action) []explore.Fault {
	if _, ok := a.(A); !ok {
		return nil
	}
	lost := errors.New("the line is dead")
	return []explore.Fault{{Err: executor.ErrNotDone}, {Err: lost, Lost: true}}
}

// Undoing by hand, in each place where something may fail, is right until somebody adds a step. A saga undoes what was
// done, wherever it fails.
func compensationForgotten() lesson[actions.Void] {
	reserve, release := Reserve{Order: "7"}, Release{Order: "7"}
	charge, refund := Charge{Key: "7", Cents: price}, Refund{Key: "7"}
	ship, recall := Ship{Order: "7", From: "Hamburg"}, Recall{Order: "7", From: "Hamburg"}
	var none actions.Void
	return lesson[actions.Void]{
		cancels: 1,
		bug: func(y actions.Yield) (actions.Void, error) {
			if err := orchestrate.Tell(y, reserve); err != nil {
				return none, errors.Join(err, orchestrate.Tell(y, release))
			}
			if err := orchestrate.Tell(y, charge); err != nil {
				return none, errors.Join(err, orchestrate.Tell(y, refund), orchestrate.Tell(y, release))
			}
			if err := orchestrate.Tell(y, ship); err != nil {
				return none, errors.Join(err, orchestrate.Tell(y, recall), orchestrate.Tell(y, refund))
			}
			return none, nil
		},
		fixed: func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (actions.Void, error) {
				if _, err := orchestrate.Undoable(y, undo, reserve, release); err != nil {
					return none, err
				}
				if _, err := orchestrate.Undoable(y, undo, charge, refund); err != nil {
					return none, err
				}
				return orchestrate.Undoable(y, undo, ship, recall)
			})
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			w := newWarehouse()
			mux := w.mux()
			_, err := explore.Run(s, flow, executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				switch a.(type) {
				case Charge:
					require.NotEmpty(s, w.reserved, "what is paid is there")
				case Ship:
					require.NotZero(s, w.taken, "what is on its way is paid")
				}
				return mux.Execute(ctx, a)
			}))
			if told(s, err) {
				return
			}
			if err != nil {
				require.NotZero(s, s.Trouble())
				require.Empty(s, w.shipped)
				require.Zero(s, w.taken)
				require.Empty(s, w.reserved, "nothing stays reserved for an order that failed")
				return
			}
			require.Len(s, w.shipped, 1)
			require.Equal(s, price, w.taken)
			require.Len(s, w.reserved, 1)
		},
		found: "fail 2",
		says:  "nothing stays reserved for an order that failed",
	}
}
