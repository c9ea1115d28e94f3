package durable_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// changing is a flow whose code is of an age.
func changing(name string) durable.Flow[int, string] {
	return durable.Define("changing", func(y actions.Yield, _ int) (string, error) {
		first, err := orchestrate.Do(y, work{Name: name})
		if err != nil {
			return "", err
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
			return "", err
		}
		_, err = orchestrate.Do(y, work{Name: "end"})
		return first, err
	})
}

func TestARunThatDoesNotFitItsCodeIsBlockedUntilTheCodeFits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := &crew{store: st}
		h := begin(t, durable.NewClient(st), changing(""), "r", 0)
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(changing("old"))})
		time.Sleep(time.Minute) // synctest
		closeNow(t, rt)

		rt = openLater(t, st, c, durable.Config{Flows: durable.Flows(changing("new"))})
		_, err := h.Result(t.Context())
		blocked, ok := errors.AsType[*durable.BlockedError](err)
		require.True(t, ok, "%v", err)
		require.Contains(t, blocked.Reason, `step 0: the journal has durable_test.work{"Name":"old"}`)
		require.Contains(t, blocked.Reason, `the code yielded durable_test.work{"Name":"new"}`)
		row := rowOf(t, st, "r")
		require.Equal(t, store.Blocked, row.Status)
		require.Empty(t, row.Owner)
		require.True(t, row.Due.IsZero())
		time.Sleep(24 * time.Hour) // synctest
		require.Equal(t, row, rowOf(t, st, "r"), "nobody tries again")
		closeNow(t, rt)

		_ = open(t, st, c, durable.Config{Flows: durable.Flows(changing("old"))})
		result, err := h.Result(t.Context())
		if errors.As(err, &blocked) { // asked before it was tried again
			time.Sleep(time.Second) // synctest
			result, err = h.Result(t.Context())
		}
		require.NoError(t, err)
		require.Equal(t, "did old", result)
		require.Equal(t, 2, c.count())
		require.Empty(t, rowOf(t, st, "r").Reason)
	})
}

func TestARunWhoseInputDoesNotFitIsBlocked(t *testing.T) {
	t.Parallel()
	st := memory.New()
	words := durable.Define("steps", func(actions.Yield, string) (string, error) { return "", nil })
	h := begin(t, durable.NewClient(st), words, "r", "three")
	_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
	await(t, h, durable.Blocked)
	require.Contains(t, rowOf(t, st, "r").Reason, `the input of flow "steps"`)
}

func TestARunWithALogThatMakesNoSenseIsBlocked(t *testing.T) {
	t.Parallel()
	st := memory.New()
	h := begin(t, durable.NewClient(st), steps, "r", 3)
	claimed, err := st.Claim(t.Context(), store.Claim{
		Owner: "vandal", Lease: time.Hour, Max: 1, Flows: []string{"steps"},
	})
	require.NoError(t, err)
	row := claimed.Runs[0].Run
	w := expired(row)
	w.Epoch, w.Records = row.Epoch, []store.Record{{N: 1, Kind: store.Step, Path: "one"}}
	errs, err := st.Commit(t.Context(), []store.Write{w})
	require.NoError(t, err)
	require.Empty(t, errs)
	_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
	await(t, h, durable.Blocked)
	require.Contains(t, rowOf(t, st, "r").Reason, store.ErrCorrupt.Error())
}

func TestRunsOfUnknownFlowsAreLeftAloneAndReported(t *testing.T) {
	t.Parallel()
	for name, uncounted := range map[string]bool{"counted": false, "listed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				var used store.Store = st
				if uncounted {
					used = struct{ store.Store }{st}
				}
				client := durable.NewClient(st)
				for i := range 3 {
					_ = begin(t, client, buy, runID(i), order{"tea", i})
				}
				_ = begin(t, client, steps, "known", 0)
				log := &lockedBuffer{}
				_ = open(t, used, &crew{}, durable.Config{
					Flows: durable.Flows(steps), Log: slog.New(slog.NewTextHandler(log, nil)),
				})
				time.Sleep(90 * time.Minute) // synctest
				require.Equal(t, 2, bytes.Count(log.Bytes(), []byte("runs of unknown flows")),
					"at once, and after an hour")
				require.Contains(t, string(log.Bytes()), "map[buy:3]")
				for i := range 3 {
					row := rowOf(t, st, runID(i))
					require.Equal(t, store.Pending, row.Status)
					require.Zero(t, row.Epoch)
				}
				require.Equal(t, store.Completed, rowOf(t, st, "known").Status)
			})
		})
	}
}

// lockedBuffer is a buffer for many.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

func TestARunThatCrashedAFewTimesIsCarriedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		h := begin(t, durable.NewClient(st), steps, "unlucky", 1)
		for range durable.MaxCrashes - 1 {
			claimed, err := st.Claim(t.Context(), store.Claim{
				Owner: "crashes", Lease: time.Second, Max: 1, Flows: []string{"steps"},
			})
			require.NoError(t, err)
			require.Len(t, claimed.Runs, 1)
			time.Sleep(time.Second) // synctest
		}
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		_, err := h.Result(t.Context())
		require.NoError(t, err)
	})
}

func TestARunThatIsInterruptedAgainAndAgainIsNotBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := slow(st, time.Hour)
		h := begin(t, durable.NewClient(st), steps, "patient", 1)
		for range 2 * durable.MaxCrashes {
			rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(steps)})
			time.Sleep(30 * time.Minute) // synctest
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, rt.Close(ctx), context.Canceled)
		}
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		_, err := h.Result(t.Context())
		require.NoError(t, err)
	})
}
