package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// Whichever step fails, and whether it took effect or not, nothing stays booked. ByHand carries out what is shielded,
// so that the function sees the cancellations as they are.
func TestWhicheverStepFailsNothingStaysBooked(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"flight", "hotel", "car"} {
		for _, tookEffect := range []bool{false, true} {
			booked := map[string]bool{}
			_, err := BookTrip(orchestratetest.ByHand(func(a actions.Action) (any, error) {
				switch a := a.(type) {
				case Book:
					if a.What != failing || tookEffect {
						booked[a.What] = true
					}
					if a.What == failing {
						return nil, errLine
					}
				case Cancel:
					delete(booked, a.What)
				}
				return nil, nil
			}), "trip")
			require.ErrorIs(t, err, errLine)
			require.Empty(t, booked)
		}
	}
}

// A script tells a story: whose answer was lost is cancelled too, and the last goes first.
func TestWhatMayHaveBeenBookedIsCancelledTheLastFirst(t *testing.T) {
	t.Parallel()
	_, err := orchestratetest.RunScript(t, orchestrate.Bind(BookTrip, "trip"),
		orchestratetest.Expect(Book{Trip: "trip", What: "flight"}).Return(100),
		orchestratetest.Expect(Book{Trip: "trip", What: "hotel"}).Fail(errLine),
		orchestratetest.Expect(Cancel{Trip: "trip", What: "hotel"}),
		orchestratetest.Expect(Cancel{Trip: "trip", What: "flight"}),
	)
	require.ErrorIs(t, err, errLine)
}

func Example() {
	main()
	// Output:
	// All is well
	//   book the flight
	//   book the hotel
	//   book the car
	//   price: 300
	//   booked: [car flight hotel]
	// There are no cars
	//   book the flight
	//   book the hotel
	//   no car
	//   cancel the hotel
	//   cancel the flight
	//   error: step 2: main.Book: no cars left: the action was not done
	//   booked: []
	// The line breaks
	//   book the flight
	//   book the hotel
	//   cancel the hotel
	//   cancel the flight
	//   error: step 1: main.Book: the line is dead
	//   booked: []
	// The customer hangs up
	//   book the flight
	//   cancel the flight
	//   error: step 1: main.Book: not started: context canceled
	//   booked: []
	// It cannot all be undone
	//   book the flight
	//   book the hotel
	//   no car
	//   cancel the flight
	//   error: step 2: main.Book: no cars left: the action was not done; undo: step 3: main.Cancel: the line is dead
	//   booked: [hotel]
	// why: step 2: main.Book: no cars left: the action was not done
	// still to do: [step 3: main.Cancel: the line is dead]
}
