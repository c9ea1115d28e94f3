package telemetry_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask is what the tests ask for: N comes back, as an error if it is negative.
type ask struct {
	actions.Returns[int]
	N int
}

var errNegative = errors.New("negative")

func answers() *executor.Mux {
	return executor.NewMux(executor.On(func(_ context.Context, a ask) (int, error) {
		if a.N < 0 {
			return 0, errNegative
		}
		return a.N, nil
	}))
}

// panics is an executor that does.
func panics(value any) executor.Executor {
	return executor.Func(func(context.Context, actions.Action) (any, error) { panic(value) })
}

// errs is an executor that fails.
func errs(err error) executor.Executor {
	return executor.Func(func(context.Context, actions.Action) (any, error) { return nil, err })
}

// spans is a provider, and what its spans came to.
func spans(options ...sdktrace.TracerProviderOption) (*sdktrace.TracerProvider, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	return sdktrace.NewTracerProvider(append(options, sdktrace.WithSpanProcessor(recorder))...), recorder
}

func onlySpan(t *testing.T, recorder *tracetest.SpanRecorder) sdktrace.ReadOnlySpan {
	t.Helper()
	require.Len(t, recorder.Ended(), 1)
	return recorder.Ended()[0]
}

// fields is attributes as a map.
func fields(attrs []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, a := range attrs {
		m[string(a.Key)] = a.Value.AsInterface()
	}
	return m
}

// meters is a provider, and what it has measured.
func meters(t *testing.T) (*sdkmetric.MeterProvider, func() map[string]metricdata.Metrics) {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), func() map[string]metricdata.Metrics {
		var data metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(context.Background(), &data))
		all := map[string]metricdata.Metrics{}
		for _, s := range data.ScopeMetrics {
			require.Equal(t, "github.com/baton-go/baton/combinators/telemetry", s.Scope.Name)
			for _, m := range s.Metrics {
				all[m.Name] = m
			}
		}
		return all
	}
}

// sums is the values of a counter by their attributes.
func sums(t *testing.T, m metricdata.Metrics) map[string]int64 {
	t.Helper()
	sum, ok := m.Data.(metricdata.Sum[int64])
	require.True(t, ok, "%q is a %T", m.Name, m.Data)
	values := map[string]int64{}
	for _, p := range sum.DataPoints {
		values[p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Value
	}
	return values
}
