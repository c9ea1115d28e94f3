package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAStepIsOneTransactionOfOneRecord(t *testing.T) {
	t.Parallel()
	for name, open := range openers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := newLoad(t.Context(), open, 1)
			require.NoError(t, err)
			defer func() { require.NoError(t, l.close(context.WithoutCancel(t.Context()))) }()
			s, err := l.take(50, 0)
			require.NoError(t, err)
			require.Equal(t, counts{commits: 50, writes: 50, records: 50}, s.counts, "and nothing is read")
			require.Len(t, s.took, 50)
		})
	}
}

func TestConcurrentRunsShareTransactions(t *testing.T) {
	t.Parallel()
	l, err := newLoad(t.Context(), inFile(t.TempDir()), 64)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.close(context.WithoutCancel(t.Context()))) }()
	s, err := l.take(50, 0)
	require.NoError(t, err)
	require.EqualValues(t, 64*50, s.counts.records)
	require.Less(t, s.counts.commits, s.counts.records, "by how much depends on the disk")
}

func TestTheEndOfARunIsOneMoreTransaction(t *testing.T) {
	t.Parallel()
	for name, open := range openers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := newWhole(t.Context(), open, 1, 3)
			require.NoError(t, err)
			defer func() { require.NoError(t, w.close(context.WithoutCancel(t.Context()))) }()
			s, err := w.slice(t.Context(), 0)
			require.NoError(t, err)
			require.EqualValues(t, 1, s.runs)
			require.EqualValues(t, 3, s.counts.records)
			require.EqualValues(t, 4, s.counts.commits)
		})
	}
}

func TestEverythingIsMeasured(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, config{rounds: 1, slices: 1, d: time.Millisecond, dir: t.TempDir()}))
	for _, m := range measures("") {
		require.Contains(t, out.String(), "| "+m.name+" |")
	}
	require.NotContains(t, out.String(), "NaN")
}

func TestQuantilesAreBetweenTheValues(t *testing.T) {
	t.Parallel()
	values := []float64{4, 1, 3, 2}
	require.InDelta(t, 1, quantile(values, 0), 1e-9)
	require.InDelta(t, 2.5, quantile(values, 0.5), 1e-9)
	require.InDelta(t, 4, quantile(values, 1), 1e-9)
	require.Zero(t, quantile(nil, 0.5))
}

func openers(t *testing.T) map[string]opener {
	t.Helper()
	return map[string]opener{"memory": inMemory, "sqlite": inFile(t.TempDir())}
}
