package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/mutants"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Every number is found, in as few guesses as it takes; and who cheats, and has thought of half a number, is found out.
func finds(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
	const limit, guesses = 7, 3
	for half := range 2*limit + 2 {
		steps := map[string]bool{}
		number, err := explore.Run(s, flow, executor.NewMux(
			executor.On(func(ctx context.Context, a Guess) (Verdict, error) {
				steps[executor.StepFrom(ctx).Path()] = true
				require.LessOrEqual(s, len(steps), guesses)
				return judge(half, 2*a.Number), nil
			}),
		))
		switch {
		case err == nil:
			require.Equal(s, half, 2*number)
		case half == 0 || half%2 == 1:
			require.True(s, errors.Is(err, ErrCheat) || errors.Is(err, explore.ErrFault))
		default:
			require.ErrorIs(s, err, explore.ErrFault)
		}
	}
}

func TestMutantsOfFindAreKilled(t *testing.T) {
	t.Parallel()
	score := mutants.Subject[int]{
		Bounds: explore.Bounds{Crashes: explore.None, MaxSteps: 200},
		Flow:   orchestrate.Bind(Find, 7),
		Test:   finds,
	}.Run(t)
	require.GreaterOrEqual(t, score.Rate(), 0.95)
}
