package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// begin starts a transaction of the user's, and the store within it.
func begin(t *testing.T, s *sqlite.Store) (*sql.Tx, store.Store) {
	t.Helper()
	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	in, err := s.Within(tx)
	require.NoError(t, err)
	return tx, in
}

// listen collects what the store tells.
func listen(t *testing.T, s *sqlite.Store) func() []store.Notice {
	t.Helper()
	told := make(chan store.Notice, 100)
	t.Cleanup(s.Watch(func(n store.Notice) { told <- n }))
	return func() (all []store.Notice) {
		for len(told) > 0 {
			all = append(all, <-told)
		}
		return all
	}
}

func TestARunIsCreatedWithWhatTheUserWrites(t *testing.T) {
	t.Parallel()
	s := payments(t)
	notices := listen(t, s)
	tx, in := begin(t, s)
	_, err := payInto(t.Context(), tx, pay{Cents: 1})
	require.NoError(t, err)
	run := pending("r")
	made, err := in.Create(t.Context(), []store.Run{run})
	require.NoError(t, err)
	require.True(t, made[0].New)
	h, err := in.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, made[0].Run, h.Run)
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Empty(t, notices())
	require.NoError(t, tx.Commit())
	told := notices()
	require.Len(t, told, 1)
	require.Equal(t, "r", told[0].Run)
	require.Len(t, claim(t, s, 1).Runs, 1)
	require.Equal(t, 1, paid(t, s))
}

func TestWhatIsRolledBackWasNotCreated(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "other")[0]
	notices := listen(t, s)
	tx, in := begin(t, s)
	_, err := in.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	released := store.Write{
		Run: "other", Epoch: 1, State: &store.State{Status: store.Waiting}, Revision: run.Revision, Release: true,
	}
	require.NoError(t, tryCommit(t.Context(), in, released))
	require.NoError(t, tx.Rollback())
	require.Empty(t, notices())
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	held, err := s.Renew(t.Context(), "owner", hour)
	require.NoError(t, err)
	require.Len(t, held, 1)
	h, err := s.Load(t.Context(), "other", store.Mark{})
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(hour), h.Run.Due, time.Minute) // the end of its lease
	commit(t, s, step(run, 1))
	commit(t, s, released)
}

func TestATransactionWhoseContextEndsIsRolledBack(t *testing.T) {
	t.Parallel()
	s := payments(t)
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := s.DB().BeginTx(ctx, nil)
	require.NoError(t, err)
	in, err := s.Within(tx)
	require.NoError(t, err)
	_, err = in.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	cancel()
	require.Error(t, tx.Commit())
	leased(t, s, "s") // nobody holds it up
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = in.Create(t.Context(), []store.Run{pending("t")})
	require.ErrorIs(t, err, sql.ErrTxDone)
}

func TestAllButLeasesCanBePartOfATransaction(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	runs := leased(t, s, "a", "b")
	notices := listen(t, s)
	tx, in := begin(t, s)
	errs, err := in.Send(t.Context(), []store.Message{{Run: "a"}, {Run: "none"}})
	require.NoError(t, err)
	require.Equal(t, []error{nil, store.ErrNotFound}, errs)
	commit(t, in, step(runs[0], 1), store.Write{
		Run: "b", Epoch: 1, State: &store.State{Status: store.Failed}, Revision: 1, Release: true,
	})
	require.ErrorIs(t, tryCommit(t.Context(), in, step(runs[1], 1)), store.ErrFinished)
	listed, err := in.List(t.Context(), store.Query{Statuses: []store.Status{store.Failed}})
	require.NoError(t, err)
	require.Len(t, listed, 1)
	n, err := in.Delete(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = in.Claim(t.Context(), store.Claim{Owner: "o", Max: 1, Flows: []string{"flow"}})
	require.ErrorContains(t, err, "leases are not taken within a transaction")
	_, err = in.Renew(t.Context(), "owner", hour)
	require.ErrorContains(t, err, "leases are not taken within a transaction")
	require.NoError(t, tx.Commit())
	require.Len(t, notices(), 2)
	require.Equal(t, []int64{1}, numbers(t, s, "a"))
	_, err = s.Load(t.Context(), "b", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestWithinRefusesWhatIsNoTransactionOfTheStore(t *testing.T) {
	t.Parallel()
	s, other := open(t, sqlite.Config{}), open(t, sqlite.Config{})
	for says, tx := range map[string]any{
		"an *sql.Tx is wanted, not a string": "tx", "not a <nil>": nil, "not a *sql.Tx": (*sql.Tx)(nil),
	} {
		_, err := s.Within(tx)
		require.ErrorContains(t, err, says)
	}
	tx, err := other.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = s.Within(tx)
	require.ErrorContains(t, err, "not one of the store's DB")
	require.NoError(t, tx.Rollback())

	foreign, err := sql.Open("sqlite", path(t))
	require.NoError(t, err)
	defer foreign.Close()
	tx, err = foreign.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = s.Within(tx)
	require.ErrorContains(t, err, "not one of the store's DB")
	require.NoError(t, tx.Rollback())

	tx, err = s.DB().BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	require.NoError(t, err)
	_, err = s.Within(tx)
	require.ErrorContains(t, err, "the transaction is read-only")
	require.NoError(t, tx.Rollback())
	_, err = s.Within(tx)
	require.ErrorIs(t, err, sql.ErrTxDone)
}

func TestTransactionsAndTheStoreTakeTurns(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	const each, both = 50, 2
	done := make(chan error, both)
	go func() {
		for n := range int64(each) {
			if err := tryCommit(t.Context(), s, step(run, n)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	go func() {
		for range each {
			tx, err := s.DB().BeginTx(t.Context(), nil)
			if err == nil {
				_, err = payInto(t.Context(), tx, pay{})
				err = errors.Join(err, tx.Commit())
			}
			if err == nil {
				_, err = s.DB().ExecContext(t.Context(), "INSERT INTO payments (cents) VALUES (?)", 1)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range both {
		require.NoError(t, <-done)
	}
	require.Len(t, numbers(t, s, "r"), each)
	require.Equal(t, 2*each, paid(t, s))
}

func TestStatementsOfTheUserWorkAsUsual(t *testing.T) {
	t.Parallel()
	s := payments(t)
	insert, err := s.DB().PrepareContext(t.Context(), "INSERT INTO payments (cents) VALUES (?)")
	require.NoError(t, err)
	defer insert.Close()
	_, err = insert.ExecContext(t.Context(), 5)
	require.NoError(t, err)
	_, err = insert.Exec(6)
	require.NoError(t, err)
	sum, err := s.DB().Prepare("SELECT sum(cents) FROM payments")
	require.NoError(t, err)
	defer sum.Close()
	var total int
	require.NoError(t, sum.QueryRow().Scan(&total))
	require.Equal(t, 11, total)
	tx, err := s.DB().Begin()
	require.NoError(t, err)
	within := tx.StmtContext(t.Context(), insert)
	defer within.Close()
	_, err = within.ExecContext(t.Context(), 7)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	require.NoError(t, s.DB().PingContext(t.Context()))
	require.Equal(t, 2, paid(t, s))
	_, err = s.DB().ExecContext(t.Context(), "INSERT INTO no_such_table VALUES (1)")
	require.ErrorContains(t, err, "no such table")
}
