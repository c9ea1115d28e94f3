package durable_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
)

// sickGauge is a store in memory that does not always measure its queues.
type sickGauge struct {
	*memory.Store
	fails atomic.Bool
}

func (m *sickGauge) Backlogs(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
	if m.fails.Load() {
		return nil, errBroken
	}
	return m.Store.Backlogs(ctx, queues, most)
}

func TestWhatWaitsInQueuesIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, l := &sickGauge{Store: memory.New()}, &listener{}
		client := durable.NewClient(s)
		began := time.Now()
		enqueue(t, client, named("a", 2))
		enqueue(t, client, []string{"later"}, durable.WithDelay(time.Hour))
		_, err := jobs.Schedule(t.Context(), client, "hourly", job{Name: "hourly"}, durable.Every(time.Hour))
		require.NoError(t, err)
		rt, err := durable.Open(t.Context(), s, executor.NewMux(), durable.Config{
			Flows: durable.Flows(steps), Queues: []durable.Queue{{Name: "idle"}}, Log: quiet,
			Observe: []combinators.Sink{l},
		})
		require.NoError(t, err)
		defer closeNow(t, rt)
		measured := func() []store.Backlog {
			synctestSleep(time.Minute)
			synctest.Wait()
			all := heardOf[*fact.Measured](l)
			require.NotEmpty(t, all)
			last := all[len(all)-1]
			require.WithinDuration(t, time.Now(), last.At, time.Minute)
			return last.Queues
		}
		waiting := []store.Backlog{{Queue: "idle"}, {Queue: "q", Runs: 2, Oldest: began}}
		at := measured()
		require.Len(t, at, 2)
		require.WithinDuration(t, began, at[1].Oldest, time.Second)
		at[1].Oldest = began
		require.Equal(t, waiting, at)
		for _, id := range named("a", 2) {
			_, err := client.Cancel(t.Context(), id, "")
			require.NoError(t, err)
		}
		s.fails.Store(true)
		told := len(heardOf[*fact.Measured](l))
		measured()
		require.Len(t, heardOf[*fact.Measured](l), told)
		s.fails.Store(false)
		require.Equal(t, []store.Backlog{{Queue: "idle"}, {Queue: "q"}}, measured(), "once that nothing waits any more")
		require.Equal(t, []store.Backlog{{Queue: "idle"}}, measured())
	})
}

func TestAStoreThatMeasuresNothingByItselfIsNotAskedTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, l := bareStore{memory.New()}, &listener{}
		open(t, s, &crew{}, durable.Config{Flows: durable.Flows(steps), Observe: []combinators.Sink{l}})
		enqueue(t, durable.NewClient(s), named("a", 2))
		synctestSleep(2 * time.Minute)
		require.Empty(t, heardOf[*fact.Measured](l))

		asked := &measured{Store: memory.New()}
		open(t, asked, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		synctestSleep(2 * time.Minute)
		require.Zero(t, asked.asked.Load(), "nobody listens")
	})
}

func TestRunsThatFindTheirQueueFullAreTold(t *testing.T) {
	t.Parallel()
	l := &listener{}
	client := durable.NewClient(memory.New(), durable.QueueLimit("mail", 2), durable.Observe(l))
	_, err := jobs.StartMany(t.Context(), client, make([]job, 3), func(int, job) []durable.StartOption {
		return []durable.StartOption{durable.WithQueue("mail")}
	})
	require.ErrorIs(t, err, durable.ErrQueueFull)
	told := heardOf[*fact.Refused](l)
	require.Equal(t, []*fact.Refused{{Queue: "mail", Runs: 3, Limit: 2}}, told)
	require.Empty(t, heardOf[*fact.Changed](l))
}
