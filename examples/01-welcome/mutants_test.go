package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/mutants"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Whatever goes wrong, who is told of as greeted was greeted, once and in order. Somebody joins at any time.
func welcomes(s *explore.Schedule, flow orchestrate.Orchestration[[]string]) {
	users, fetched, greeted := []string{"Ada", "Grace"}, []string(nil), []string{}
	s.Meanwhile("Barbara joins", func() { users = append(users, "Barbara") })
	steps := map[string]bool{}
	welcomed, err := explore.Run(s, flow, executor.NewMux(
		executor.On(func(_ context.Context, a Fetch) ([]string, error) {
			require.Equal(s, Fetch{Container: "users", Items: 3}, a)
			fetched = users
			return fetched, nil
		}),
		executor.OnVoid(func(ctx context.Context, a Greet) error {
			if path := executor.StepFrom(ctx).Path(); !steps[path] {
				steps[path] = true
				greeted = append(greeted, a.Name)
			}
			require.Equal(s, fetched[:len(greeted)], greeted)
			return nil
		}),
	))
	if err != nil {
		require.NotZero(s, s.Trouble())
		require.Empty(s, welcomed)
		return
	}
	require.Equal(s, fetched, welcomed)
	require.Equal(s, fetched, greeted)
}

func TestMutantsOfWelcomeAreKilled(t *testing.T) {
	t.Parallel()
	score := mutants.Subject[[]string]{
		Bounds: explore.Bounds{Faults: 2, Cancels: 1},
		Flow:   orchestrate.Bind(Welcome, "users"),
		Test:   welcomes,
		Equivalent: map[string][]string{
			"to fetch again does no harm": {"twice main.Fetch*"},
		},
	}.Run(t)
	require.GreaterOrEqual(t, score.Rate(), 0.95)
}
