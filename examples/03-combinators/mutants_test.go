package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/mutants"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Who says that all is there has fetched each thing once.
func shops(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
	bag, steps := map[string]int{}, map[string]bool{}
	_, err := explore.Run(s, flow, executor.NewMux(executor.OnVoid(func(ctx context.Context, a Fetch) error {
		if path := executor.StepFrom(ctx).Path(); !steps[path] {
			steps[path] = true
			bag[a.Thing]++
		}
		require.LessOrEqual(s, bag[a.Thing], 1, "one %s is enough", a.Thing)
		return nil
	})))
	if err != nil {
		require.NotZero(s, s.Trouble())
		return
	}
	require.Equal(s, map[string]int{"bread": 1, "milk": 1, "honey": 1}, bag)
}

func TestMutantsOfShopAreKilled(t *testing.T) {
	t.Parallel()
	score := mutants.Subject[actions.Void]{Flow: Shop, Test: shops}.Run(t)
	require.GreaterOrEqual(t, score.Rate(), 0.95)
}
