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

// Everything is booked once, or nothing is, or somebody is told why not.
func books(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
	booked, prices := map[string]string{}, map[string]int{"flight": 100, "hotel": 70, "car": 20}
	price, err := explore.Run(s, flow, executor.NewMux(
		executor.On(func(ctx context.Context, a Book) (int, error) {
			step := executor.StepFrom(ctx).Path()
			require.Contains(s, []string{"", step}, booked[a.What], "it is booked already")
			booked[a.What] = step
			return prices[a.What], nil
		}),
		executor.OnVoid(func(_ context.Context, a Cancel) error { delete(booked, a.What); return nil }),
	))
	left, told := errors.AsType[*orchestrate.SagaError](err)
	switch {
	case told:
		require.ErrorIs(s, left.Undo[0], explore.ErrFault)
		require.LessOrEqual(s, len(booked), len(left.Undo), "all else is undone")
	case err != nil:
		require.NotZero(s, s.Trouble())
		require.Empty(s, booked)
	default:
		require.Len(s, booked, 3)
		require.Equal(s, 190, price)
	}
}

func TestMutantsOfBookTripAreKilled(t *testing.T) {
	t.Parallel()
	score := mutants.Subject[int]{
		Bounds: explore.Bounds{Faults: 2, Cancels: 1},
		Flow:   orchestrate.Bind(BookTrip, "t-1"),
		Test:   books,
		Equivalent: map[string][]string{
			"the order in which one books does not matter": {
				`later main.Book{Trip: "t-1", What: "flight"}`, `later main.Book{Trip: "t-1", What: "hotel"}`,
			},
			"what is cancelled twice is cancelled": {"twice undo main.Cancel*"},
		},
	}.Run(t)
	require.GreaterOrEqual(t, score.Rate(), 0.95)
}
