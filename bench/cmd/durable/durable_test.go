package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStepsAreMeasured(t *testing.T) {
	t.Parallel()
	for name, open := range openers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := sustained(t.Context(), open, 1, 0, 50*time.Millisecond)
			require.NoError(t, err)
			require.Positive(t, s.steps)
			require.Positive(t, s.counts.commits)
			require.Equal(t, s.counts.commits, s.counts.records, "nobody shares a transaction with one run")
			require.NotEmpty(t, s.took)
		})
	}
}

func TestConcurrentRunsShareTransactions(t *testing.T) {
	t.Parallel()
	s, err := sustained(t.Context(), inFile(t.TempDir()), 64, 0, 300*time.Millisecond)
	require.NoError(t, err)
	require.Positive(t, s.counts.records)
	require.Less(t, 4*s.counts.commits, s.counts.records)
}

func TestAStepIsOneTransactionOfOneRecord(t *testing.T) {
	t.Parallel()
	for name, open := range openers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := open(t.Context(), straightFlow)
			require.NoError(t, err)
			defer func() { require.NoError(t, r.close(context.WithoutCancel(t.Context()))) }()
			before := r.store.counts()
			require.NoError(t, one(t.Context(), r, 3))
			c := r.store.counts().minus(before)
			require.EqualValues(t, 3, c.records)
			require.EqualValues(t, 4, c.commits, "one for each step, and one for the end")
		})
	}
}

func TestEverythingIsMeasured(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, config{rounds: 2, d: 20 * time.Millisecond, dir: t.TempDir()}))
	b := newBench(config{}, "")
	for _, m := range b.measures {
		require.Contains(t, out.String(), "| "+m.name+" |")
	}
	require.NotContains(t, out.String(), "NaN")
}

func openers(t *testing.T) map[string]opener {
	t.Helper()
	return map[string]opener{"memory": inMemory, "sqlite": inFile(t.TempDir())}
}
