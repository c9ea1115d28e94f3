package sqlite_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// lost checks that a run cannot be read, and why.
func lost(t *testing.T, s *sqlite.Store, id, says string) {
	t.Helper()
	_, err := s.Load(t.Context(), id, store.Mark{})
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, fmt.Sprintf("run %q: %s", id, says))
}

func TestADamagedRowOfTheTailIsKeptAndConcernsOnlyRunsThatMayBeInIt(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	runs := leased(t, s, "a", "b", "settled")
	commit(t, s, step(runs[0], 1), step(runs[1], 1), step(runs[2], 1))
	commit(t, s, step(runs[0], 2), ended(runs[2], store.Waiting))
	late := leased(t, s, "late")[0]
	commit(t, s, step(late, 1))
	spoil(t, s, "UPDATE baton_tail SET data = x'0900000001' WHERE id = 1")
	require.Len(t, numbers(t, s, "a"), 2) // it is known in memory
	for lives := range 2 {
		require.NoError(t, s.Close())
		s = openAt(t, p, sqlite.Config{})
		lost(t, s, "a", "row 1 of the tail is damaged, and may hold records of it")
		lost(t, s, "b", "row 1 of the tail is damaged, and may hold records of it")
		require.Len(t, numbers(t, s, "settled"), 1)
		require.Len(t, numbers(t, s, "late"), 1+lives)
		c := claim(t, s, 5)
		require.Len(t, c.Runs, 1)
		require.Equal(t, "late", c.Runs[0].Run.ID)
		commit(t, s, step(c.Runs[0].Run, c.Runs[0].Run.Epoch))
	}
	blocked, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
	require.NoError(t, err)
	require.Len(t, blocked, 2)
	var kept []byte
	row := s.DB().QueryRowContext(t.Context(), "SELECT data FROM baton_damaged WHERE id = 1")
	require.NoError(t, row.Scan(&kept))
	require.Equal(t, []byte{9, 0, 0, 0, 1}, kept)
	require.Len(t, recordsOf(t, s, runs[0]), 1) // what could be read is there

	// A run that begins again needs nothing of what was lost.
	r := blocked[0]
	state := r.State
	state.Status, state.Due = store.Pending, r.Created
	commit(t, s, store.Write{Run: r.ID, State: &state, Revision: r.Revision, Restart: &store.Payload{}, Release: true})
	require.Len(t, claim(t, s, 5).Runs, 1)
}

// recordsOf are the chunks of a run that cannot be loaded.
func recordsOf(t *testing.T, s *sqlite.Store, run store.Run) (chunks [][]byte) {
	t.Helper()
	rows, err := s.DB().QueryContext(t.Context(), `SELECT c.data FROM baton_records c JOIN baton_runs r
		ON c.place >> 24 = r.id WHERE r.run = ?`, run.ID)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var chunk []byte
		require.NoError(t, rows.Scan(&chunk))
		chunks = append(chunks, chunk)
	}
	require.NoError(t, rows.Err())
	return chunks
}

func TestADamagedRecordInTheTailIsNamedAndConcernsItsRunOnly(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	runs := leased(t, s, "a", "b")
	first := step(runs[0], 1)
	first.Records[0].Name = "first"
	commit(t, s, first, step(runs[1], 1))
	spoil(t, s, "UPDATE baton_tail SET data = CAST(replace(CAST(data AS TEXT), 'first', 'third') AS BLOB)")
	for range 2 {
		require.NoError(t, s.Close())
		s = openAt(t, p, sqlite.Config{})
		lost(t, s, "a", "record 1 cannot be read")
		require.Len(t, numbers(t, s, "b"), 1)
	}
	c := claim(t, s, 5)
	require.Len(t, c.Runs, 1)
	require.Equal(t, "b", c.Runs[0].Run.ID)
}

func TestARowThatIsDamagedBeforeItIsKnownIsNotPassedOver(t *testing.T) {
	t.Parallel()
	s, f := openFaulty(t)
	runs := leased(t, s, "a", "b")
	f.arm(0, true)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(runs[0], 1)), errInjected)
	require.True(t, f.disarm())
	spoil(t, s, "UPDATE baton_tail SET data = x''")
	lost(t, s, "a", "row 1 of the tail is damaged")
	err := tryCommit(t.Context(), s, step(runs[1], 1))
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, "row 1 of the tail is damaged")
	_, err = s.DB().BeginTx(t.Context(), nil)
	require.ErrorIs(t, err, store.ErrCorrupt)
}

// TestRunsThatCannotBeSettledHoldUpNobody has the pages damaged where the records of some runs are to go.
func TestRunsThatCannotBeSettledHoldUpNobody(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{2, 20} {
		t.Run(strconv.Itoa(bad), func(t *testing.T) {
			t.Parallel()
			s, f := openFaulty(t)
			var ids []string
			for n := range 25 {
				ids = append(ids, fmt.Sprint("r", n))
			}
			runs := leased(t, s, ids...)
			for n := range int64(2) {
				var writes []store.Write
				for _, r := range runs {
					writes = append(writes, step(r, n))
				}
				commit(t, s, writes...)
			}
			f.damaged = func(run int64) bool { return run <= int64(bad) }
			require.NoError(t, s.Settle(t.Context()))
			f.damaged = nil
			read := 0
			for _, r := range runs {
				h, err := s.Load(t.Context(), r.ID, store.Mark{})
				if err == nil {
					require.Len(t, h.Records, 2)
					commit(t, s, step(r, 2))
					read++
					continue
				}
				lost(t, s, r.ID, "row 2 of the tail is damaged")
			}
			require.Equal(t, map[int]int{2: 23, 20: 0}[bad], read)
			var kept int
			row := s.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM baton_damaged")
			require.NoError(t, row.Scan(&kept))
			require.Equal(t, 2, kept)
			leased(t, s, "sound")
		})
	}
}

func TestABackupHasWhatIsInTheTail(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	runs := leased(t, s, "a", "b")
	commit(t, s, step(runs[0], 1), step(runs[1], 1))
	p := path(t)
	require.NoError(t, s.Backup(t.Context(), p))
	commit(t, s, step(runs[0], 2))
	restored := openAt(t, p, sqlite.Config{})
	require.Equal(t, []int64{1}, numbers(t, restored, "a"))
	require.Len(t, claim(t, restored, 2).Runs, 2)
}
