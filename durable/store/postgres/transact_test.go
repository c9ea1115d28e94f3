package postgres_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/pgserver"
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

// bank is a store with a table of the user's own.
type bank struct {
	*postgres.Store
	schema, table string
}

func newBank(t *testing.T) bank {
	t.Helper()
	name := schema()
	b := bank{openAt(t, pgserver.DSN(t), postgres.Config{Schema: name}), name, tableOf(name)}
	_, err := b.Pool().Exec(t.Context(), "CREATE TABLE "+b.table+
		" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cents bigint NOT NULL)")
	require.NoError(t, err)
	return b
}

func (b bank) pay(ctx context.Context, tx pgx.Tx, p pay) (id int64, err error) {
	err = tx.QueryRow(ctx, "INSERT INTO "+b.table+" (cents) VALUES ($1) RETURNING id", p.Cents).Scan(&id)
	return id, err
}

func (b bank) paid(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, b.Pool().QueryRow(t.Context(), "SELECT count(*) FROM "+b.table).Scan(&n))
	return n
}

// do carries a payment out by a handler.
func do(ctx context.Context, h executor.Handler) (any, error) {
	return executor.NewMux(h).Execute(ctx, pay{Cents: 5})
}

func TestWhatAHandlerWritesAndItsRecordAreOneTransaction(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	run := leased(t, b, "r")[0]
	rec := &recording{write: step(run, 1)}
	result, err := do(store.WithRecorder(t.Context(), rec), postgres.Transact(b.Store, b.pay))
	require.NoError(t, err)
	require.Equal(t, int64(1), result)
	require.Equal(t, int64(1), rec.result)
	require.Equal(t, []error{nil}, rec.told)
	require.Equal(t, 1, b.paid(t))
	require.Equal(t, []int64{1}, numbers(t, b, "r"))
}

func TestWithoutARecorderItIsATransaction(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	result, err := do(t.Context(), postgres.Transact(b.Store, b.pay))
	require.NoError(t, err)
	require.Equal(t, int64(1), result)
	require.Equal(t, 1, b.paid(t))
}

// note is an action without a result.
type note struct {
	actions.Returns[actions.Void]
	Cents int64
}

func TestAnActionWithoutAResultIsATransactionAsWell(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	run := leased(t, b, "r")[0]
	rec := &recording{write: step(run, 1)}
	sorry := errors.New("sorry")
	mux := executor.NewMux(postgres.TransactVoid(b.Store, func(ctx context.Context, tx pgx.Tx, n note) error {
		if _, err := b.pay(ctx, tx, pay{Cents: n.Cents}); err != nil || n.Cents > 0 {
			return err
		}
		return sorry
	}))
	_, err := mux.Execute(store.WithRecorder(t.Context(), rec), note{Cents: -1})
	require.ErrorIs(t, err, sorry)
	require.Zero(t, b.paid(t))
	result, err := mux.Execute(store.WithRecorder(t.Context(), rec), note{Cents: 1})
	require.NoError(t, err)
	require.Equal(t, actions.Void{}, result)
	require.Equal(t, 1, b.paid(t))
	require.Equal(t, []int64{1}, numbers(t, b, "r"))
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
			b := newBank(t)
			run := leased(t, b, "r")[0]
			rec := &recording{write: step(run, 1)}
			h := postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, p pay) (int64, error) {
				if _, err := b.pay(ctx, tx, p); err != nil {
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
			require.Zero(t, b.paid(t))
			commit(t, b, step(run, 2))
			require.Equal(t, []int64{2}, numbers(t, b, "r"))
		})
	}
}

func TestWithoutTheLeaseNothingIsWritten(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	run := leased(t, b, "r")[0]
	run.Epoch++
	rec := &recording{write: step(run, 1)}
	_, err := do(store.WithRecorder(t.Context(), rec), postgres.Transact(b.Store, b.pay))
	require.ErrorIs(t, err, store.ErrFenced)
	require.Len(t, rec.told, 1)
	require.ErrorIs(t, rec.told[0], store.ErrFenced)
	require.Zero(t, b.paid(t))
	require.Empty(t, numbers(t, b, "r"))
}

