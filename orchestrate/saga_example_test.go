package orchestrate_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// The honey may have been bought although the answer says otherwise, so it is given back as well.
func ExampleSaga() {
	shopping := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			total := 0
			for i, thing := range []string{"bread", "butter", "honey"} {
				order := fmt.Sprintf("order %d", i+1)
				price, err := orchestrate.Undoable(y, undo, Buy{Order: order, Thing: thing}, GiveBack{Order: order})
				if err != nil {
					return 0, err
				}
				total += price
			}
			return total, nil
		})
	}
	_, err := orchestrate.Run(context.Background(), shopping, shop())
	fmt.Println(err)
	// Output:
	// buy bread
	// buy butter
	// buy honey
	// give back order 3
	// give back order 2
	// give back order 1
	// step 2: orchestrate_test.Buy: honey: sold out
}

// An action can know its inverse.
func ExampleReversible() {
	shopping := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			bread, err := orchestrate.Reversible(y, undo, Buy{Order: "order 1", Thing: "bread"})
			if err != nil {
				return 0, err
			}
			honey, err := orchestrate.Reversible(y, undo, Buy{Order: "order 2", Thing: "honey"})
			return bread + honey, err
		})
	}
	_, err := orchestrate.Run(context.Background(), shopping, shop())
	fmt.Println(err)
	// Output:
	// buy bread
	// buy honey
	// give back order 2
	// give back order 1
	// step 1: orchestrate_test.Buy: honey: sold out
}

// The inverse of a group is registered before the group, because its branches end in any order.
func ExampleUndo_Add() {
	shopping := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(func(y actions.Yield) error { return orchestrate.Tell(y, GiveBack{Order: "the lot"}) })
			_, err := orchestrate.All(y, orchestrate.Each(Buy{Thing: "honey"})...)
			return 0, err
		})
	}
	_, err := orchestrate.Run(context.Background(), shopping, shop())
	fmt.Println(err)
	// Output:
	// buy honey
	// give back the lot
	// step 0.0.0: orchestrate_test.Buy: honey: sold out
}

func ExampleUndoableAfter() {
	shopping := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			price, err := orchestrate.UndoableAfter(y, undo, Buy{Thing: "jam"}, func(price int) actions.Action {
				return GiveBack{Order: fmt.Sprintf("the jam for %d", price)}
			})
			if err != nil {
				return 0, err
			}
			return price, errors.New("there is a wasp in it")
		})
	}
	_, err := orchestrate.Run(context.Background(), shopping, shop())
	fmt.Println(err)
	// Output:
	// buy jam
	// give back the jam for 5
	// there is a wasp in it
}

// Both errors are kept: why the saga failed, and what it could not undo.
func ExampleSagaError() {
	shopping := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(func(actions.Yield) error { return errors.New("the shop has closed") })
			return orchestrate.Do(y, Buy{Thing: "honey"})
		})
	}
	_, err := orchestrate.Run(context.Background(), shopping, shop())
	var failed *orchestrate.SagaError
	if errors.As(err, &failed) {
		fmt.Println("why:", failed.Err)
		fmt.Println("still to do:", failed.Undo)
	}
	// Output:
	// buy honey
	// why: step 0: orchestrate_test.Buy: honey: sold out
	// still to do: [the shop has closed]
}
