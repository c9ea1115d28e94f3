package journal_test

import (
	"fmt"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/orchestrate"
)

// derived is what a run is told that follows from its records and its paths.
func derived(y actions.Yield) ([]string, error) {
	var all []string
	add := func(y actions.Yield) (string, error) {
		id, err := orchestrate.Do(y, actions.NewID{})
		if err != nil {
			return "", err
		}
		bits, err := orchestrate.Do(y, actions.Random{})
		return fmt.Sprint(id, " ", bits), err
	}
	for range 3 {
		one, err := add(y)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	more, err := orchestrate.All(y, add, add)
	if err != nil {
		return nil, err
	}
	inScope, err := orchestrate.Scope(y, "part", add)
	return append(append(all, more...), inScope), err
}

func TestDerivedValuesAreTheSameInEachLifeAndInNoOtherRun(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} \d+$`)
	for _, c := range []struct {
		id   string
		seed string
	}{{"r", ""}, {"s", ""}, {"r", "x"}, {"s", "x"}, {"r", "\x00"}, {"r/0", "x"}} {
		of := with(func(config *journal.Config) { config.ID, config.Seed = c.id, []byte(c.seed) })
		log := &memory{}
		want, err := run(t, begin(t, log, &desk{}, of), derived)
		require.NoError(t, err)
		require.Empty(t, log.records, "they need no record")
		for _, text := range want {
			require.Regexp(t, form, text)
			require.Empty(t, seen[text], "%v of %v", text, c)
			seen[text] = c.id
		}
		again, err := run(t, begin(t, log, &desk{}, of), derived)
		require.NoError(t, err)
		require.Equal(t, want, again)
	}
	require.Len(t, seen, 6*6)
}

func TestDerivedValuesNeverChange(t *testing.T) {
	t.Parallel()
	// Runs that are under way depend on these.
	of := with(func(c *journal.Config) { c.ID, c.Seed = "r-42", []byte("0123456789abcdef") })
	got, err := run(t, begin(t, &memory{}, &desk{}, of), derived)
	require.NoError(t, err)
	require.Equal(t, "8dbc6a51-483f-4dbc-a3df-da3856f18bbf 11829584628428808334", got[0])
}

func TestNowIsTheEndOfTheStrandsLastRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		now := orchestrate.Lift(actions.Now{})
		wait := func(d time.Duration) orchestrate.Orchestration[time.Time] {
			return func(y actions.Yield) (time.Time, error) {
				if err := orchestrate.Tell(y, actions.Sleep{For: d}); err != nil {
					return time.Time{}, err
				}
				return now(y)
			}
		}
		flow := func(y actions.Yield) ([]time.Time, error) {
			first, err := now(y)
			require.NoError(t, err)
			<-time.After(time.Minute) // a bug, but an orchestration does think for a while
			second, err := wait(time.Hour)(y)
			require.NoError(t, err)
			all, err := orchestrate.All(y, now, wait(2*time.Hour), wait(time.Hour))
			require.NoError(t, err)
			last, err := now(y)
			return append([]time.Time{first, second, last}, all...), err
		}
		hours := func(hours ...int) (times []time.Time) {
			for _, h := range hours {
				times = append(times, epoch.Add(time.Duration(h)*time.Hour))
			}
			return times
		}
		for range 3 {
			got, err := run(t, begin(t, log, exec), flow)
			require.NoError(t, err)
			require.Equal(t, hours(0, 1, 3, 1, 3, 2), got)
			<-time.After(time.Minute)
		}
		require.Len(t, log.records, 3)
	})
}

func TestTimesAreKeptToTheMicrosecond(t *testing.T) {
	t.Parallel()
	log := &memory{}
	got, err := run(t, begin(t, log, &desk{}, with(func(c *journal.Config) {
		c.Started = time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("x", 3600))
	})), orchestrate.Lift(actions.Now{}))
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 1, 2, 2, 4, 5, 123456000, time.UTC), got)
	_, err = run(t, begin(t, log, &desk{}), doing("a"))
	require.NoError(t, err)
	require.Zero(t, log.records[0].Finished.Nanosecond()%1000)
	require.Equal(t, time.UTC, log.records[0].Started.Location())
}
