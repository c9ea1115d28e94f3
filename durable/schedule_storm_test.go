package durable_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// The ways to the store fail before and after they have done something, and again and again somebody takes a schedule
// away from the runtime that has it.
func TestTwoRuntimesStartEachOccurrenceOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { stormOfSchedules(t, seed) })
		})
	}
}

func stormOfSchedules(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	st, d := memory.New(), newDiary()
	var ways []*flaky
	for i := range uint64(2) {
		way := flakyOn(st, 2*seed+i)
		way.fails(8, 8)
		ways = append(ways, way)
		rt := openLater(t, way, &d.crew, durable.Config{Flows: durable.Flows(report)})
		defer closeNow(t, rt)
	}
	client := durable.NewClient(st)
	schedules := map[string]*durable.Schedule{}
	for _, policy := range []durable.Overlap{durable.Skip, durable.Enqueue, durable.Allow} {
		schedules[policy.String()] = plannedFor(t, client, policy.String(), 20*time.Second, durable.Every(time.Minute),
			durable.WithOverlap(policy), durable.WithCatchUp(12*time.Hour))
	}
	const minutes = 120
	for time.Now().Before(time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC)) {
		synctestSleep(time.Duration(random.IntN(60_000)) * time.Millisecond)
		for id := range schedules {
			if row := rowOf(t, st, id); random.IntN(2) == 0 && row.Owner != "" {
				_, err := st.Commit(t.Context(), []store.Write{expired(row)})
				require.NoError(t, err)
			}
		}
	}
	for _, way := range ways {
		way.fails(0, 0)
	}
	synctestSleep(3 * time.Hour) // what was held up is started
	synctest.Wait()
	all := int64(minutes + 3*60)
	started := map[string]int64{}
	seen := map[string]map[time.Time]int{}
	for m, err := range client.List(t.Context(), durable.Filter{Flows: []string{"report"}}) {
		require.NoError(t, err)
		o, ok := m.Occurrence()
		require.True(t, ok)
		started[o.Schedule]++
		if seen[o.Schedule] == nil {
			seen[o.Schedule] = map[time.Time]int{}
		}
		seen[o.Schedule][o.Time]++
	}
	require.Len(t, started, len(schedules))
	for id, s := range schedules {
		info := described(t, s)
		require.Equal(t, started[id], info.Started, "%s: what it counts is what was started", id)
		require.Zero(t, info.Missed, id)
		require.GreaterOrEqual(t, info.Started+info.Skipped, all, id)
		require.LessOrEqual(t, info.Started+info.Skipped, all+1, id)
		if id != "skip" {
			require.Zero(t, info.Skipped, id)
		}
	}
	times := map[time.Time]int{}
	for _, e := range d.took() {
		times[e.For]++
	}
	for at := range seen["allow"] {
		require.LessOrEqual(t, times[at], len(schedules), "none of them reports twice")
	}
}

// gated is a store in which new runs wait at a gate.
type gated struct {
	*memory.Store
	gate sync.RWMutex
	at   chan struct{}
}

func (g *gated) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	select {
	case g.at <- struct{}{}:
	default:
	}
	g.gate.RLock()
	defer g.gate.RUnlock()
	return g.Store.Create(context.WithoutCancel(ctx), runs) // it has begun, and goes on
}

func TestARunThatWasBeingStartedAsItsSchedulePausedIsNotForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		slow := &gated{Store: st, at: make(chan struct{}, 1)}
		client := durable.NewClient(st)
		s := plannedFor(t, client, "s", 90*time.Minute, durable.Every(time.Hour))
		rt := openWith(t, slow, d.executor(), seldom())
		defer closeNow(t, rt)
		until(t, "2000-01-01 00:59:00")
		slow.gate.Lock()
		<-slow.at
		require.NoError(t, s.Pause(t.Context(), ""))
		slow.gate.Unlock()
		synctestSleep(time.Minute)
		require.NoError(t, s.Resume(t.Context()))
		require.Zero(t, described(t, s).Started, "its runtime could not say so any more")
		until(t, "2000-01-01 02:10:00")
		require.Equal(t, []string{"2000-01-01 01:00:00"}, d.take(), "the next one is skipped for it")
		until(t, "2000-01-01 03:10:00")
		require.Equal(t, []string{"2000-01-01 03:00:00"}, d.take())
		info := described(t, s)
		require.EqualValues(t, 1, info.Started)
		require.EqualValues(t, 1, info.Skipped)
	})
}

func TestAScheduleThatWaitsTakesNoMemoryAndNoStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(24*time.Hour))
		until(t, "2000-01-10 12:00:00")
		row := rowOf(t, st, "s")
		require.Equal(t, store.Waiting, row.Status)
		require.Empty(t, row.Owner)
		require.Equal(t, time.Date(2000, 1, 11, 0, 0, 0, 0, time.UTC), row.Due)
		require.Empty(t, historyOf(t, st, "s").Records, "each time is a generation")
		require.Len(t, d.take(), 9)
	})
}
