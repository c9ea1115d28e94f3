package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/redisserver"
)

// opening is how often a runtime reads when it is opened: which runs are blocked, are past their deadlines, or expired.
const opening = 3

func TestAStepIsOneTransactionOfOneRecord(t *testing.T) {
	t.Parallel()
	for name, open := range openers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := newLoad(t.Context(), open, 1)
			require.NoError(t, err)
			defer func() { require.NoError(t, l.close(context.WithoutCancel(t.Context()))) }()
			for l.store.counts().reads < opening { // it does so beside the first steps
				<-time.After(time.Millisecond)
			}
			s, err := l.take(50, 0)
			require.NoError(t, err)
			require.Equal(t, counts{commits: 50, writes: 50, records: 50}, s.counts, "and nothing is read")
			require.Len(t, s.took, 50)
		})
	}
}

// unhurried is a store that takes a moment for a transaction, however quick the disk is.
type unhurried struct{ watched }

func (u unhurried) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	<-time.After(time.Millisecond)
	return u.watched.Commit(ctx, writes)
}

func TestConcurrentRunsShareTransactions(t *testing.T) {
	t.Parallel()
	l, err := newLoad(t.Context(), func(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
		return newRig(ctx, unhurried{memory.New()}, "", flows)
	}, 64)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.close(context.WithoutCancel(t.Context()))) }()
	s, err := l.take(50, 0)
	require.NoError(t, err)
	require.EqualValues(t, 64*50, s.counts.records)
	require.Less(t, s.counts.commits, s.counts.records/2, "who comes while one is under way shares the next")
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
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // a server of PostgreSQL's is somebody else's
		require.NoError(t, os.Chmod(d, 0o755))
	}
	require.NoError(t, run(t.Context(), &out, config{rounds: 1, slices: 1, d: time.Millisecond, dir: dir}))
	for _, m := range measures("", nil, nil) {
		server, _, _ := strings.Cut(m.name, ",")
		if (server == "PostgreSQL" || server == "Redis") && !strings.Contains(out.String(), server) {
			require.NotEqual(t, "1", os.Getenv("BATON_REQUIRE_ALL"), "there is no "+server)
			continue
		}
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
	all := map[string]opener{"memory": inMemory, "sqlite": inFile(t.TempDir()), "files": inFiles(t.TempDir())}
	pg := &server{}
	t.Cleanup(func() { require.NoError(t, pg.close()) })
	if _, err := pg.dsn(); errors.Is(err, pgserver.ErrMissing) {
		require.NotEqual(t, "1", os.Getenv("BATON_REQUIRE_ALL"), err)
	} else {
		all["postgres"] = pg.open
	}
	rd := &redisServer{}
	t.Cleanup(func() { require.NoError(t, rd.close()) })
	if _, err := rd.url(); errors.Is(err, redisserver.ErrMissing) {
		require.NotEqual(t, "1", os.Getenv("BATON_REQUIRE_ALL"), err)
	} else {
		all["redis"] = rd.open
	}
	return all
}
