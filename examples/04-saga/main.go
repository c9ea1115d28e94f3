// Saga books a flight, a hotel and a car: all of them, or none. What went before a failure is undone, the last first.
//
// The hard part is not the failure but the doubt. When the line breaks after the hotel was booked and before it could
// say so, the workflow gets an error for something that took effect. That is why each inverse is registered before its
// step, goes by a name that is known by then, and tolerates that there is nothing to undo.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

type (
	// Book books something for a trip. Its result is the price.
	Book struct {
		actions.Returns[int]
		Trip, What string
	}
	// Cancel cancels what was booked for a trip, if it was.
	Cancel struct {
		actions.Returns[actions.Void]
		Trip, What string
	}
)

// BookTrip books everything that a trip needs, and returns what it costs.
func BookTrip(y actions.Yield, trip string) (int, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
		total := 0
		for _, what := range []string{"flight", "hotel", "car"} {
			price, err := orchestrate.Undoable(y, undo, Book{Trip: trip, What: what}, Cancel{Trip: trip, What: what})
			if err != nil {
				return 0, err
			}
			total += price
		}
		return total, nil
	})
}

var (
	errLine = errors.New("the line is dead")
	// A refusal that says for certain that nothing was booked spares the saga a cancellation.
	errNoCars = fmt.Errorf("no cars left: %w", executor.ErrNotDone)
)

// agency is the world: what is booked, and what goes wrong there.
type agency struct {
	booked map[Cancel]bool
	// wrong is what goes wrong with an action, after it took effect.
	wrong map[actions.Action]error
	// hangUp is called after the flight was booked.
	hangUp func()
}

func (g *agency) book(_ context.Context, a Book) (int, error) {
	if err := g.wrong[a]; errors.Is(err, executor.ErrNotDone) {
		fmt.Println("  no", a.What)
		return 0, err
	}
	fmt.Println("  book the", a.What)
	g.booked[Cancel{Trip: a.Trip, What: a.What}] = true
	if a.What == "flight" && g.hangUp != nil {
		g.hangUp()
	}
	return 100, g.wrong[a]
}

func (g *agency) cancel(_ context.Context, a Cancel) error {
	if err := g.wrong[a]; err != nil {
		return err
	}
	fmt.Println("  cancel the", a.What)
	delete(g.booked, a)
	return nil
}

// travel runs the workflow with an agency where things go wrong, and shows what is left.
func travel(ctx context.Context, trip string, g *agency) error {
	fmt.Println(trip)
	g.booked = map[Cancel]bool{}
	exec := executor.NewMux(executor.On(g.book), executor.OnVoid(g.cancel))

	price, err := orchestrate.Run(ctx, orchestrate.Bind(BookTrip, trip), exec)

	if err != nil {
		fmt.Println("  error:", err)
	} else {
		fmt.Println("  price:", price)
	}
	left := []string{}
	for a := range g.booked {
		left = append(left, a.What)
	}
	slices.Sort(left)
	fmt.Println("  booked:", left)
	return err
}

func main() {
	ctx := context.Background()
	if err := travel(ctx, "All is well", &agency{}); err != nil {
		log.Fatal(err)
	}

	trip := "There are no cars"
	_ = travel(ctx, trip, &agency{wrong: map[actions.Action]error{
		Book{Trip: trip, What: "car"}: errNoCars,
	}})

	// The hotel was booked, but its answer was lost: it is cancelled although the workflow saw an error.
	trip = "The line breaks"
	_ = travel(ctx, trip, &agency{wrong: map[actions.Action]error{
		Book{Trip: trip, What: "hotel"}: errLine,
	}})

	// When the customer hangs up, the run is cancelled. What undoes it is carried out all the same: it is shielded.
	call, hangUp := context.WithCancel(ctx)
	defer hangUp()
	_ = travel(call, "The customer hangs up", &agency{hangUp: hangUp})

	// An inverse that fails keeps no other from running, and both errors are kept: somebody has to call the hotel.
	trip = "It cannot all be undone"
	err := travel(ctx, trip, &agency{wrong: map[actions.Action]error{
		Book{Trip: trip, What: "car"}:     errNoCars,
		Cancel{Trip: trip, What: "hotel"}: errLine,
	}})
	var failed *orchestrate.SagaError
	if errors.As(err, &failed) {
		fmt.Println("why:", failed.Err)
		fmt.Println("still to do:", failed.Undo)
	}
}
