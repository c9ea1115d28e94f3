package clocks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/clocks"
)

func TestTimesAreShiftedByTheDifference(t *testing.T) {
	t.Parallel()
	server := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		c := clocks.Clocks{Now: func() time.Time { return server.Add(ahead) }}
		require.Equal(t, server, c.Here(server), "nothing is known yet")
		c.Measure(server)
		require.Equal(t, server.Add(ahead), c.Here(server))
		require.Equal(t, server, c.Server(server.Add(ahead)))
		require.Zero(t, c.Here(time.Time{}))
		require.Zero(t, c.Server(time.Time{}))
	}
}

func TestADifferenceThatDoesNotMatterIsNone(t *testing.T) {
	t.Parallel()
	server := time.Now()
	now := server.Add(time.Second)
	c := clocks.Clocks{Now: func() time.Time { return now }}
	c.Measure(server)
	require.Equal(t, server, c.Here(server))
	now = server.Add(time.Hour)
	c.Measure(server)
	now = server.Add(time.Hour + time.Second)
	c.Measure(server) // the answer took its time
	require.Equal(t, server.Add(time.Hour), c.Here(server))
	now = server.Add(time.Second)
	c.Measure(server) // somebody has set the clock
	require.Equal(t, server, c.Here(server))
}

func TestWithoutAClockItIsThatOfTheMachine(t *testing.T) {
	t.Parallel()
	var c clocks.Clocks
	server := time.Now().Add(-time.Hour)
	c.Measure(server)
	require.WithinDuration(t, time.Now(), c.Here(server), time.Minute)
}
