package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	codes "modernc.org/sqlite/lib"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
)

// pay is an action that is handled in a transaction.
type pay struct {
	actions.Returns[int64]
	Cents int64
}

// recording is a recorder for one step, and what it was told.
type recording struct {
	write  store.Write
	err    error
	result any
	told   []error
}

func (r *recording) Record(_ context.Context, result any) (store.Write, func(error), error) {
	r.result = result
	return r.write, func(err error) { r.told = append(r.told, err) }, r.err
}

// payments opens a store with a table of the user's own.
func payments(t *testing.T) *sqlite.Store {
	t.Helper()
	s := open(t, sqlite.Config{})
	_, err := s.DB().ExecContext(t.Context(), "CREATE TABLE payments (cents INTEGER NOT NULL)")
	require.NoError(t, err)
	return s
}

func payInto(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
	r, err := tx.ExecContext(ctx, "INSERT INTO payments (cents) VALUES (?)", p.Cents)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func paid(t *testing.T, s *sqlite.Store) (n int) {
	t.Helper()
	require.NoError(t, s.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM payments").Scan(&n))
	return n
}

// do carries a payment out by a handler.
func do(ctx context.Context, h executor.Handler) (any, error) {
	return executor.NewMux(h).Execute(ctx, pay{Cents: 5})
}

func TestWhatAHandlerWritesAndItsRecordAreOneTransaction(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	rec := &recording{write: step(run, 1)}
	result, err := do(store.WithRecorder(t.Context(), rec), sqlite.Transact(s, payInto))
	require.NoError(t, err)
	require.Equal(t, int64(1), result)
	require.Equal(t, int64(1), rec.result)
	require.Equal(t, []error{nil}, rec.told)
	require.Equal(t, 1, paid(t, s))
	require.Equal(t, []int64{1}, numbers(t, s, "r"))
}

func TestWithoutARecorderItIsATransaction(t *testing.T) {
	t.Parallel()
	s := payments(t)
	result, err := do(t.Context(), sqlite.Transact(s, payInto))
	require.NoError(t, err)
	require.Equal(t, int64(1), result)
	require.Equal(t, 1, paid(t, s))
}

// note is an action without a result.
type note struct {
	actions.Returns[actions.Void]
	Cents int64
}

func TestAnActionWithoutAResultIsATransactionAsWell(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	rec := &recording{write: step(run, 1)}
	sorry := errors.New("sorry")
	mux := executor.NewMux(sqlite.TransactVoid(s, func(ctx context.Context, tx *sql.Tx, n note) error {
		if _, err := payInto(ctx, tx, pay{Cents: n.Cents}); err != nil || n.Cents > 0 {
			return err
		}
		return sorry
	}))
	_, err := mux.Execute(store.WithRecorder(t.Context(), rec), note{Cents: -1})
	require.ErrorIs(t, err, sorry)
	require.Zero(t, paid(t, s))
	result, err := mux.Execute(store.WithRecorder(t.Context(), rec), note{Cents: 1})
	require.NoError(t, err)
	require.Equal(t, actions.Void{}, result)
	require.Equal(t, actions.Void{}, rec.result)
	require.Equal(t, 1, paid(t, s))
	require.Equal(t, []int64{1}, numbers(t, s, "r"))
	require.Panics(t, func() { sqlite.TransactVoid[note](s, nil) })
	require.Panics(t, func() { sqlite.TransactVoid(nil, func(context.Context, *sql.Tx, note) error { return nil }) })
}

func TestAHandlerThatFailsHasWrittenNothing(t *testing.T) {
	t.Parallel()
	sorry := errors.New("sorry")
	for name, end := range map[string]func(){
		"error": nil,
		"panic": func() { panic(sorry) },
		"exit":  runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := payments(t)
			run := leased(t, s, "r")[0]
			rec := &recording{write: step(run, 1)}
			h := sqlite.Transact(s, func(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
				if _, err := payInto(ctx, tx, p); err != nil {
					return 0, err
				}
				if end != nil {
					end()
				}
				return 0, sorry
			})
			ended := make(chan any, 1)
			var failed error
			go func() {
				defer func() { ended <- recover() }()
				_, failed = do(store.WithRecorder(t.Context(), rec), h)
			}()
			switch value := <-ended; name {
			case "error":
				require.Equal(t, sorry, failed)
			case "panic":
				require.ErrorIs(t, value.(error), sorry)
			}
			require.Empty(t, rec.told)
			require.Zero(t, paid(t, s))
			commit(t, s, step(run, 2)) // nobody holds anything up
			require.Equal(t, []int64{2}, numbers(t, s, "r"))
		})
	}
}

func TestWithoutTheLeaseNothingIsWritten(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	run.Epoch++
	rec := &recording{write: step(run, 1)}
	_, err := do(store.WithRecorder(t.Context(), rec), sqlite.Transact(s, payInto))
	require.ErrorIs(t, err, store.ErrFenced)
	require.Len(t, rec.told, 1)
	require.ErrorIs(t, rec.told[0], store.ErrFenced)
	require.Zero(t, paid(t, s))
	require.Empty(t, numbers(t, s, "r"))
}

func TestAResultThatCannotBeRecordedIsNotWritten(t *testing.T) {
	t.Parallel()
	s := payments(t)
	rec := &recording{err: os.ErrInvalid}
	_, err := do(store.WithRecorder(t.Context(), rec), sqlite.Transact(s, payInto))
	require.ErrorIs(t, err, os.ErrInvalid)
	require.Zero(t, paid(t, s))
}

