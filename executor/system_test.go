package executor_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestSystemSleeps(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		0: 0, -1: 0, math.MinInt64: 0, time.Nanosecond: time.Nanosecond, 30 * 24 * time.Hour: 30 * 24 * time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			v, err := executor.System(leaf()).Execute(t.Context(), actions.Sleep{For: d})
			require.NoError(t, err)
			require.Nil(t, v)
			require.Equal(t, want, time.Since(start))
		})
	}
}

func TestASleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(errOuch) })
		_, err := executor.System(leaf()).Execute(ctx, actions.Sleep{For: math.MaxInt64})
		require.EqualError(t, err, "context canceled: ouch")
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, errOuch)
		require.Equal(t, time.Minute, time.Since(start))

		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err = executor.System(leaf()).Execute(ctx, actions.Sleep{For: time.Hour})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute+time.Second, time.Since(start))
	})
}

func TestSystemTellsTheTimeAsARecordHoldsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v, err := executor.System(leaf()).Execute(t.Context(), actions.Now{})
		require.NoError(t, err)
		require.Equal(t, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), v)
	})
	v, err := executor.System(leaf()).Execute(t.Context(), actions.Now{})
	require.NoError(t, err)
	require.Equal(t, v, v.(time.Time).Round(0).UTC(), "without a monotonic reading")
}

func TestSystemMakesIDsAndBitsThatDoNotRepeat(t *testing.T) {
	t.Parallel()
	uuid := regexp.MustCompile("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
	var mu sync.Mutex
	seen := map[any]bool{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				id, err1 := executor.System(leaf()).Execute(t.Context(), actions.NewID{})
				bits, err2 := executor.System(leaf()).Execute(t.Context(), actions.Random{})
				if err1 != nil || err2 != nil || !uuid.MatchString(id.(string)) {
					t.Errorf("id %v, %v; random %v", id, err1, err2)
				}
				mu.Lock()
				seen[id], seen[bits.(uint64)] = true, true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Len(t, seen, 1600)
}

func TestSystemAnswersTheNewestVersion(t *testing.T) {
	t.Parallel()
	s := executor.System(leaf())
	for _, c := range []struct{ least, most int }{{0, 0}, {1, 3}, {-2, -1}, {math.MinInt, math.MaxInt}} {
		v, err := s.Execute(t.Context(), actions.Version{Change: "c", Min: c.least, Max: c.most})
		require.NoError(t, err)
		require.Equal(t, c.most, v)
	}
	_, err := s.Execute(t.Context(), actions.Version{Change: "pay twice", Min: 2, Max: 1})
	require.EqualError(t, err, `version "pay twice": Min 2 is greater than Max 1`)
}

func TestSystemDoesNothingUnderADoneContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOuch)
	for _, a := range []actions.Action{
		actions.Sleep{},
		actions.Now{},
		actions.NewID{},
		actions.Random{},
		actions.Version{},
		actions.Log{},
		actions.Progress{},
	} {
		_, err := executor.System(leaf()).Execute(ctx, a)
		require.ErrorIs(t, err, errOuch)
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, executor.NotDone(err))
	}
}

func TestSystemPassesOnWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := executor.System(leaf())
	v, err := s.Execute(t.Context(), say{Text: "hi"})
	require.NoError(t, err)
	require.Equal(t, "hi", v)
	for _, a := range []actions.Action{nil, actions.Receive[int]{}, actions.Group{}, &actions.Sleep{}} {
		_, err = s.Execute(t.Context(), a)
		var unhandled *executor.UnhandledError
		require.ErrorAs(t, err, &unhandled)
		require.Equal(t, a, unhandled.Action)
	}
}

// It sets the default logger, so it runs alone.
func TestSystemLogsWithTheRunAndTheStep(t *testing.T) { //nolint:paralleltest // see above
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	defer slog.SetDefault(before)

	attrs := append(make([]slog.Attr, 0, 8), slog.Int("n", 1))
	yielding(executor.WithRun(t.Context(), "r-1"), stack(), func(y actions.Yield) {
		must(t, y, say{})
		must(t, y, actions.Log{Level: slog.LevelWarn, Message: "paid", Attrs: attrs})
		must(t, y, actions.Progress{Done: 1, Message: "not a line"})
	})
	yielding(t.Context(), stack(), func(y actions.Yield) {
		must(t, y, actions.Log{Level: slog.LevelDebug, Message: "no run"})
	})
	_, err := executor.System(leaf()).Execute(t.Context(), actions.Log{Message: "no step"})
	require.NoError(t, err)
	require.Equal(t, "level=WARN msg=paid n=1 run=r-1 step=1\n"+
		"level=DEBUG msg=\"no run\" step=0\n"+
		"level=INFO msg=\"no step\"\n", out.String())
	require.Zero(t, attrs[:2][1], "the action's own memory is not written to")
}
