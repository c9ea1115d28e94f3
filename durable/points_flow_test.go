package durable_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
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

// voyage is a flow that has something of everything, and undoes its first step if it fails.
var voyage = durable.Define("voyage", func(y actions.Yield, _ int) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		if _, err := orchestrate.Undoable(y, undo, work{Name: "book"}, work{Name: "unbook"}); err != nil {
			return "", err
		}
		if _, err := orchestrate.All(y, orchestrate.Each(work{Name: "a"}, work{Name: "b"})...); err != nil {
			return "", err
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: 10 * time.Second}); err != nil {
			return "", err
		}
		return orchestrate.Race(y,
			orchestrate.Lift(work{Name: "c"}),
			func(y actions.Yield) (string, error) { return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour}) },
		)
	})
})

// point is a moment in a voyage: before or after one of the commits of its runtime.
type point struct {
	*memory.Store // of the runtime
	commits       atomic.Int64
	at            int64
	after         bool
	unload        time.Duration
	happens       func()       // in that moment
	claims        sync.RWMutex // held while somebody else claims

	crew   *crew
	handle *durable.Handle[string]
}

func (p *point) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	here := p.commits.Add(1) == p.at
	if here && !p.after {
		p.happens()
	}
	errs, err := p.Store.Commit(ctx, writes)
	if here && p.after {
		p.happens()
	}
	return errs, err
}

func (p *point) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	p.claims.RLock()
	defer p.claims.RUnlock()
	return p.Store.Claim(ctx, c)
}

func (p *point) open(t *testing.T) *durable.Runtime {
	t.Helper()
	return openLater(t, p, p.crew, durable.Config{Flows: durable.Flows(voyage), UnloadAfter: p.unload})
}

// undone requires that the first step was undone if it was done, unless the voyage had come to its end before it heard.
func (p *point) undone(t *testing.T) {
	t.Helper()
	names := map[string]int{}
	h, err := p.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	for _, r := range h.Records {
		if r.Failure.Codec == "" && r.Name == "durable_test.work" {
			names[string(r.Action.Data)]++
		}
	}
	if names[`{"Name":"c"}`] == 0 {
		require.Equal(t, names[`{"Name":"book"}`], names[`{"Name":"unbook"}`])
	}
}

// everyPoint makes a voyage for every point of it, with the test.
func everyPoint(t *testing.T, test func(t *testing.T, p *point)) {
	t.Helper()
	for name, unload := range map[string]time.Duration{"loaded": never, "unloaded": 1} {
		for _, after := range []bool{false, true} {
			for n, reached := int64(1), true; reached; n++ {
				t.Run(fmt.Sprintf("%s %d %t", name, n, after), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						p := &point{Store: memory.New(), at: n, after: after, unload: unload, happens: func() {}}
						p.crew = slow(p.Store, time.Second)
						p.handle = begin(t, durable.NewClient(p.Store), voyage, "r", 0)
						test(t, p)
						p.crew.onceAfterRecord(t)
						require.True(t, rowOf(t, p.Store, "r").Status.Finished())
						require.Empty(t, rowOf(t, p.Store, "r").Owner)
						reached = p.commits.Load() >= n
					})
				})
			}
		}
	}
}

func TestARunIsCancelledAtEveryPoint(t *testing.T) {
	t.Parallel()
	everyPoint(t, func(t *testing.T, p *point) {
		var told atomic.Bool
		p.happens = func() {
			cancelled, err := p.handle.Cancel(context.Background(), "")
			told.Store(cancelled)
			if err != nil && !errors.Is(err, durable.ErrFinished) {
				t.Error(err)
			}
		}
		rt := p.open(t)
		_, err := p.handle.Result(t.Context())
		cancelled := told.Load()
		require.Equal(t, cancelled, errors.Is(err, context.Canceled), "%v", err)
		require.Equal(t, cancelled, rowOf(t, p.Store, "r").Status == store.Cancelled)
		if cancelled {
			p.undone(t)
		}
		closeNow(t, rt)
	})
}

func TestARuntimeIsClosedAtEveryPoint(t *testing.T) {
	t.Parallel()
	for name, grace := range map[string]time.Duration{"and steps may end": time.Minute, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyPoint(t, func(t *testing.T, p *point) {
				closed := make(chan struct{})
				opened := make(chan *durable.Runtime, 1)
				p.happens = func() {
					go func() {
						defer close(closed)
						rt := <-opened
						ctx, cancel := context.WithTimeout(context.Background(), grace)
						defer cancel()
						_ = rt.Close(ctx)
					}()
					_ = pause(context.Background(), time.Millisecond) // until the other waits for this
				}
				rt := p.open(t)
				opened <- rt
				ended, stop := context.WithCancel(t.Context())
				go func() {
					_, _ = p.handle.Result(t.Context())
					stop()
				}()
				select {
				case <-closed:
					require.Empty(t, rowOf(t, p.Store, "r").Owner)
					rt = p.open(t)
				case <-ended.Done():
				}
				result, err := p.handle.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, "c", result)
				_ = rt.Close(context.Background()) // perhaps again
				stop()
			})
		})
	}
}

func TestALeaseIsLostAtEveryPoint(t *testing.T) {
	t.Parallel()
	everyPoint(t, func(t *testing.T, p *point) {
		var lost store.Run
		p.happens = func() {
			row := rowOf(t, p.Store, "r")
			if row.Status.Finished() {
				return
			}
			takeOver(t, p.Store, "r", &p.claims)
			lost = rowOf(t, p.Store, "r")
			time.AfterFunc(time.Minute, func() { _, _ = p.Store.Commit(context.Background(), []store.Write{expired(lost)}) })
		}
		rt := p.open(t)
		time.Sleep(30 * time.Second) // synctest
		synctest.Wait()
		if lost.ID != "" {
			h, err := p.Load(t.Context(), "r", store.Mark{})
			require.NoError(t, err)
			require.Equal(t, "another", h.Run.Owner)
			require.Equal(t, lost.Revision, h.Run.Revision, "nothing is written any more")
			require.False(t, slices.ContainsFunc(h.Records, func(r store.Record) bool { return r.Epoch >= lost.Epoch }))
		}
		result, err := p.handle.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "c", result)
		closeNow(t, rt)
	})
}

// The first step is done, and then its life ends before that is on record. In the next one it is refused, because the
// run was cancelled: that it was not done nobody may believe.
func TestWhatMayHaveBeenDoneIsUndone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &point{Store: memory.New(), at: 1, unload: never}
		p.crew = slow(p.Store, time.Second)
		p.handle = begin(t, durable.NewClient(p.Store), voyage, "r", 0)
		p.happens = func() {
			takeOver(t, p.Store, "r", &p.claims)
			_, err := p.handle.Cancel(context.Background(), "")
			require.NoError(t, err)
			time.AfterFunc(time.Minute, func() {
				_, _ = p.Store.Commit(context.Background(), []store.Write{expired(rowOf(t, p.Store, "r"))})
			})
		}
		rt := p.open(t)
		_, err := p.handle.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, map[string]int{"r/0/durable_test.work": 1, "r/1/durable_test.work": 1}, p.crew.times(),
			"booked in the first life, and unbooked in the second")
		closeNow(t, rt)
	})
}
