package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// The jobs are plain functions, and so are their tests.
func TestCount(t *testing.T) {
	t.Parallel()
	for r, want := range map[Range]Primes{
		{0, 0}: {}, {0, 2}: {}, {0, 3}: {1, 2}, {0, 100}: {25, 97}, {90, 97}: {}, {0, 5000}: {669, 4999},
	} {
		primes, err := count(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, want, primes, r)
	}
	_, err := count(t.Context(), Range{3, 0})
	require.ErrorIs(t, err, errBackwards)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = count(ctx, Range{0, 1_000_000_000_000})
	require.ErrorIs(t, err, context.Canceled)
}

func TestFactor(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]int{1: nil, 2: {2}, 12: {2, 2, 3}, 2030: {2, 5, 7, 29}, 9991: {97, 103}} {
		factors, err := factor(t.Context(), n)
		require.NoError(t, err)
		require.Equal(t, want, factors, n)
	}
}

func TestThrow(t *testing.T) {
	t.Parallel()
	for {
		eyes, err := throw(t.Context(), actions.Void{})
		if err == nil {
			require.Equal(t, 6, eyes)
			return
		}
		require.Regexp(t, `^a [1-5] is no six$`, err)
	}
}

// The flow is one like any other: starting a job and waiting for it are actions.
func TestPeelFactorsTheNumberBelowTheLargestPrime(t *testing.T) {
	t.Parallel()
	factors, err := orchestratetest.RunScript(t, orchestrate.Bind(peel, Range{0, 100}),
		orchestratetest.Expect(durable.Start[Range]{Flow: "count primes", Input: Range{0, 100}}).Return("c-1"),
		orchestratetest.Expect(durable.Await[Primes]{ID: "c-1"}).Return(Primes{25, 97}),
		orchestratetest.Expect(durable.Start[int]{Flow: "factor", Input: 96}).Return("c-2"),
		orchestratetest.Expect(durable.Await[[]int]{ID: "c-2"}).Return([]int{2, 2, 2, 2, 2, 3}),
	)
	require.NoError(t, err)
	require.Equal(t, []int{2, 2, 2, 2, 2, 3}, factors)
}
