package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// captureLog is what is written to slog.Default during the test.
func captureLog(t *testing.T) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(old) })
	return &log
}

func TestActionsAreCountedByNameAndClass(t *testing.T) {
	t.Parallel()
	provider, collect := meters(t)
	exec := combinators.Chain(
		telemetry.Metered(telemetry.Metrics{Provider: provider}), combinators.Parallelize(),
	)(answers())
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()

	flow := func(y actions.Yield) ([]actions.Outcome[int], error) {
		return orchestrate.Settle(y, orchestrate.Each(ask{N: 1}, ask{N: 2}, ask{N: -1})...)
	}
	_, err := orchestrate.Run(context.Background(), flow, exec)
	require.NoError(t, err)
	_, err = exec.Execute(cancelled, ask{N: 1})
	require.Error(t, err)

	got := collect()
	require.Equal(t, "{action}", got["baton.actions"].Unit)
	require.Equal(t, map[string]int64{
		"baton.action=telemetry_test.ask,baton.class=success": 2,
		"baton.action=telemetry_test.ask,baton.class=failure": 1,
		"baton.action=telemetry_test.ask,baton.class=neutral": 1,
		"baton.action=settle,baton.class=success":             1,
	}, sums(t, got["baton.actions"]))
	require.Equal(t, map[string]int64{"baton.action=telemetry_test.ask": 0, "baton.action=settle": 0},
		sums(t, got["baton.actions.active"]))
}

func TestActionsAreTimedInSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider, collect := meters(t)
		exec := telemetry.Metered(telemetry.Metrics{Provider: provider, Buckets: []float64{1, 2}})(executor.Func(
			func(context.Context, actions.Action) (any, error) {
				time.Sleep(1500 * time.Millisecond) // in synctest
				return nil, nil
			}))
		_, err := exec.Execute(t.Context(), ask{})
		require.NoError(t, err)
		m := collect()["baton.action.duration"]
		require.Equal(t, "s", m.Unit)
		p := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
		require.InDelta(t, 1.5, p.Sum, 0)
		require.Equal(t, []float64{1, 2}, p.Bounds)
		require.Equal(t, []uint64{0, 1, 0}, p.BucketCounts)
	})
}

func TestActionsAreCountedWhileTheyAreCarriedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider, collect := meters(t)
		exec := telemetry.Metered(telemetry.Metrics{Provider: provider})(executor.Func(
			func(_ context.Context, a actions.Action) (any, error) {
				for range a.(ask).N {
					time.Sleep(time.Second) // in synctest
				}
				panic("at the end")
			}))
		var wg sync.WaitGroup
		for n := range 3 {
			wg.Go(func() {
				defer func() { _ = recover() }()
				_, _ = exec.Execute(t.Context(), ask{N: n + 1})
			})
		}
		for want := int64(3); want >= 0; want-- {
			synctest.Wait()
			require.Equal(t, map[string]int64{"baton.action=telemetry_test.ask": want},
				sums(t, collect()["baton.actions.active"]))
			time.Sleep(time.Second) // in synctest
		}
		wg.Wait()
	})
}

func TestWhatCombinatorsDoIsCounted(t *testing.T) {
	t.Parallel()
	provider, collect := meters(t)
	exec := combinators.Chain(
		telemetry.Metered(telemetry.Metrics{Provider: provider}),
		combinators.Retried(combinators.Retry{MaxAttempts: 3, Schedule: backoff.Constant(0)}),
		combinators.Tapped(combinators.Tap{
			Before: func(_ context.Context, a actions.Action) error {
				if a.(ask).N == 0 {
					return &combinators.DeniedError{}
				}
				return nil
			},
			After: func(context.Context, actions.Action, any, error) { panic("after") },
		}),
	)(answers())
	for n := range 2 {
		_, _ = exec.Execute(context.Background(), ask{N: -n})
	}
	require.Equal(t, map[string]int64{
		"baton.action=telemetry_test.ask,baton.combinator=Retried,baton.event=retry_scheduled": 2,
		"baton.action=telemetry_test.ask,baton.combinator=Tapped,baton.event=rejected":         1,
		"baton.event=callback_panicked": 3,
	}, sums(t, collect()["baton.events"]))
}

func TestChangesOfACircuitAreCountedByItsNameAndState(t *testing.T) {
	t.Parallel()
	provider, collect := meters(t)
	exec := combinators.Chain(
		telemetry.Metered(telemetry.Metrics{Provider: provider}),
		combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{Name: "asks", Failures: 1})),
	)(answers())
	for range 3 {
		_, err := exec.Execute(context.Background(), ask{N: -1})
		require.Error(t, err)
	}
	require.Equal(t, map[string]int64{
		"baton.circuit=asks,baton.combinator=Breaker,baton.event=state_changed,baton.to=open": 1,
		"baton.action=telemetry_test.ask,baton.combinator=Breaker,baton.event=rejected":       2,
	}, sums(t, collect()["baton.events"]))
}

