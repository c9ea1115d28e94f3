package durable_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

// epochs is the epoch under which each step of a run was recorded.
func epochs(t *testing.T, st store.Store, run string) (epochs []int64) {
	t.Helper()
	h, err := st.Load(t.Context(), run, store.Mark{})
	require.NoError(t, err)
	for _, r := range h.Records {
		epochs = append(epochs, r.Epoch)
	}
	return epochs
}

func TestTheRunsOfAProcessThatIsCutOffAreTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		cut := flakyOn(st, 1)
		config := durable.Config{Flows: durable.Flows(steps), Lease: 30 * time.Second}
		first, second := slow(st, 7*time.Second), slow(st, 7*time.Second)
		_ = open(t, cut, first, config)
		h := begin(t, durable.NewClient(st), steps, "r", 10)
		time.Sleep(20 * time.Second) // synctest
		rt := open(t, st, second, config)
		cut.away.Store(true)         // after two steps, and a renewal at 20 s
		time.Sleep(40 * time.Second) // synctest
		require.Equal(t, 3, first.count())
		row := rowOf(t, st, "r")
		require.EqualValues(t, 2, row.Epoch)
		cut.away.Store(false)
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, []int64{1, 1, 2, 2, 2, 2, 2, 2, 2, 2}, epochs(t, st, "r"))
		require.Equal(t, 3, first.count())
		require.Equal(t, 8, second.count())
		second.onceAfterRecord(t)
		closeNow(t, rt)
	})
}

// A process that was stopped for a while (by a debugger, or a machine that is moved) does not know that its leases have
// run out, and goes on where it was.
func TestAProcessThatComesBackLateWritesNothing(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]bool{"and is told": false, "and finds out": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, let := memory.New(), make(chan struct{})
				var told atomic.Bool
				late := &crew{do: func(ctx context.Context, w work) (string, error) {
					<-let
					told.Store(ctx.Err() != nil)
					return "late", nil
				}}
				stopped := flakyOn(st, 1)
				stopped.deaf = deaf
				h := begin(t, durable.NewClient(st), steps, "r", 2)
				_ = open(t, stopped, late, durable.Config{Flows: durable.Flows(steps)})
				time.Sleep(2 * time.Second) // synctest
				takeOver(t, st, "r", &stopped.gate)
				synctest.Wait()

				close(let)
				synctest.Wait()
				require.Equal(t, !deaf, told.Load())
				require.Empty(t, epochs(t, st, "r"))
				time.Sleep(time.Minute) // synctest
				require.Equal(t, 1, late.count(), "it does not begin the second step")
				row := rowOf(t, st, "r")
				require.Equal(t, "another", row.Owner)
				require.Equal(t, store.Running, row.Status)
				_, err := st.Commit(t.Context(), []store.Write{expired(row)})
				require.NoError(t, err)
				result, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, "late", result)
				require.Equal(t, []int64{5, 5}, epochs(t, st, "r"))
			})
		})
	}
}

// The first branch that has something to write finds out, and the other need not wait for a renewal.
func TestAllHandlersOfARunAreToldThatItIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, told := memory.New(), make(chan error, 1)
		c := &crew{do: func(ctx context.Context, w work) (string, error) {
			if w.Name == "a" {
				return "", pause(ctx, 3*time.Second)
			}
			told <- pause(ctx, time.Hour)
			return "", nil
		}}
		deaf := flakyOn(st, 1)
		deaf.deaf = true
		_ = begin(t, durable.NewClient(st), busy, "r", 1)
		_ = open(t, deaf, c, durable.Config{Flows: durable.Flows(busy), Lease: 30 * time.Second})
		began := time.Now()
		time.Sleep(time.Second) // synctest
		takeOver(t, st, "r", &deaf.gate)
		require.ErrorIs(t, <-told, store.ErrFenced)
		require.Equal(t, 3*time.Second, time.Since(began))
	})
}

// takeOver has another process claim a run. Nobody else does meanwhile who needs the gate.
func takeOver(t *testing.T, st store.Store, id string, gate sync.Locker) {
	t.Helper()
	synctest.Wait() // for the calls under way
	gate.Lock()
	defer gate.Unlock()
	row := rowOf(t, st, id)
	errs, err := st.Commit(t.Context(), []store.Write{expired(row)})
	require.NoError(t, err)
	require.Empty(t, errs)
	claimed, err := st.Claim(t.Context(), store.Claim{
		Owner: "another", Lease: time.Hour, Max: 1, Flows: []string{row.Flow},
	})
	require.NoError(t, err)
	require.Len(t, claimed.Runs, 1)
}

// expired is the write that takes a lease away.
func expired(row store.Run) store.Write {
	s := row.State
	s.Status, s.Due = store.Waiting, time.Now()
	return store.Write{Run: row.ID, State: &s, Revision: row.Revision, Release: true}
}

func TestLeasesThatNobodyMakesUseOfAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newFlaky(1)
		st.fails(0, 100) // all is done, and nobody hears of it
		c := slow(st.memory, time.Second)
		h := begin(t, durable.NewClient(st.memory), steps, "r", 1)
		rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(time.Second) // synctest
		require.NotEmpty(t, rowOf(t, st.memory, "r").Owner)
		st.fails(0, 0)
		began := time.Now()
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Less(t, time.Since(began), 5*time.Second, "it does not wait for the lease to run out")
		require.EqualValues(t, 2, rowOf(t, st.memory, "r").Epoch)
		closeNow(t, rt)
	})
}

func TestTheRunsOfAProcessThatDiesAreTakenOverWithinALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		h := begin(t, durable.NewClient(st), steps, "r", 3)
		claimed, err := st.Claim(t.Context(), store.Claim{
			Owner: "dead", Lease: 30 * time.Second, Max: 1, Flows: []string{"steps"},
		})
		require.NoError(t, err)
		require.Len(t, claimed.Runs, 1)
		c := &crew{store: st}
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		began := time.Now()
		_, err = h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 30*time.Second, time.Since(began))
	})
}

// A claim that was made, though its answer was lost, leaves a lease that nobody makes use of. It is given back as soon
// as the store answers, and not at the next renewal.
func TestALeaseThatNobodyKnowsOfIsGivenBackOnceTheStoreAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		h := begin(t, durable.NewClient(st), steps, "r", 1)
		const away = 100 * time.Millisecond
		var lost atomic.Pointer[time.Time]
		s := storetest.NewFaulty(st, func(c storetest.Call) storetest.Fault {
			now := time.Now()
			at := lost.Load()
			switch {
			case c.Method == "Claim" && at == nil:
				lost.Store(&now)
				return storetest.Fault{After: storetest.ErrDiskFull}
			case c.Method == "List" && at != nil && now.Sub(*at) < away:
				return storetest.Fault{Before: storetest.ErrDiskFull}
			}
			return storetest.Fault{}
		})
		rt := openLater(t, s, slow(st, time.Millisecond), durable.Config{
			Flows: durable.Flows(steps), Lease: time.Hour,
		})
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Less(t, time.Since(*lost.Load()), 10*time.Second)
		require.Equal(t, []int64{2}, epochs(t, st, "r"))
		closeNow(t, rt)
	})
}
