package main

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTenThousandSleepersWakeUpOnceEach(t *testing.T) {
	t.Parallel()
	c := config{runs: 10_000, rate: 5000, spread: 0.2}
	if testing.Short() {
		c.runs = 1000
	}
	ctx, path, s := t.Context(), filepath.Join(t.TempDir(), "sleepers.db"), newSleepers()
	// Some may be due before all sleep, if the machine is slow.
	_, err := lull(ctx, path, s, naps(c.runs, time.Now().Add(3*time.Second), c))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, waking(ctx, &out, path, time.Now(), s, c))
	spread, crowd := s.awake()
	require.Equal(t, c.runs/5, spread)
	require.Equal(t, c.runs-spread, crowd)
	for _, late := range append(s.late[false], s.late[true]...) {
		require.GreaterOrEqual(t, late, time.Duration(0), "nobody wakes up early")
	}
	require.Regexp(t, `woken up, \d+ at once: \d+ a second`, out.String())
}

func TestARunThatWaitsElsewhereTakesNoMemory(t *testing.T) { //nolint:paralleltest // it looks at the heap
	few, many := heapWith(t, 100), heapWith(t, 5000)
	t.Logf("%d bytes of heap with 100 runs, %d with 5000", few, many)
	require.Less(t, many-few, int64(20*(5000-100)), "a goroutine alone would have 100 times as much")
}

// heapWith is the heap of a process on a file in which so many runs sleep.
func heapWith(t *testing.T, runs int) int64 {
	t.Helper()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "sleepers.db")
	c := config{runs: runs, rate: 5000, spread: 0}
	_, err := lull(ctx, path, newSleepers(), naps(runs, time.Now().Add(time.Hour), c))
	require.NoError(t, err)
	before := heap()
	st, rt, err := open(ctx, path, newSleepers())
	require.NoError(t, err)
	require.NoError(t, greet(ctx, rt))
	with := heap() - before
	require.NoError(t, rt.Close(ctx))
	require.NoError(t, st.Close())
	return with
}

func TestAShareOfTheRunsIsSpreadOut(t *testing.T) {
	t.Parallel()
	due := time.UnixMicro(1_000_000_000)
	all := naps(10, due, config{rate: 1000, spread: 0.3})
	require.Equal(t, nap{Until: due.UnixMicro()}, all[0])
	require.Equal(t, nap{Until: due.Add(time.Millisecond).UnixMicro()}, all[3])
	require.Equal(t, nap{Until: due.Add(2 * time.Millisecond).UnixMicro()}, all[6])
	for _, i := range []int{1, 2, 4, 5, 7, 8, 9} {
		require.Equal(t, nap{Until: due.Add(2003 * time.Millisecond).UnixMicro(), Crowd: true}, all[i])
	}
}
