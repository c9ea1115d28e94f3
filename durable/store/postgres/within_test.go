package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/pgserver"
)

// begin starts a transaction of the user's, and the store within it.
func begin(t *testing.T, s *postgres.Store) (pgx.Tx, store.Store) {
	t.Helper()
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	in, err := s.Within(tx)
	require.NoError(t, err)
	return tx, in
}

// hears waits until a notice is told that f takes.
func hears(t *testing.T, told <-chan store.Notice, f func(store.Notice) bool) {
	t.Helper()
	for {
		select {
		case n := <-told:
			if f(n) {
				return
			}
		case <-time.After(time.Minute):
			require.Fail(t, "nobody was told")
		}
	}
}

// listens collects what the store tells.
func listens(t *testing.T, s *postgres.Store) <-chan store.Notice {
	t.Helper()
	told := make(chan store.Notice, 1000)
	t.Cleanup(s.Watch(func(n store.Notice) { told <- n }))
	return told
}

func TestARunIsCreatedWithWhatTheUserWrites(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	told := listens(t, b.Store)
	tx, in := begin(t, b.Store)
	_, err := b.pay(t.Context(), tx, pay{Cents: 1})
	require.NoError(t, err)
	made, err := in.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	require.True(t, made[0].New)
	h, err := in.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, made[0].Run, h.Run)
	_, err = b.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Empty(t, told)
	require.NoError(t, tx.Commit(t.Context()))
	hears(t, told, func(n store.Notice) bool { return n.Run == "r" && n.Due.Equal(h.Run.Due) })
	require.Len(t, claim(t, b, 1).Runs, 1)
	require.Equal(t, 1, b.paid(t))
}

func TestWhatIsRolledBackWasNotCreated(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	run := leased(t, s, "other")[0]
	tx, in := begin(t, s)
	_, err := in.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	released := store.Write{
		Run: "other", Epoch: 1, State: &store.State{Status: store.Waiting}, Revision: run.Revision, Release: true,
	}
	require.NoError(t, tryCommit(t.Context(), in, released))
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	commit(t, s, step(run, 1))
	commit(t, s, released)
}

func TestAllButLeasesCanBePartOfATransaction(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	runs := leased(t, s, "a", "b")
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
	require.NoError(t, tx.Commit(t.Context()))
	require.Equal(t, []int64{1}, numbers(t, s, "a"))
	_, err = s.Load(t.Context(), "b", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestWithinRefusesWhatIsNoTransactionOfTheStore(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	for says, tx := range map[string]any{
		"a pgx.Tx is wanted, not a string": "tx", "not a <nil>": nil,
	} {
		_, err := s.Within(tx)
		require.ErrorContains(t, err, says)
	}
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = s.Within(tx)
	require.ErrorIs(t, err, pgx.ErrTxClosed)

	name := schema()
	openAt(t, pgserver.DSN(t), postgres.Config{Schema: name})
	_, err = s.Pool().Exec(t.Context(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	require.NoError(t, err)
	elsewhere := pgserver.DSN(t) + " dbname='" + name + "'"
	other := openAt(t, elsewhere, postgres.Config{Schema: name})
	here := openAt(t, pgserver.DSN(t), postgres.Config{Schema: name})
	tx, err = other.Pool().Begin(t.Context())
	require.NoError(t, err)
	_, err = here.Within(tx)
	require.ErrorContains(t, err, "the transaction is one of another database")
	require.NoError(t, tx.Rollback(t.Context()))
}

func TestARunIsPartOfTheCallersTransaction(t *testing.T) {
	t.Parallel()
	flow := durable.Define("flow", func(_ actions.Yield, n int) (int, error) { return n + 1, nil })
	s := open(t, postgres.Config{})
	// It would take hours to find a run that it is not told of.
	rt, err := durable.Open(t.Context(), s, executor.NewMux(), durable.Config{Flows: durable.Flows(flow), Poll: hour})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	h, err := flow.StartTx(t.Context(), rt, tx, 1, durable.WithID("kept"))
	require.NoError(t, err)
	_, err = flow.StartTx(t.Context(), rt, tx, 2, durable.WithID("kept"))
	require.ErrorIs(t, err, durable.ErrConflict, "what the transaction has not committed counts in it")
	_, err = h.Status(t.Context())
	require.ErrorIs(t, err, durable.ErrNotFound)
	require.NoError(t, tx.Commit(t.Context()))
	out, err := h.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, out)

	tx, err = s.Pool().Begin(t.Context())
	require.NoError(t, err)
	h, err = flow.StartTx(t.Context(), rt, tx, 1, durable.WithID("dropped"))
	require.NoError(t, err)
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = h.Result(t.Context())
	require.ErrorIs(t, err, durable.ErrNotFound)
}
