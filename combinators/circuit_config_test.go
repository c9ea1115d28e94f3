package combinators_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
)

func TestACircuitRefusesABadConfiguration(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]combinators.CircuitConfig{
		"Failures must be at least 0, got -1":               {Failures: -1},
		"FailureRate must be between 0 and 1, got 1.5":      {FailureRate: 1.5},
		"FailureRate must be between 0 and 1, got NaN":      {FailureRate: math.NaN()},
		"SlowRate must be between 0 and 1, got -0.1":        {SlowRate: -0.1},
		"SlowCall must be at least 0, got -1s":              {SlowCall: -time.Second},
		"SlowCall must be positive with a SlowRate, got 0s": {SlowRate: 0.5},
		"SlowRate must be above 0 with a SlowCall, got 0":   {SlowCall: time.Second},
		"WindowCalls must be at least 0, got -1":            {FailureRate: 1, WindowCalls: -1},
		"WindowCalls must be at most 1000000, got 1000001":  {FailureRate: 1, WindowCalls: 1_000_001},
		"WindowTime must be at least 10ns, got 9ns":         {FailureRate: 1, WindowTime: 9},
		"WindowTime must be at least 10ns, got -1s":         {FailureRate: 1, WindowTime: -time.Second},
		"WindowTime must be 0 with WindowCalls, got 1s": {
			FailureRate: 1, WindowCalls: 1, WindowTime: time.Second,
		},
		"WindowCalls must be 0 without FailureRate and SlowRate, got 1": {WindowCalls: 1},
		"WindowTime must be 0 without FailureRate and SlowRate, got 1s": {WindowTime: time.Second},
		"MinCalls must be 0 without FailureRate and SlowRate, got 1":    {MinCalls: 1},
		"MinCalls must be at least 0, got -1":                           {FailureRate: 1, MinCalls: -1},
		"MinCalls must be at most WindowCalls, 5, got 6":                {FailureRate: 1, WindowCalls: 5, MinCalls: 6},
		"MinCalls must be at most WindowCalls, 100, got 101":            {FailureRate: 1, MinCalls: 101},
		"OpenFor must be at least 0, got -1s":                           {OpenFor: -time.Second},
		"OpenGrowth must be at least 1, got 0.5":                        {OpenGrowth: 0.5},
		"OpenGrowth must be at least 1, got +Inf":                       {OpenGrowth: math.Inf(1)},
		"MaxOpenFor must be at least 0, got -1s":                        {MaxOpenFor: -time.Second},
		"MaxOpenFor must be at least OpenFor, 30s, got 29s":             {MaxOpenFor: 29 * time.Second},
		"MaxOpenFor must be at least OpenFor, 1m0s, got 59s": {
			OpenFor: time.Minute, MaxOpenFor: 59 * time.Second,
		},
		"MaxTrials must be at least 0, got -1":      {MaxTrials: -1},
		"TrialSuccesses must be at least 0, got -1": {TrialSuccesses: -1},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			require.PanicsWithValue(t, "combinators.CircuitConfig: "+want, func() { combinators.NewCircuit(config) })
			require.PanicsWithValue(t, "combinators.CircuitConfig: "+want, func() {
				combinators.NewCircuits(hostOf, config)
			})
		})
	}
}

func TestAnOpenPeriodCanBeAsLongAsThereIs(t *testing.T) {
	t.Parallel()
	c := combinators.NewCircuit(combinators.CircuitConfig{OpenFor: math.MaxInt64, OpenGrowth: 2})
	c.Trip()
	require.Greater(t, c.Stats().RetryAfter, time.Duration(math.MaxInt64)-time.Hour)
	require.Equal(t, combinators.Open, c.State())
}