func TestAHandlerThatEndsTheTransactionItselfIsNotRecorded(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	rec := &recording{write: step(run, 1)}
	h := sqlite.Transact(s, func(_ context.Context, tx *sql.Tx, _ pay) (int64, error) { return 0, tx.Rollback() })
	_, err := do(store.WithRecorder(t.Context(), rec), h)
	require.ErrorIs(t, err, sql.ErrTxDone)
	require.Len(t, rec.told, 1)
	require.ErrorIs(t, rec.told[0], sql.ErrTxDone)
	require.NotErrorIs(t, rec.told[0], store.ErrUnknown)
	require.Empty(t, numbers(t, s, "r"))
}

func TestACommitOfWhichNobodyKnowsIsUnknown(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, sqlite.Uncertain(errors.New("the driver said something")), store.ErrUnknown)
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, sql.ErrTxDone} {
		require.NotErrorIs(t, sqlite.Uncertain(known), store.ErrUnknown, known)
	}
	for code, nothing := range map[int]bool{
		0: false, codes.SQLITE_IOERR: false, codes.SQLITE_CORRUPT: false,
		codes.SQLITE_BUSY: true, codes.SQLITE_FULL: true, codes.SQLITE_CONSTRAINT: true,
	} {
		require.Equal(t, nothing, sqlite.NothingCommitted(code), code)
	}
}

func TestAConstraintThatFailsAtTheCommitUndoesEverything(t *testing.T) {
	t.Parallel()
	s := payments(t)
	for _, statement := range []string{
		"CREATE TABLE parents (id INTEGER PRIMARY KEY)",
		"CREATE TABLE kids (parent REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
	} {
		_, err := s.DB().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	run := leased(t, s, "r")[0]
	rec := &recording{write: step(run, 1)}
	h := sqlite.Transact(s, func(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
		if _, err := tx.ExecContext(ctx, "INSERT INTO kids VALUES (7)"); err != nil {
			return 0, err
		}
		return payInto(ctx, tx, p)
	})
	_, err := do(store.WithRecorder(t.Context(), rec), h)
	require.ErrorContains(t, err, "FOREIGN KEY constraint failed")
	require.Len(t, rec.told, 1)
	require.NotErrorIs(t, rec.told[0], store.ErrUnknown)
	require.Zero(t, paid(t, s))
	require.Empty(t, numbers(t, s, "r"))
	commit(t, s, step(run, 2))
}

func TestAHandlerThatCallsTheStoreItselfIsToldInsteadOfWaitingForItself(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	h := sqlite.Transact(s, func(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
		_, err := s.Send(ctx, []store.Message{{Run: "r"}})
		require.ErrorContains(t, err, "use what Within returns")
		require.ErrorContains(t, tryCommit(ctx, s, step(run, 1)), "use what Within returns")
		_, err = s.DB().ExecContext(ctx, "DELETE FROM payments")
		require.ErrorContains(t, err, "use what Within returns")
		_, err = s.DB().BeginTx(ctx, nil)
		require.ErrorContains(t, err, "use what Within returns")
		_, err = do(ctx, sqlite.Transact(s, payInto))
		require.ErrorContains(t, err, "use what Within returns")
		_, err = s.Load(ctx, "r", store.Mark{}) // reading is free
		require.NoError(t, err)
		in, err := s.Within(tx)
		require.NoError(t, err)
		_, err = in.Send(ctx, []store.Message{{Run: "r"}})
		require.NoError(t, err)
		return payInto(ctx, tx, p)
	})
	_, err := do(t.Context(), h)
	require.NoError(t, err)
	history, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Len(t, history.Messages, 1)
	require.Equal(t, 1, paid(t, s))
}

func TestManyHandlersTakeTurns(t *testing.T) {
	t.Parallel()
	s := payments(t)
	const handlers = 50
	done := make(chan error, handlers)
	for range handlers {
		go func() {
			_, err := do(t.Context(), sqlite.Transact(s, payInto))
			done <- err
		}()
	}
	for range handlers {
		require.NoError(t, <-done)
	}
	require.Equal(t, handlers, paid(t, s))
	require.LessOrEqual(t, s.DB().Stats().OpenConnections, 6)
}

func TestAHandlerThatWaitsForItsTurnEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := payments(t)
	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	const handlers = 10
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, handlers)
	for range handlers {
		go func() {
			_, err := do(ctx, sqlite.Transact(s, payInto))
			done <- err
		}()
	}
	cancel()
	for range handlers {
		require.ErrorIs(t, <-done, context.Canceled)
	}
	require.NoError(t, tx.Rollback())
	require.Zero(t, paid(t, s))
}

func TestCloseWaitsForAHandlerWhichIsToldThatTheStoreIsClosed(t *testing.T) {
	t.Parallel()
	s := payments(t)
	closed := make(chan error)
	_, err := do(t.Context(), sqlite.Transact(s, func(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
		go func() { closed <- s.Close() }()
		for {
			if _, err := s.Load(ctx, "r", store.Mark{}); errors.Is(err, store.ErrClosed) {
				return payInto(ctx, tx, p)
			}
		}
	}))
	require.NoError(t, err)
	require.NoError(t, <-closed)
}

func TestTransactOfNothingPanics(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	require.Panics(t, func() { sqlite.Transact(nil, payInto) })
	require.Panics(t, func() { sqlite.Transact[pay](s, nil) })
}

func noPayment(context.Context, *sql.Tx, pay) (int64, error) { return 0, nil }
