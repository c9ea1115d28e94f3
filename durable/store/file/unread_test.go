package file_test

import (
	"fmt"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

// released has runs that are due, the first one first, each with a record in its file.
func released(t *testing.T, m *machine, ids ...string) *file.Store {
	t.Helper()
	s := on(t, m)
	for i, r := range leased(t, s, ids...) {
		commit(t, s, step(r, 1))
		state := store.State{Status: store.Waiting, Due: time.Unix(int64(i+1), 0)}
		commit(t, s, store.Write{Run: r.ID, Epoch: r.Epoch, State: &state, Revision: r.Revision, Release: true})
	}
	require.NoError(t, s.Close())
	return on(t, m)
}

func claimedOne(t *testing.T, s *file.Store) string {
	t.Helper()
	c := claim(t, s, 1)
	require.Len(t, c.Runs, 1)
	require.Len(t, c.Runs[0].Records, 1)
	return c.Runs[0].Run.ID
}

func TestARunThatTheDiskDoesNotReadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		s := released(t, m, "a", "b", "c")
		m.spoils("runs/a.jsonl")
		require.Equal(t, "b", claimedOne(t, s))
		require.Equal(t, "c", claimedOne(t, s))
		whole := store.Claim{Owner: runstest.Owner, Lease: time.Hour, Max: 1, Flows: []string{runstest.Flow}}
		_, err := s.Claim(t.Context(), whole)
		require.ErrorIs(t, err, syscall.EIO)
		require.ErrorContains(t, err, `run "a": read runs/a.jsonl`)
		c := claim(t, s, 1)
		require.Empty(t, c.Runs, "it is said once for each time that it is tried")
		require.Equal(t, time.Second, time.Until(c.Next), "which is a second later, and then two")
		time.Sleep(time.Second) // synctest
		_, err = s.Claim(t.Context(), whole)
		require.ErrorIs(t, err, syscall.EIO)
		require.Equal(t, 2*time.Second, time.Until(claim(t, s, 1).Next))

		m.spoils()
		_, err = s.Load(t.Context(), "a", store.Mark{})
		require.NoError(t, err)
		time.Sleep(2 * time.Second) // synctest
		require.Equal(t, "a", claimedOne(t, s))
		require.NoError(t, s.Close())
	})
}

func TestRunsThatTheDiskDoesNotReadAreTriedLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		var ids, names []string
		for i := range 300 {
			ids = append(ids, fmt.Sprintf("%03d", i))
			names = append(names, "runs/"+ids[i]+".jsonl")
		}
		s := released(t, m, ids...)
		m.spoils(names[:299]...)
		tried, failed := 0, 0
		m.at = func(_ int, operation string) error {
			if operation == "read" {
				tried++
			}
			return nil
		}
		took := false
		for began := time.Now(); time.Since(began) < 5*time.Minute; {
			c, err := s.Claim(t.Context(), store.Claim{
				Owner: runstest.Owner, Lease: 2 * time.Hour, Max: 1, Flows: []string{runstest.Flow},
			})
			switch {
			case err != nil:
				require.ErrorIs(t, err, syscall.EIO)
				failed++
			case len(c.Runs) > 0:
				require.Equal(t, "299", c.Runs[0].Run.ID)
				require.Zero(t, time.Since(began), "it is found although hundreds are before it")
				took = true
			default:
				time.Sleep(time.Until(c.Next)) // synctest
			}
		}
		require.True(t, took)
		require.Less(t, tried, 299*12, "once a minute each, in the end, after 1, 2, 4 seconds and so on")
		require.Positive(t, failed)
		m.spoils()
		require.NoError(t, s.Close())
	})
}
