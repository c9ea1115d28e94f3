package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEveryPeerIsMeasured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // a server of PostgreSQL's is somebody else's
		require.NoError(t, os.Chmod(d, 0o755))
	}
	var out bytes.Buffer
	c := config{turns: 1, turn: 300 * time.Millisecond, warm: 10 * time.Millisecond, dir: dir}
	require.NoError(t, run(t.Context(), &out, c))
	tables := 2
	if strings.Contains(out.String(), "there is no PostgreSQL server") {
		require.NotEqual(t, "1", os.Getenv("BATON_REQUIRE_ALL"), "there is no PostgreSQL")
		tables = 1
	}
	for _, p := range peers() {
		require.Equal(t, tables, strings.Count(out.String(), "\n| "+title(p)+" |"), p.name)
		require.Equal(t, tables, strings.Count(out.String(), "\n| "+p.name+" |"), p.name)
		require.NotEmpty(t, version(p.module), p.name)
	}
	require.NotContains(t, out.String(), "NaN")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// oneByOne is an engine that is nothing but its track.
type oneByOne struct {
	track  *track
	result func(sum int) int
}

func (e *oneByOne) run(_ context.Context, lane int) error {
	sum, err := walk(func() (string, error) { return e.track.step(lane), nil })
	if err != nil {
		return err
	}
	return e.track.check(e.result(sum))
}

func (e *oneByOne) close(context.Context) error { return nil }

func measured(t *testing.T, p peer) *measure {
	t.Helper()
	m := &measure{peer: p, at: "SQLite"}
	takeAll(t.Context(), config{turns: 2, turn: time.Millisecond, dir: t.TempDir()}, []*measure{m}, nil)
	return m
}

func TestStepsAreTimedFromOneToTheNext(t *testing.T) {
	t.Parallel()
	m := measured(t, peer{name: "bare", open: func(_ context.Context, _ site, tr *track) (engine, error) {
		return &oneByOne{tr, func(sum int) int { return sum }}, nil
	}})
	require.NoError(t, m.err)
	for _, p := range []phase{m.alone, m.crowd} {
		require.Positive(t, p.all.steps)
		require.NotEmpty(t, p.all.took)
		require.LessOrEqual(t, len(p.all.took), int(p.all.steps), "the first step of a run follows none")
		require.Len(t, p.ratios, 2)
	}
}

func TestAStepWaitsWhileTheFloorHasItsTurn(t *testing.T) {
	t.Parallel()
	tr := newTrack(1)
	tr.gate.Lock()
	done := make(chan string)
	go func() { done <- tr.step(0) }()
	require.Zero(t, tr.lanes[0].steps)
	require.EqualValues(t, 1, tr.take(time.Millisecond).steps)
	require.Equal(t, payload, <-done)
	require.Len(t, payload, 64)
}

func TestTheTurnsOfTheFloorAreNotCountedAsWhatAStepTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := newTrack(1)
		tr.gate.Lock()
		for range 3 {
			go func() {
				time.Sleep(time.Second) // synctest
				tr.step(0)
			}()
			s := tr.take(3 * time.Second)
			require.EqualValues(t, 1, s.steps)
			require.Equal(t, 3*time.Second, s.elapsed)
			for _, took := range s.took {
				require.Equal(t, 3*time.Second, took)
			}
			time.Sleep(time.Hour) // synctest
		}
		require.Len(t, tr.lanes[0].took, 1)
		tr.begin(0)
		go tr.step(0)
		require.Empty(t, tr.take(time.Second).took, "it is the first of another run")
	})
}

func TestARunThatLosesAStepIsAnError(t *testing.T) {
	t.Parallel()
	m := measured(t, peer{name: "lossy", open: func(_ context.Context, _ site, tr *track) (engine, error) {
		return &oneByOne{tr, func(sum int) int { return sum - len(payload) }}, nil
	}})
	require.ErrorIs(t, m.err, errResult)
	require.ErrorContains(t, m.err, "SQLite: lossy")
}

func TestAPeerThatFailsHasNoRow(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	m := measured(t, peer{name: "other", open: func(context.Context, site, *track) (engine, error) {
		return nil, broken
	}})
	require.ErrorIs(t, failures([]*measure{m}), broken)
	var out bytes.Buffer
	printTables(&out, config{}, m.at, []*measure{m})
	require.NotContains(t, out.String(), "other")
}

func TestQuantilesAreBetweenTheValues(t *testing.T) {
	t.Parallel()
	values := []float64{4, 1, 3, 2}
	require.InDelta(t, 1, quantile(values, 0), 1e-9)
	require.InDelta(t, 2.5, quantile(values, 0.5), 1e-9)
	require.InDelta(t, 4, quantile(values, 1), 1e-9)
	require.Zero(t, quantile(nil, 0.5))
}
