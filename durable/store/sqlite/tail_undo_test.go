package sqlite_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// inTx calls f with what Within returns, and commits unless it fails.
func inTx(t *testing.T, s *sqlite.Store, f func(in store.Store) error) error {
	t.Helper()
	return withTx(t, s, func(_ *sql.Tx, in store.Store) error { return f(in) })
}

func withTx(t *testing.T, s *sqlite.Store, f func(tx *sql.Tx, in store.Store) error) error {
	t.Helper()
	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	in, err := s.Within(tx)
	require.NoError(t, err)
	if err := f(tx, in); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// again returns a write that records a step under another name.
func again(run store.Run, n int64) store.Write {
	w := step(run, n)
	w.Records[0].Name = "again"
	return w
}

func names(t *testing.T, s *sqlite.Store) (all []string) {
	t.Helper()
	h, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	for _, r := range h.Records {
		all = append(all, r.Name)
	}
	return all
}

// anew has the run continue as new, and keeps its lease.
func anew(run store.Run) store.Write {
	return store.Write{
		Run: run.ID, Epoch: run.Epoch, State: &store.State{Status: store.Running}, Revision: run.Revision,
		Restart: &store.Payload{},
	}
}

func TestARunThatContinuesAsNewHasNoneOfItsOldRecords(t *testing.T) {
	t.Parallel()
	undone := errors.New("undone")
	for by, anew := range map[string]func(t *testing.T, s *sqlite.Store, f *faulty, run store.Run) (was bool){
		"commit": func(t *testing.T, s *sqlite.Store, _ *faulty, run store.Run) bool {
			t.Helper()
			commit(t, s, anew(run))
			return true
		},
		"commit of which nobody is told": func(t *testing.T, s *sqlite.Store, f *faulty, run store.Run) bool {
			t.Helper()
			for n := int64(0); f.last.Load() != "COMMIT"; n++ {
				f.arm(n, true)
				require.ErrorIs(t, tryCommit(t.Context(), s, anew(run)), errInjected)
				require.True(t, f.disarm())
			}
			return true
		},
		"transaction of the user": func(t *testing.T, s *sqlite.Store, _ *faulty, run store.Run) bool {
			t.Helper()
			require.NoError(t, inTx(t, s, func(in store.Store) error { return tryCommit(t.Context(), in, anew(run)) }))
			return true
		},
		"transaction of the user that is rolled back": func(t *testing.T, s *sqlite.Store, _ *faulty, run store.Run) bool {
			t.Helper()
			require.ErrorIs(t, inTx(t, s, func(in store.Store) error {
				return errors.Join(tryCommit(t.Context(), in, anew(run), again(run, 2)), undone)
			}), undone)
			return false
		},
		"savepoint that is rolled back": func(t *testing.T, s *sqlite.Store, _ *faulty, run store.Run) bool {
			t.Helper()
			require.NoError(t, withTx(t, s, func(tx *sql.Tx, in store.Store) error {
				_, err := tx.ExecContext(t.Context(), "SAVEPOINT theirs")
				require.NoError(t, err)
				require.NoError(t, tryCommit(t.Context(), in, anew(run), again(run, 2), again(run, 7)))
				_, err = tx.ExecContext(t.Context(), "ROLLBACK TO theirs")
				return err
			}))
			return false
		},
	} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s, f := openFaulty(t)
			run := leased(t, s, "r")[0]
			commit(t, s, steps(run, 1, 2, 3)...)
			if anew(t, s, f, run) {
				require.Empty(t, names(t, s))
				commit(t, s, again(run, 2))
				require.Equal(t, []string{"again"}, names(t, s))
				commit(t, s, step(run, 2), again(run, 7))
				require.Equal(t, []string{"again", "again"}, names(t, s))
				require.NoError(t, s.Settle(t.Context()))
				_, entries := s.InMemory()
				require.Zero(t, entries)
			} else {
				commit(t, s, again(run, 2), again(run, 7))
				require.Equal(t, []string{"charge", "charge", "charge", "again"}, names(t, s))
			}
		})
	}
}

func TestAReleaseThatASavepointUndoesWasNone(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	run := leased(t, s, "r")[0]
	commit(t, s, steps(run, 1, 2)...)
	require.NoError(t, withTx(t, s, func(tx *sql.Tx, in store.Store) error {
		_, err := tx.ExecContext(t.Context(), "SAVEPOINT theirs")
		require.NoError(t, err)
		require.NoError(t, tryCommit(t.Context(), in, ended(run, store.Waiting)))
		_, err = tx.ExecContext(t.Context(), "ROLLBACK TO theirs")
		return err
	}))
	commit(t, s, steps(run, 1, 2, 3)...)
	require.Equal(t, []int64{1, 2, 3}, numbers(t, s, "r"))
	_, err := s.Renew(t.Context(), "owner", 0)
	require.NoError(t, err)
	require.Len(t, claim(t, s, 1).Runs[0].Records, 3)
}

// TestAnAppendOfWhichNobodyWasToldIsRecognised makes it again, in the lease in which it was made or in the next one.
func TestAnAppendOfWhichNobodyWasToldIsRecognised(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(t *testing.T, s *sqlite.Store, run store.Run) store.Run{
		"at once": func(_ *testing.T, _ *sqlite.Store, run store.Run) store.Run { return run },
		"after another claim": func(t *testing.T, s *sqlite.Store, _ store.Run) store.Run {
			t.Helper()
			_, err := s.Renew(t.Context(), "owner", 0)
			require.NoError(t, err)
			h := claim(t, s, 1).Runs[0]
			require.Len(t, h.Records, 2)
			return h.Run
		},
		"after a release": func(t *testing.T, s *sqlite.Store, run store.Run) store.Run {
			t.Helper()
			w := ended(run, store.Waiting)
			w.State.Due = run.Created
			commit(t, s, w)
			h := claim(t, s, 1).Runs[0]
			require.Len(t, h.Records, 2)
			return h.Run
		},
		"after a transaction of the user": func(t *testing.T, s *sqlite.Store, run store.Run) store.Run {
			t.Helper()
			require.NoError(t, inTx(t, s, func(in store.Store) error {
				return tryCommit(t.Context(), in, again(run, 2))
			}))
			return run
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := openFaulty(t)
			run := leased(t, s, "r")[0]
			commit(t, s, step(run, 1))
			f.arm(0, true)
			require.ErrorIs(t, tryCommit(t.Context(), s, step(run, 2)), errInjected)
			require.True(t, f.disarm())
			require.Contains(t, f.last.Load(), "INSERT INTO baton_tail")
			require.Equal(t, []int64{1, 2}, numbers(t, s, "r")) // whoever reads finds it
			run = then(t, s, run)
			commit(t, s, again(run, 2), again(run, 1))
			require.Equal(t, []string{"charge", "charge"}, names(t, s))
		})
	}
}
