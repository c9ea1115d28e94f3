//go:build unix

package postgres_test

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
)

// However many processes there are, and whichever are killed, each time of a schedule comes once.
func TestEachTimeOfAScheduleComesOnceWhicheverProcessesAreKilled(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	clock, err := ticking.Schedule(t.Context(), c.client, "clock", 0, durable.Every(time.Second),
		durable.WithOverlap(durable.Allow))
	require.NoError(t, err)
	workers := []*exec.Cmd{c.deploy(1), c.deploy(1), c.deploy(1)}
	const kills = 6
	for i := range kills {
		heard := func() int { return c.count(func() int { return c.ticks() + len(c.wrong) }) }
		before := heard()
		until(t, func() bool { return heard() > before })
		c.end(workers[i%len(workers)], true)
		workers[i%len(workers)] = c.deploy(1)
	}
	require.NoError(t, clock.Pause(t.Context(), "enough"))
	info, err := clock.Describe(t.Context())
	require.NoError(t, err)
	var runs []durable.Metadata
	until(t, func() bool { // all of them have ended
		runs = nil
		for m, err := range c.client.List(t.Context(), durable.Filter{Flows: []string{"ticking"}}) {
			require.NoError(t, err)
			if !m.Status.Finished() {
				return false
			}
			runs = append(runs, m)
		}
		return len(runs) >= kills
	})
	c.mu.Lock()
	told, wrong := maps.Clone(c.told), slices.Clone(c.wrong)
	c.mu.Unlock()
	require.Empty(t, wrong)
	times := map[string]bool{}
	var last, first time.Time
	for _, m := range runs {
		require.Equal(t, durable.Completed, m.Status)
		at := m.ID[len("clock@"):]
		require.Contains(t, told, at+"/tick")
		require.False(t, times[at], "%s came twice", at)
		times[at] = true
		when, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		if first.IsZero() || when.Before(first) {
			first = when
		}
		if when.After(last) {
			last = when
		}
	}
	require.Len(t, times, int(last.Sub(first)/time.Second)+1, "none is missing from %s to %s", first, last)
	require.False(t, info.LastTime.After(last))
	require.Zero(t, info.Missed+info.Skipped)
	for _, w := range workers {
		c.end(w, false)
	}
}

// ticks is for how many times a run of the schedule has told so.
func (c *cluster) ticks() (n int) {
	for step := range c.told {
		if strings.HasSuffix(step, "/tick") {
			n++
		}
	}
	return n
}
