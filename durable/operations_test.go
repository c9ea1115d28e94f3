package durable_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
)

// stand brings a run that was started to a status, as a runtime would.
func (s shop) stand(t *testing.T, id string, status store.Status) {
	t.Helper()
	if status == store.Pending {
		return
	}
	s.claim(t)
	switch status {
	case store.Running:
	case store.Paused:
		s.end(t, id, func(st *store.State) { st.Status, st.Due = store.Waiting, time.Time{} })
		require.NoError(t, s.Pause(t.Context(), id, "paused"))
	case store.Completed:
		s.end(t, id, completed("1"))
	default:
		s.end(t, id, func(st *store.State) {
			st.Status, st.Due = status, time.Time{}
			if status.Finished() {
				st.Finished = time.Now()
			}
		})
	}
}

func TestWhatEachOperationMakesOfEachStatus(t *testing.T) {
	t.Parallel()
	const same = store.Status(0)
	operations := []struct {
		name string
		do   func(ctx context.Context, s shop, id string) error
		want map[store.Status]store.Status
	}{
		{
			"pause", func(ctx context.Context, s shop, id string) error { return s.Pause(ctx, id, "because") },
			map[store.Status]store.Status{
				store.Pending: store.Paused, store.Running: store.Paused, store.Waiting: store.Paused,
				store.Blocked: store.Paused, store.Paused: store.Paused,
			},
		}, {
			"resume", func(ctx context.Context, s shop, id string) error { return s.Resume(ctx, id) },
			map[store.Status]store.Status{
				store.Pending: same, store.Running: same, store.Waiting: same, store.Blocked: store.Waiting,
				store.Paused: store.Waiting,
			},
		}, {
			"terminate", func(ctx context.Context, s shop, id string) error { return s.Terminate(ctx, id, "because") },
			map[store.Status]store.Status{
				store.Pending: store.Failed, store.Running: store.Failed, store.Waiting: store.Failed,
				store.Blocked: store.Failed, store.Paused: store.Failed,
			},
		},
	}
	for _, op := range operations {
		for status := store.Pending; status <= store.Paused; status++ {
			t.Run(fmt.Sprintf("%s %s", op.name, status), func(t *testing.T) {
				t.Parallel()
				s := newShop()
				s.start(t, "a")
				s.stand(t, "a", status)
				before := s.row(t, "a")
				require.Equal(t, status, before.Status)
				err := op.do(t.Context(), s, "a")
				after := s.row(t, "a")
				want, ok := op.want[status]
				switch {
				case !ok:
					require.ErrorIs(t, err, durable.ErrFinished)
					require.Equal(t, before, after)
				case want == same:
					require.NoError(t, err)
					require.Equal(t, before, after)
				default:
					require.NoError(t, err)
					require.Equal(t, want, after.Status)
					require.Equal(t, want.Finished(), !after.Finished.IsZero())
					require.Equal(t, want == store.Waiting, !after.Due.IsZero() && after.Owner == "", "it is due")
				}
				require.ErrorIs(t, op.do(t.Context(), s, "nobody"), durable.ErrNotFound)
				require.ErrorIs(t, op.do(t.Context(), s, "../a"), durable.ErrBadID)
				require.ErrorIs(t, op.do(done(t), s, "a"), context.Canceled)
			})
		}
	}
}

func TestAReasonThatNobodyCouldReadIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	long := string(make([]byte, 5000))
	require.ErrorIs(t, s.Pause(t.Context(), "a", long), durable.ErrTooLarge)
	require.ErrorIs(t, s.Terminate(t.Context(), "a", long), durable.ErrTooLarge)
	require.Equal(t, store.Pending, s.row(t, "a").Status)
}

