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
	// Read asks for the balance.
	Read struct{ actions.Returns[int] }
	// Write sets the balance.
	Write struct {
		actions.Returns[actions.Void]
		Cents int
	}
	// Add adds to the balance, once for each key.
	Add struct {
		actions.Returns[actions.Void]
		Key   string
		Cents int
	}
)

// Between reading and writing somebody else may write. What belongs together is one action.
func updateLost() lesson[actions.Void] {
	var none actions.Void
	both := func(deposit func(actions.Yield, int) (actions.Void, error)) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			_, err := orchestrate.All(y, orchestrate.Bind(deposit, 10), orchestrate.Bind(deposit, 5))
			return none, err
		}
	}
	return lesson[actions.Void]{
		bug: both(func(y actions.Yield, cents int) (actions.Void, error) {
			balance, err := orchestrate.Do(y, Read{})
			if err != nil {
				return none, err
			}
			return none, orchestrate.Tell(y, Write{Cents: balance + cents})
		}),
		fixed: both(func(y actions.Yield, cents int) (actions.Void, error) {
			key, err := orchestrate.Do(y, actions.NewID{})
			if err != nil {
				return none, err
			}
			return none, orchestrate.Tell(y, Add{Key: key, Cents: cents})
		}),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			balance, added := 0, map[string]bool{}
			_, err := explore.Run(s, flow, executor.NewMux(
				executor.On(func(context.Context, Read) (int, error) { return balance, nil }),
				executor.OnVoid(func(_ context.Context, a Write) error { balance = a.Cents; return nil }),
				executor.OnVoid(func(_ context.Context, a Add) error {
					if !added[a.Key] {
						balance += a.Cents
					}
					added[a.Key] = true
					return nil
				}),
			))
			if err == nil {
				require.Equal(s, 15, balance, "both deposits count")
			}
		},
		found: "0.1.0 before 0.0.0",
		says:  "both deposits count",
	}
}

type (
	// Quote asks a supplier for a price.
	Quote struct {
		actions.Returns[int]
		Supplier string
	}
	// Confirm asks a supplier whether the price is meant.
	Confirm struct {
		actions.Returns[bool]
		Supplier string
		Price    int
	}
	// Order buys.
	Order struct {
		actions.Returns[actions.Void]
		Supplier string
		Price    int
	}
)

var errWithdrawn = errors.New("the price is not meant")

// Who loses a race may have got halfway. What it left in a variable is not what the winner says: branches communicate
// by their results alone.
func staleAfterARace() lesson[string] {
	type offer struct {
		supplier string
		price    int
	}
	buy := func(best func(winner, noted offer) offer) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			var noted offer
			ask := func(y actions.Yield, supplier string) (offer, error) {
				price, err := orchestrate.Do(y, Quote{Supplier: supplier})
				if err != nil {
					return offer{}, err
				}
				mine := offer{supplier, price}
				noted = mine
				meant, err := orchestrate.Do(y, Confirm{Supplier: supplier, Price: price})
				if err == nil && !meant {
					err = errWithdrawn
				}
				return mine, err
			}
			winner, err := orchestrate.Race(y, orchestrate.Bind(ask, "Acme"), orchestrate.Bind(ask, "Best"))
			if err != nil {
				return "", err
			}
			return winner.supplier, orchestrate.Tell(y, Order{
				Supplier: winner.supplier,
				Price:    best(winner, noted).price,
			})
		}
	}
	prices := map[string]int{"Acme": 7, "Best": 9}
	return lesson[string]{
		bug:   buy(func(_, noted offer) offer { return noted }),
		fixed: buy(func(winner, _ offer) offer { return winner }),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[string]) {
			quoted, confirmed := map[string]bool{}, map[string]bool{}
			var orders []string
			var d done
			supplier, err := explore.Run(s, flow, executor.NewMux(
				executor.On(func(_ context.Context, a Quote) (int, error) {
					quoted[a.Supplier] = true
					return prices[a.Supplier], nil
				}),
				executor.On(func(_ context.Context, a Confirm) (bool, error) {
					require.True(s, quoted[a.Supplier], "one confirms what one has said")
					confirmed[a.Supplier] = true
					return a.Price == prices[a.Supplier], nil
				}),
				executor.OnVoid(func(ctx context.Context, a Order) error {
					require.Equal(s, prices[a.Supplier], a.Price, "one pays what was quoted")
					require.True(s, confirmed[a.Supplier], "and confirmed")
					if d.first(ctx) {
						orders = append(orders, a.Supplier)
					}
					return nil
				}),
			))
			if err != nil {
				require.NotZero(s, s.Trouble())
				return
			}
			require.Equal(s, []string{supplier}, orders)
		},
		found: "0.1.0 before 0.0.1",
		says:  "one pays what was quoted",
	}
}

// The first success cancels the others, but one that is under way may succeed as well. What it did must be undone: a
// branch that can lose is a saga.
func loserSucceedsToo() lesson[string] {
	book := func(y actions.Yield, at string) (string, error) {
		return at, orchestrate.Tell(y, Create{Name: at})
	}
	saga := func(y actions.Yield, at string) (string, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
			_, err := orchestrate.Undoable(y, undo, Create{Name: at}, Delete{Name: at})
			return at, err
		})
	}
	anywhere := func(book func(actions.Yield, string) (string, error)) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			return orchestrate.Any(y, orchestrate.Bind(book, "Ritz"), orchestrate.Bind(book, "Savoy"))
		}
	}
	return lesson[string]{
		bounds: explore.Bounds{Faults: explore.None, Crashes: explore.None},
		bug:    anywhere(book),
		fixed:  anywhere(saga),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[string]) {
			r := registry{}
			at, err := explore.Run(s, flow, r.mux())
			require.NoError(s, err)
			require.Equal(s, registry{at: ""}, r, "one room is booked")
		},
		found: "finish 0.1.0",
		says:  "one room is booked",
	}
}
