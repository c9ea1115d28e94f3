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
		c.Measure(c.Time(), server)
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
	c.Measure(c.Time(), server)
	require.Equal(t, server, c.Here(server))
	now = server.Add(time.Hour)
	c.Measure(c.Time(), server)
	now = server.Add(time.Hour + time.Second)
	c.Measure(c.Time(), server)
	require.Equal(t, server.Add(time.Hour), c.Here(server))
	now = server.Add(time.Second)
	c.Measure(c.Time(), server) // somebody has set the clock
	require.Equal(t, server, c.Here(server))
}

// A disk that is slow, a process that stood still.
func TestTheTimeThatAnAnswerTakesIsNoDifference(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		server := time.Now()
		now := server.Add(ahead)
		c := clocks.Clocks{Now: func() time.Time { return now }}
		c.Measure(c.Time(), server)
		for _, said := range []time.Duration{0, 30 * time.Second, time.Minute} { // early or late in that time
			asked := now
			now = now.Add(time.Minute)
			c.Measure(asked, server.Add(said))
			server = server.Add(time.Minute)
			require.Equal(t, server.Add(ahead), c.Here(server), "%v ahead", ahead)
		}
	}
}

// So it is for the server, too, even if the first answer took long. The next one mends what is wrong with that.
func TestWhatIsDueNowIsDue(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		for _, said := range []time.Duration{0, 5 * time.Second, 10 * time.Second} {
			server := time.Now()
			now := server.Add(ahead)
			c := clocks.Clocks{Now: func() time.Time { return now }}
			c.Measure(now.Add(-10*time.Second), server.Add(-said))
			require.Equal(t, server.Add(-said), c.Server(now))
			c.Measure(now, server)
			require.Equal(t, server, c.Server(now))
		}
	}
}

func TestWithoutAClockItIsThatOfTheMachine(t *testing.T) {
	t.Parallel()
	var c clocks.Clocks
	server := time.Now().Add(-time.Hour)
	c.Measure(c.Time(), server)
	require.WithinDuration(t, time.Now(), c.Here(server), time.Minute)
}
