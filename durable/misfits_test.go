package durable_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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

// release is the code of a flow of several naps: the second release checks first, in the runs that it begins.
func release(version, naps int) durable.Flow[int, string] {
	return durable.Define("released", func(y actions.Yield, _ int) (string, error) {
		follows := 1
		if version >= 2 {
			v, err := orchestrate.Do(y, actions.Version{Change: "check", Min: 1, Max: 2})
			if err != nil {
				return "", err
			}
			follows = v
		}
		if follows >= 2 {
			if _, err := orchestrate.Do(y, work{Name: "check"}); err != nil {
				return "", err
			}
		}
		for i := range naps {
			if _, err := orchestrate.Do(y, work{Name: fmt.Sprint("step ", i)}); err != nil {
				return "", err
			}
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
				return "", err
			}
		}
		return fmt.Sprint("as by release ", follows), nil
	}, durable.Version(fmt.Sprint("v", version)))
}

// blocks counts how often a log says that a run is blocked.
func blocks(log *lockedBuffer) int { return strings.Count(string(log.Bytes()), "run blocked") }

// deaf is a store that tells nothing.
type deaf struct{ store.Store }

// While a deploy is under way two versions of the code are up. Whatever the old one cannot carry on the new one does,
// although nobody opens a runtime any more.
func TestWhatDoesNotFitTheOldCodeIsCarriedOnByTheNew(t *testing.T) {
	t.Parallel()
	for name, hears := range map[string]bool{"a store that tells": true, "a store that does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				var used store.Store = st
				if !hears {
					used = deaf{st}
				}
				c := &crew{store: st}
				log := &lockedBuffer{}
				config := func(version int) durable.Config {
					return durable.Config{
						Flows: durable.Flows(release(version, 10)), MaxConcurrent: 8,
						Log: slog.New(slog.NewTextHandler(log, nil)),
					}
				}
				var handles []*durable.Handle[string]
				for i := range 20 {
					handles = append(handles, begin(t, durable.NewClient(st), release(0, 0), runID(i), i))
				}
				_ = open(t, used, c, config(2))
				time.Sleep(10 * time.Second) // synctest
				for range 4 {
					_ = open(t, used, c, config(1))
				}
				for i := range 20 {
					handles = append(handles, begin(t, durable.NewClient(st), release(0, 0), runID(20+i), i))
				}
				time.Sleep(time.Hour)     // synctest
				began := map[string]int{} // the others may be of either
				for _, h := range handles {
					result, done, err := h.TryResult(t.Context())
					require.NoError(t, err)
					require.True(t, done, "run %s has not ended", h.ID())
					began[result]++
				}
				require.GreaterOrEqual(t, began["as by release 2"], 8)
				require.Positive(t, blocks(log))
				c.onceAfterRecord(t)
			})
		})
	}
}

// What fits nobody is tried once by each, and then left alone.
func TestWhatFitsNobodyIsTriedOnceByEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := &crew{store: st}
		h := begin(t, durable.NewClient(st), release(2, 1), "r", 0)
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(release(2, 1))})
		time.Sleep(time.Second) // synctest
		closeNow(t, rt)
		log := &lockedBuffer{}
		const up = 5
		for range up {
			_ = open(t, st, c, durable.Config{
				Flows: durable.Flows(release(1, 1)), Log: slog.New(slog.NewTextHandler(log, nil)),
			})
		}
		time.Sleep(time.Hour) // synctest
		require.GreaterOrEqual(t, blocks(log), up)
		require.LessOrEqual(t, blocks(log), 2*up, "each, and when it was opened")
		row := rowOf(t, st, "r")
		require.Equal(t, store.Blocked, row.Status)
		time.Sleep(3 * time.Hour) // synctest
		require.Equal(t, row, rowOf(t, st, "r"))
		_, err := h.Result(t.Context())
		blocked, ok := errors.AsType[*durable.BlockedError](err)
		require.True(t, ok, "%v", err)
		require.Contains(t, blocked.Reason, "step 0")

		_ = open(t, st, c, durable.Config{Flows: durable.Flows(release(2, 1))})
		time.Sleep(time.Hour) // synctest
		result, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "as by release 2", result)
	})
}

// A runtime without room leaves a blocked run to others until it has some.
func TestARuntimeThatIsBusyTriesLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := &crew{store: st, do: func(ctx context.Context, w work) (string, error) {
			if w.Name == "long" {
				return "", pause(ctx, time.Hour)
			}
			return w.Name, nil
		}}
		long := durable.Define("long", func(y actions.Yield, _ int) (string, error) {
			return orchestrate.Do(y, work{Name: "long"})
		})
		h := begin(t, durable.NewClient(st), release(2, 1), "r", 0)
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(release(2, 1), long), MaxConcurrent: 1})
		time.Sleep(30 * time.Second) // synctest
		begin(t, durable.NewClient(st), long, "long", 0)
		time.Sleep(time.Second) // synctest
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(release(1, 1))})
		time.Sleep(10 * time.Minute) // synctest
		require.Equal(t, store.Blocked, rowOf(t, st, "r").Status)
		time.Sleep(time.Hour) // synctest
		result, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "as by release 2", result)
	})
}

// A run that was blocked because it kills its process is not for others to try.
func TestARunThatKillsItsProcessIsTriedByNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		client := durable.NewClient(st)
		begin(t, client, steps, "r", 1, durable.WithDelay(time.Hour))
		s := shop{client, st}
		s.end(t, "r", func(state *store.State) {
			state.Status, state.Due, state.Reason = store.Blocked, time.Time{}, "it kills"
			state.Trials = durable.MaxCrashes
		})
		row := rowOf(t, st, "r")
		time.Sleep(3 * time.Hour) // synctest
		require.Equal(t, row, rowOf(t, st, "r"))
	})
}

// spoiling is a store that blocks a run itself whenever it is claimed, as one does that cannot read it.
type spoiling struct {
	store.Store
	run string
}

func (s spoiling) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	claimed, err := s.Store.Claim(ctx, c)
	for i, h := range claimed.Runs {
		if h.Run.ID != s.run {
			continue
		}
		state := h.Run.State
		state.Status, state.Due, state.Reason = store.Blocked, time.Time{}, store.ErrCorrupt.Error()
		claimed.Runs = append(claimed.Runs[:i:i], claimed.Runs[i+1:]...)
		_, err = s.Commit(ctx, []store.Write{{
			Run: s.run, Epoch: h.Run.Epoch, State: &state, Revision: h.Run.Revision, Release: true,
		}})
		break
	}
	return claimed, err
}

// What the store blocks again and again is tried less and less often.
func TestARunThatCannotBeReadIsTriedLessAndLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := spoiling{memory.New(), "r"}
		begin(t, durable.NewClient(st), steps, "r", 1)
		h := begin(t, durable.NewClient(st), steps, "sound", 1)
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		time.Sleep(6 * time.Hour) // synctest
		row := rowOf(t, st, "r")
		require.Equal(t, store.Blocked, row.Status)
		require.Less(t, row.Epoch, int64(50))
		require.Greater(t, row.Epoch, int64(10))
	})
}
