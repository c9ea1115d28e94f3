package outside_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/examples/checkout/internal/outside"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, trouble float64) (*outside.World, executor.Executor) {
	t.Helper()
	w, err := outside.Open(t.Context(), filepath.Join(t.TempDir(), "others #1%.db"), time.Microsecond, trouble)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w, executor.NewMux(w.Handlers())
}

// until asks until the line holds, under the key of one step, as Retried does.
func until[A actions.Of[R], R any](
	t *testing.T, exec executor.Executor, run string, a A,
) (got R, broken int, err error) {
	t.Helper()
	for {
		// A run that is run again under its ID has the same keys, as it has after a crash.
		got, err = orchestrate.Run(executor.WithRun(t.Context(), run), orchestrate.Lift(a), exec)
		if !errors.Is(err, outside.ErrLine) {
			return got, broken, err
		}
		broken++
	}
}

func TestHoweverOftenTheBankIsAskedItChargesOnceForAKey(t *testing.T) {
	t.Parallel()
	w, exec := open(t, 0.5)
	broken := 0
	for range 20 {
		payment, n, err := until(t, exec, "o-1", order.Charge{Order: "o-1", Card: "visa", Amount: 12_50})
		require.NoError(t, err)
		require.Equal(t, "pay-0001", payment)
		broken += n
	}
	require.NotZero(t, broken)
	account, err := w.Account(t.Context())
	require.NoError(t, err)
	require.Equal(t, outside.Account{Payments: 1, Balance: 12_50}, account)

	for range 2 {
		_, _, err = until(t, exec, "o-1", order.Refund{Order: "o-1"})
		require.NoError(t, err)
	}
	account, err = w.Account(t.Context())
	require.NoError(t, err)
	require.Equal(t, outside.Account{Payments: 1, Refunds: 1}, account)
}

func TestHoweverOftenACarrierIsAskedItFetchesOneParcelForAKey(t *testing.T) {
	t.Parallel()
	w, exec := open(t, 0.5)
	for range 20 {
		parcel, _, err := until(t, exec, "o-1", order.Ship{Order: "o-1", Carrier: "mule", To: "Oslo"})
		require.NoError(t, err)
		require.Equal(t, "mule-0001", parcel)
	}
	n, err := w.Parcels(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, _, err = until(t, exec, "o-1", order.Recall{Order: "o-1", Carrier: "mule"})
	require.NoError(t, err)
	n, err = w.Parcels(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// A no is certain, and final: nothing is to be undone, and nobody is to ask again.
func TestANoIsCertainAndFinal(t *testing.T) {
	t.Parallel()
	_, exec := open(t, 0.5)
	_, _, err := until(t, exec, "o-1", order.Charge{Order: "o-1", Card: "stolen", Amount: 12_50})
	require.ErrorIs(t, err, order.ErrDeclined)
	require.True(t, executor.NotDone(err))
	require.True(t, backoff.IsPermanent(err))
	_, _, err = until(t, exec, "o-1", order.Ship{Order: "o-1", Carrier: "mule", To: "Atlantis"})
	require.ErrorIs(t, err, order.ErrUndeliverable)
}
