package durable_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

func TestProgressIsKeptAFewTimesASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flow := durable.Func("copies", func(ctx context.Context, n int64) (int64, error) {
			for i := range n {
				if err := durable.ReportProgress(ctx, i, n, fmt.Sprintf("file %d", i)); err != nil {
					return i, err
				}
				if err := pause(ctx, time.Second); err != nil {
					return i, err
				}
			}
			return n, nil
		})
		st := newFlaky(1)
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
		began := time.Now()
		h := begin(t, rt, flow, "r", 10)
		time.Sleep(5500 * time.Millisecond) // synctest
		p, err := h.Progress(t.Context())
		require.NoError(t, err)
		require.Equal(t, durable.Progress{Done: 5, Total: 10, Message: "file 5", At: began.Add(5 * time.Second).UTC()}, p)
		_, err = h.Result(t.Context())
		require.NoError(t, err)
		p, err = h.Progress(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 9, p.Done, "what was told last stays")
		st.mu.Lock()
		defer st.mu.Unlock()
		require.LessOrEqual(t, st.calls["Commit"], 12, "ten times alone, with the step, and with the end")
	})
}

func TestReportingOftenCostsLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flow := durable.Func("counts", func(ctx context.Context, n int64) (int64, error) {
			for i := range n {
				_ = durable.ReportProgress(ctx, i, n, "")
				if i%100 == 0 {
					_ = pause(ctx, time.Millisecond)
				}
			}
			return n, nil
		})
		st := newFlaky(1)
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
		_, err := begin(t, rt, flow, "r", 100_000).Result(t.Context()) // in a second
		require.NoError(t, err)
		st.mu.Lock()
		defer st.mu.Unlock()
		require.LessOrEqual(t, st.calls["Commit"], 8)
	})
}

func TestProgressIsReportedByRunsAlone(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, durable.ReportProgress(t.Context(), 1, 2, ""), durable.ErrNoRun)
}

func TestWhatAFlowTellsIsReadWhileItWaits(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"loaded": never, "unloaded": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				flow := durable.Define("tells", func(y actions.Yield, _ int) (int, error) {
					for i := range 3 {
						_ = orchestrate.Tell(y, actions.Log{Message: fmt.Sprint("round ", i)})
						_ = orchestrate.Tell(y, actions.Progress{Done: int64(i), Total: 3})
						_ = orchestrate.Tell(y, actions.Publish{Name: "board", Value: []int{i}})
						_ = orchestrate.Tell(y, actions.Publish{Name: "function", Value: func() {}})
						if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
							return 0, err
						}
					}
					return 0, nil
				})
				st, log := memory.New(), &lockedBuffer{}
				rt := open(t, st, &crew{}, durable.Config{
					Flows: durable.Flows(flow), UnloadAfter: after, Log: slog.New(slog.NewTextHandler(log, nil)),
				})
				h := begin(t, rt, flow, "r", 0)
				for i := range 3 {
					time.Sleep(time.Second) // synctest
					p, err := h.Progress(t.Context())
					require.NoError(t, err)
					require.EqualValues(t, i, p.Done)
					var board []int
					found, err := h.Published(t.Context(), "board", &board)
					require.NoError(t, err)
					require.True(t, found)
					require.Equal(t, []int{i}, board)
					time.Sleep(time.Hour - time.Second) // synctest
				}
				_, err := h.Result(t.Context())
				require.NoError(t, err)
				for i := range 3 {
					said := bytes.Count(log.Bytes(), fmt.Appendf(nil, `msg="round %d"`, i))
					require.GreaterOrEqual(t, said, 1)
					require.LessOrEqual(t, said, 2, "only what is said just before a wait is said again after it")
				}
				require.Contains(t, string(log.Bytes()), `operation="publish \"function\""`)
				require.Contains(t, string(log.Bytes()), "run=r flow=tells")
			})
		})
	}
}
