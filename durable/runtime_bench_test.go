package durable_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// tick is the action of the benchmarks: with its result it is about as small as one can be.
type tick struct {
	actions.Returns[int]
	N int
}

func ticking() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a tick) (int, error) { return a.N, nil }))
}

// ticks is a flow of so many steps.
var ticks = durable.Define("ticks", func(y actions.Yield, n int) (int, error) {
	for i := range n {
		if _, err := orchestrate.Do(y, tick{N: i}); err != nil {
			return 0, err
		}
	}
	return n, nil
})

// BenchmarkSteps is what a step costs on a store in memory, of one run and of several at the same time, beside what the
// journal alone costs.
func BenchmarkSteps(b *testing.B) {
	for _, runs := range []int{1, 64} {
		b.Run("runs="+strconv.Itoa(runs), func(b *testing.B) {
			ctx := context.Background()
			rt, err := durable.Open(ctx, memory.New(), ticking(), durable.Config{Flows: durable.Flows(ticks), Log: quiet})
			require.NoError(b, err)
			b.ReportAllocs()
			ins := make([]int, runs)
			for i := range ins {
				ins[i] = b.N/runs + 1
			}
			b.ResetTimer()
			handles, err := ticks.StartMany(ctx, rt, ins, nil)
			require.NoError(b, err)
			for _, h := range handles {
				_, err := h.Result(ctx)
				require.NoError(b, err)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			require.NoError(b, rt.Close(ctx))
		})
	}
	b.Run("journal and store alone", func(b *testing.B) {
		ctx := context.Background()
		log := &straight{store: memory.New()}
		_, err := ticks.Start(ctx, durable.NewClient(log.store), 0, durable.WithID("r"))
		require.NoError(b, err)
		claimed, err := log.store.Claim(ctx, store.Claim{
			Owner: "o", Lease: time.Hour, Max: 1, Flows: []string{"ticks"},
		})
		require.NoError(b, err)
		log.epoch = claimed.Runs[0].Run.Epoch
		j, err := journal.New(journal.Config{ID: "r", Executor: ticking(), Log: log, MaxSteps: b.N + 1})
		require.NoError(b, err)
		b.ReportAllocs()
		b.ResetTimer()
		_, err = journal.Run(ctx, j, func(y actions.Yield) (any, error) {
			for i := range b.N {
				if _, err := orchestrate.Do(y, tick{N: i}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		require.NoError(b, err)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
	})
}

// straight writes to a store without anything in between.
type straight struct {
	store  *memory.Store
	epoch  int64
	writes [1]store.Write
}

func (s *straight) Append(ctx context.Context, e journal.Entry) error {
	s.writes[0] = store.Write{Run: "r", Epoch: s.epoch, Records: e.Records, Consumed: e.Consumed}
	_, err := s.store.Commit(ctx, s.writes[:])
	return err
}

// BenchmarkRuns is what a run of one step costs, from its start to its result.
func BenchmarkRuns(b *testing.B) {
	ctx := context.Background()
	rt, err := durable.Open(ctx, memory.New(), ticking(), durable.Config{Flows: durable.Flows(ticks), Log: quiet})
	require.NoError(b, err)
	b.Run("one after the other", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h, err := ticks.Start(ctx, rt, 1)
			require.NoError(b, err)
			_, err = h.Result(ctx)
			require.NoError(b, err)
		}
	})
	b.Run("thousands", func(b *testing.B) {
		b.ReportAllocs()
		ins := make([]int, b.N)
		for i := range ins {
			ins[i] = 1
		}
		handles, err := ticks.StartMany(ctx, rt, ins, nil)
		require.NoError(b, err)
		for _, h := range handles {
			_, err := h.Result(ctx)
			require.NoError(b, err)
		}
	})
	require.NoError(b, rt.Close(ctx))
}