func TestKindsOfActionsAreBounded(t *testing.T) {
	t.Parallel()
	provider, collect := meters(t)
	exec := combinators.Chain(
		telemetry.Metered(telemetry.Metrics{Provider: provider}),
		combinators.Tapped(combinators.Tap{Before: func(context.Context, actions.Action) error { return errNegative }}),
	)(answers())
	for n := range 1500 {
		_, _ = exec.Execute(context.Background(), actions.Group{Scope: fmt.Sprint("order ", n)})
	}
	got := collect()
	counted := sums(t, got["baton.actions"])
	require.Len(t, counted, 1001)
	require.EqualValues(t, 500, counted["baton.action=_OTHER,baton.class=failure"])
	events := sums(t, got["baton.events"])
	require.Len(t, events, 1001)
	require.EqualValues(t, 500, events["baton.action=_OTHER,baton.combinator=Tapped,baton.event=rejected"])
}

func TestClassesAreTheCallersChoice(t *testing.T) { // not parallel: one panics, which is reported to slog.Default
	log := captureLog(t)
	for want, class := range map[string]combinators.Classifier{
		"success": func(context.Context, error) combinators.Class { return combinators.Success },
		"neutral": func(context.Context, error) combinators.Class { return 99 },
		"failure": func(context.Context, error) combinators.Class { panic("class") },
	} {
		provider, collect := meters(t)
		_, err := telemetry.Metered(telemetry.Metrics{Provider: provider, Class: class})(answers()).
			Execute(context.Background(), ask{N: -1})
		require.Equal(t, errNegative, err)
		got := collect()
		require.Equal(t, map[string]int64{"baton.action=telemetry_test.ask,baton.class=" + want: 1},
			sums(t, got["baton.actions"]))
		require.Equal(t, map[string]int64{"baton.action=telemetry_test.ask": 0}, sums(t, got["baton.actions.active"]))
	}
	require.Contains(t, log.String(), "panic: class")
}

func TestBehindATraceSinkMeasurementsReferToTheSpan(t *testing.T) {
	t.Parallel()
	tracers, recorder := spans()
	provider, collect := meters(t)
	exec := combinators.Observed(
		telemetry.TraceSink(telemetry.Trace{Provider: tracers}),
		telemetry.MetricSink(telemetry.Metrics{Provider: provider}),
	)(answers())
	_, err := exec.Execute(context.Background(), ask{})
	require.NoError(t, err)
	p := collect()["baton.action.duration"].Data.(metricdata.Histogram[float64]).DataPoints[0]
	id := onlySpan(t, recorder).SpanContext().SpanID()
	require.Len(t, p.Exemplars, 1)
	require.Equal(t, id[:], p.Exemplars[0].SpanID)
	require.InDelta(t, recorder.Ended()[0].EndTime().Sub(recorder.Ended()[0].StartTime()).Seconds(), p.Sum, 0,
		"the span and the histogram share the readings of the clock")
}

func TestWhileNothingIsMeasuredNothingIsDone(t *testing.T) {
	exec := telemetry.Metered(telemetry.Metrics{Provider: noop.NewMeterProvider()})(answer{})
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }))
}

func TestMeasuringAllocatesWhatObservingDoes(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	provider, _ := meters(t)
	exec := telemetry.Metered(telemetry.Metrics{Provider: provider})(answer{})
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }), 1.0)
}

func TestWithoutAProviderTheGlobalOneMeasures(t *testing.T) { // not parallel: sets it
	provider, collect := meters(t)
	old := otel.GetMeterProvider()
	otel.SetMeterProvider(provider)
	defer otel.SetMeterProvider(old)
	_, err := telemetry.Metered(telemetry.Metrics{})(answers()).Execute(context.Background(), ask{})
	require.NoError(t, err)
	require.Len(t, sums(t, collect()["baton.actions"]), 1)
}

// unwilling is a provider that makes no instruments.
type unwilling struct{ noop.MeterProvider }

func (unwilling) Meter(string, ...metric.MeterOption) metric.Meter { return unwillingMeter{} }

type unwillingMeter struct{ noop.Meter }

func (unwillingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errors.New("no histograms here")
}

func TestBadMetricsAreRefused(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "telemetry.Metered: Buckets must grow, got [1 1]", func() {
		telemetry.Metered(telemetry.Metrics{Buckets: []float64{1, 1}})
	})
	require.PanicsWithValue(t, "telemetry.MetricSink: Buckets must grow, got [NaN 1]", func() {
		telemetry.MetricSink(telemetry.Metrics{Buckets: []float64{math.NaN(), 1}})
	})
	require.PanicsWithValue(t, "telemetry.Metered: no histograms here", func() {
		telemetry.Metered(telemetry.Metrics{Provider: unwilling{}})
	})
}