func TestAResultThatCannotBeRecordedIsNotWritten(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	rec := &recording{err: os.ErrInvalid}
	_, err := do(store.WithRecorder(t.Context(), rec), postgres.Transact(b.Store, b.pay))
	require.ErrorIs(t, err, os.ErrInvalid)
	require.Zero(t, b.paid(t))
}

func TestAHandlerThatEndsTheTransactionItselfIsNotRecorded(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	run := leased(t, b, "r")[0]
	rec := &recording{write: step(run, 1)}
	h := postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, _ pay) (int64, error) {
		return 0, tx.Rollback(ctx)
	})
	_, err := do(store.WithRecorder(t.Context(), rec), h)
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	require.Len(t, rec.told, 1)
	require.NotErrorIs(t, rec.told[0], store.ErrUnknown)
	require.Empty(t, numbers(t, b, "r"))
}

func TestAConstraintThatFailsAtTheCommitUndoesEverything(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	_, err := b.Pool().Exec(t.Context(), "ALTER TABLE "+b.table+
		" ADD parent bigint REFERENCES "+b.table+" (id) DEFERRABLE INITIALLY DEFERRED")
	require.NoError(t, err)
	run := leased(t, b, "r")[0]
	rec := &recording{write: step(run, 1)}
	h := postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, _ pay) (int64, error) {
		_, err := tx.Exec(ctx, "INSERT INTO "+b.table+" (cents, parent) VALUES (1, 77)")
		return 0, err
	})
	_, err = do(store.WithRecorder(t.Context(), rec), h)
	require.ErrorContains(t, err, "violates foreign key constraint")
	require.Len(t, rec.told, 1)
	require.NotErrorIs(t, rec.told[0], store.ErrUnknown)
	require.Zero(t, b.paid(t))
	require.Empty(t, numbers(t, b, "r"))
	commit(t, b, step(run, 2))
}

func TestACommitWhoseConnectionIsLostIsUnknown(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	run := leased(t, b, "r")[0]
	rec := &recording{write: step(run, 1)}
	_, err := b.Pool().Exec(t.Context(), `CREATE FUNCTION `+b.table+`() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'`)
	require.NoError(t, err)
	_, err = b.Pool().Exec(t.Context(), `CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON `+b.table+
		` DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION `+b.table+`()`)
	require.NoError(t, err)
	_, err = do(store.WithRecorder(t.Context(), rec), postgres.Transact(b.Store, b.pay))
	require.ErrorIs(t, err, store.ErrUnknown)
	require.Len(t, rec.told, 1)
	require.ErrorIs(t, rec.told[0], store.ErrUnknown)
	commit(t, b, step(run, 2)) // with another connection
	require.Equal(t, []int64{2}, numbers(t, b, "r"))
	require.Zero(t, b.paid(t))
}

func TestManyHandlersLeaveAConnectionToTheStore(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	const handlers = 50
	done := make(chan error, handlers)
	for range handlers {
		go func() {
			_, err := do(t.Context(), postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, p pay) (int64, error) {
				if _, err := b.List(ctx, store.Query{}); err != nil { // needs another connection
					return 0, err
				}
				return b.pay(ctx, tx, p)
			}))
			done <- err
		}()
	}
	for range handlers {
		require.NoError(t, <-done)
	}
	require.Equal(t, handlers, b.paid(t))
}

func TestAHandlerThatWaitsForItsTurnEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	most := int(b.Pool().Config().MaxConns) - 1
	entered, leave := make(chan bool, most), make(chan bool)
	done := make(chan error, most)
	for range most {
		go func() {
			_, err := do(t.Context(), postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, p pay) (int64, error) {
				entered <- true
				<-leave
				return b.pay(ctx, tx, p)
			}))
			done <- err
		}()
	}
	for range most {
		<-entered
	}
	why := errors.New("no patience")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := do(ctx, postgres.Transact(b.Store, b.pay))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	close(leave)
	for range most {
		require.NoError(t, <-done)
	}
	require.Equal(t, most, b.paid(t))
}

func TestTransactOfNothingPanics(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	require.Panics(t, func() { postgres.Transact(nil, b.pay) })
	require.Panics(t, func() { postgres.Transact[pay](b.Store, nil) })
	require.Panics(t, func() { postgres.TransactVoid[note](b.Store, nil) })
}