// A workflow of which the result does not depend on time comes to the same, however often it is paused and resumed
// while steps are under way, and no step is begun again that has a record.
func TestAWorkflowComesToTheSameAlthoughItIsPaused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := scenes(r, timeless)
		pauses := rapid.SliceOfN(rapid.IntRange(1, 3000), 1, 12).Draw(r, "pauses")
		after := rapid.SampledFrom([]time.Duration{1, time.Second, never}).Draw(r, "unload after")
		want := inBubble(t, func(t *testing.T) string {
			t.Helper()
			return lastLine(inProcess(t, s, ending{}))
		})
		got := inBubble(t, func(t *testing.T) string {
			t.Helper()
			return withPauses(t, s, pauses, after)
		})
		if got != want {
			r.Fatalf("paused after %v ms:\n%s\n\nin a process:\n%s\n\n%+v", pauses, got, want, s)
		}
	})
}

// withPauses plays a scene that is paused after the given times, and resumed after as long a time again.
func withPauses(t *testing.T, s scene, pauses []int, unloadAfter time.Duration) string {
	t.Helper()
	w, st := newTheatre(), memory.New()
	c := &crew{store: st}
	exec := executor.NewMux(executor.On(func(ctx context.Context, a act) (string, error) {
		if _, err := c.work(ctx, work{Name: "a step that has no record yet"}); err != nil {
			return "", err
		}
		return w.act(ctx, a)
	}))
	flow := durable.Define("play", w.played)
	client := durable.NewClient(st)
	h := begin(t, client, flow, "r", s)
	send(s, func(e string) { sendSurely(t, client, e) })
	rt := openWith(t, st, exec, durable.Config{Flows: durable.Flows(flow), UnloadAfter: unloadAfter})
	for _, ms := range pauses {
		synctestSleep(time.Duration(ms) * time.Millisecond)
		if err := h.Pause(t.Context(), "for a while"); errors.Is(err, durable.ErrFinished) {
			break
		}
		synctestSleep(time.Duration(ms) * time.Millisecond)
		if ms%3 == 0 {
			synctest.Wait()
			row := rowOf(t, st, "r")
			require.True(t, row.Status == store.Paused || row.Status.Finished(), row.Status.String())
		}
		if err := h.Resume(t.Context()); errors.Is(err, durable.ErrFinished) {
			break
		}
	}
	_, _ = h.Result(t.Context())
	closeNow(t, rt)
	require.Zero(t, rowOf(t, st, "r").Due)
	c.onceAfterRecord(t)
	return w.result
}

func TestOperationsThatRaceEachOtherLeaveRunsThatEnd(t *testing.T) {
	t.Parallel()
	const runs, hands = 20, 6
	st := memory.New()
	c := &crew{store: st}
	rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps), UnloadAfter: time.Microsecond})
	for i := range runs {
		begin(t, rt, steps, runID(i), 30)
	}
	var wg sync.WaitGroup
	for hand := range hands {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(hand), 1)) //nolint:gosec // no secrets
			for range 60 {
				id := runID(random.IntN(runs))
				var err error
				switch random.IntN(10) {
				case 0:
					err = rt.Terminate(t.Context(), id, "enough")
				case 1:
					_, err = rt.Cancel(t.Context(), id, "enough")
				case 2, 3, 4, 5:
					err = rt.Pause(t.Context(), id, "a while")
				default:
					err = rt.Resume(t.Context(), id)
				}
				if err != nil && !errors.Is(err, durable.ErrFinished) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range runs {
		if err := rt.Resume(t.Context(), runID(i)); err != nil {
			require.ErrorIs(t, err, durable.ErrFinished)
		}
		_, err := durable.Attach[string](rt, runID(i)).Result(t.Context())
		var cancelled *durable.CancelledError
		if err != nil && !errors.Is(err, durable.ErrTerminated) && !errors.As(err, &cancelled) {
			require.NoError(t, err)
		}
		row := rowOf(t, st, runID(i))
		require.True(t, row.Status.Finished())
		require.Empty(t, row.Owner)
	}
	c.onceAfterRecord(t)
}
