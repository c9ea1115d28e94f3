package telemetry_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// BenchmarkRunsThatAreObserved is what a step of a durable run costs on a store in memory, and what sinks add to that.
func BenchmarkRunsThatAreObserved(b *testing.B) {
	asks := durable.Define("asks", func(y actions.Yield, n int) (int, error) {
		for i := range n {
			if _, err := orchestrate.Do(y, ask{N: i}); err != nil {
				return 0, err
			}
		}
		return n, nil
	})
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	sampled := sdktrace.NewTracerProvider()
	for name, sinks := range map[string][]combinators.Sink{
		"by nobody": nil,
		"metrics":   {telemetry.MetricSink(telemetry.Metrics{Provider: metrics})},
		"spans":     {telemetry.TraceSink(telemetry.Trace{Provider: sampled})},
	} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			rt, err := durable.Open(ctx, memory.New(), answers(), durable.Config{
				Flows: durable.Flows(asks), Observe: sinks, Log: quiet, MaxSteps: b.N + 1,
			})
			require.NoError(b, err)
			b.ReportAllocs()
			h, err := asks.Start(ctx, rt, b.N)
			require.NoError(b, err)
			_, err = h.Result(ctx)
			require.NoError(b, err)
			require.NoError(b, rt.Close(ctx))
		})
	}
}
