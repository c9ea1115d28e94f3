package sqlite_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// rows counts those of the tail, without those that are empty, and of the chunks.
func rows(t *testing.T, s *sqlite.Store) (tail, chunks int) {
	t.Helper()
	row := s.DB().QueryRowContext(t.Context(),
		"SELECT (SELECT count(*) FROM baton_tail WHERE length(data) > 20), (SELECT count(*) FROM baton_records)")
	require.NoError(t, row.Scan(&tail, &chunks))
	return tail, chunks
}

// steps are writes that record steps of a run.
func steps(run store.Run, numbers ...int64) (all []store.Write) {
	for _, n := range numbers {
		all = append(all, step(run, n))
	}
	return all
}

// ended is a write that ends the lease of a run.
func ended(run store.Run, status store.Status) store.Write {
	return store.Write{
		Run: run.ID, Epoch: run.Epoch, State: &store.State{Status: status}, Revision: run.Revision, Release: true,
	}
}

func TestRecordsOfManyRunsAreOneRowUntilTheyAreSettled(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	runs := leased(t, s, "a", "b", "c")
	for n := range int64(10) {
		commit(t, s, step(runs[0], n), step(runs[1], n), step(runs[2], n))
	}
	tail, chunks := rows(t, s)
	require.Equal(t, 10, tail)
	require.Zero(t, chunks)
	commit(t, s, ended(runs[0], store.Waiting), step(runs[1], 10))
	tail, chunks = rows(t, s)
	require.Equal(t, 11, tail)
	require.Equal(t, 1, chunks)
	require.Len(t, numbers(t, s, "a"), 10)
	require.Len(t, numbers(t, s, "b"), 11)
}

// settling are the ways in which the lease of the run "r" ends, or its log.
func settling() map[string]func(t *testing.T, s *sqlite.Store, run store.Run) {
	end := func(status store.Status) func(*testing.T, *sqlite.Store, store.Run) {
		return func(t *testing.T, s *sqlite.Store, run store.Run) { t.Helper(); commit(t, s, ended(run, status)) }
	}
	return map[string]func(t *testing.T, s *sqlite.Store, run store.Run){
		"release": end(store.Waiting), "completion": end(store.Completed), "failure": end(store.Failed),
		"cancellation by somebody else": func(t *testing.T, s *sqlite.Store, run store.Run) {
			t.Helper()
			run.Epoch = 0
			commit(t, s, ended(run, store.Cancelled))
		},
		"another claim": func(t *testing.T, s *sqlite.Store, _ store.Run) {
			t.Helper()
			_, err := s.Renew(t.Context(), "owner", 0)
			require.NoError(t, err)
			require.Len(t, claim(t, s, 1).Runs[0].Records, 3)
		},
		"a transaction of the user": func(t *testing.T, s *sqlite.Store, run store.Run) {
			t.Helper()
			require.NoError(t, inTx(t, s, func(in store.Store) error {
				return tryCommit(t.Context(), in, ended(run, store.Waiting))
			}))
		},
		"a tail that is long": func(t *testing.T, s *sqlite.Store, _ store.Run) {
			t.Helper()
			s.SetTailMost(1)
			commit(t, s, store.Write{Run: "r", Epoch: 1, Published: []byte("p")})
		},
		"the next process": func(t *testing.T, s *sqlite.Store, _ store.Run) { t.Helper(); require.NoError(t, s.Close()) },
	}
}

func TestARunIsSettledInOneChunk(t *testing.T) {
	t.Parallel()
	for by, settle := range settling() {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			p := path(t)
			s := openAt(t, p, sqlite.Config{})
			run := leased(t, s, "r")[0]
			for _, w := range steps(run, 1, 3, 2) {
				commit(t, s, w)
			}
			settle(t, s, run)
			if by == "the next process" {
				s = openAt(t, p, sqlite.Config{})
			}
			_, chunks := rows(t, s)
			require.Equal(t, 1, chunks)
			_, entries := s.InMemory()
			if by != "a transaction of the user" {
				require.Zero(t, entries)
			}
			require.Equal(t, []int64{1, 2, 3}, numbers(t, s, "r"))
			require.NoError(t, s.Close())
			s = openAt(t, p, sqlite.Config{})
			require.Equal(t, []int64{1, 2, 3}, numbers(t, s, "r"))
			_, chunks = rows(t, s)
			require.Equal(t, 1, chunks)
		})
	}
}

func TestRunsThatAreReleasedTakeNoMemory(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{Synchronous: sqlite.Off})
	var ids []string
	for n := range 200 {
		ids = append(ids, fmt.Sprint("r", n))
	}
	runs := leased(t, s, ids...)
	var writes, ends []store.Write
	for _, r := range runs {
		writes = append(writes, step(r, 1))
		ends = append(ends, ended(r, store.Waiting))
	}
	commit(t, s, writes...)
	leases, entries := s.InMemory()
	require.Equal(t, []int{200, 200}, []int{leases, entries})
	commit(t, s, ends...)
	leases, entries = s.InMemory()
	require.Equal(t, []int{0, 0}, []int{leases, entries})
}

func TestTheTailIsBounded(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{Synchronous: sqlite.Off})
	const bound = 20_000
	s.SetTailMost(bound)
	runs := leased(t, s, "a", "b")
	for n := range int64(600) {
		commit(t, s, step(runs[0], n), step(runs[1], n))
		var size, overhead int
		row := s.DB().QueryRowContext(t.Context(), "SELECT sum(length(data)), max(length(data)) FROM baton_tail")
		require.NoError(t, row.Scan(&size, &overhead))
		require.Less(t, size, bound+overhead)
		if n%100 == 0 {
			commit(t, s, step(runs[0], n)) // once more
			require.Len(t, numbers(t, s, "a"), int(n)+1)
		}
	}
	_, entries := s.InMemory()
	require.Less(t, entries, 600)
	require.Len(t, numbers(t, s, "b"), 600)
	_, chunks := rows(t, s)
	require.Less(t, chunks, 30)
	require.Greater(t, chunks, 2)
	h, err := s.Load(t.Context(), "a", store.Mark{Records: 123})
	require.NoError(t, err)
	require.Len(t, h.Records, 600-123)
	require.Equal(t, int64(123), h.Records[0].N)
}

func TestALargeRecordGoesToTheChunksAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	run := leased(t, s, "r")[0]
	big := step(run, 2)
	big.Records[0].Result.Data = bytes.Repeat([]byte{'x'}, 20_000)
	for range 2 {
		commit(t, s, step(run, 1), step(run, 3))
		commit(t, s, big)
		commit(t, s, step(run, 4))
	}
	tail, chunks := rows(t, s)
	require.Equal(t, []int{2, 1}, []int{tail, chunks})
	require.Equal(t, []int64{1, 2, 3, 4}, numbers(t, s, "r"))
	commit(t, s, ended(run, store.Waiting))
	require.Equal(t, []int64{1, 2, 3, 4}, numbers(t, s, "r"))
	require.Empty(t, claim(t, s, 1).Runs)
}
