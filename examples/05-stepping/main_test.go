package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
)

func TestEveryNumberIsFoundInSevenSteps(t *testing.T) {
	t.Parallel()
	for secret := 1; secret <= 100; secret++ {
		game := orchestrate.Steps(orchestrate.Bind(Find, 100))
		steps := 0
		for action, reply := range game.All() {
			steps++
			reply.Value = judge(secret, action.(Guess).Number)
		}
		number, err := game.Result()
		require.NoError(t, err)
		require.Equal(t, secret, number)
		require.LessOrEqual(t, steps, 7)
	}
}

func Example() {
	main()
	// Output:
	// # Range
	// 50? too high
	// 25? too low
	// 37? too low
	// 43? too high
	// 40? too low
	// 41? too low
	// 42? right
	// found 42
	// # Leave
	// true the orchestration is no longer stepped
	// it is late
	// # Pull
	// Ada: 5? too low
	// Grace: 500? too high
	// Ada: 8? too high
	// Grace: 250? too high
	// Ada: 6? too low
	// Grace: 125? too high
	// Ada: 7? right
	// Grace: 62? too high
	// the winner is Ada
	// # Fork
	// then it would ask 7
	// 0 you are cheating
	// 6 <nil>
}
