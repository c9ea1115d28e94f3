package telemetry_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// answer is an executor that does nothing.
type answer struct{}

//go:noinline
func (answer) Execute(context.Context, actions.Action) (any, error) { return nil, nil }

// forget is a processor that exports nothing.
type forget struct{ sdktrace.SpanProcessor }

func (forget) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

func (forget) OnEnd(sdktrace.ReadOnlySpan) {}

// inRun measures what f does with the context of a step of a run.
func inRun(b *testing.B, f func(ctx context.Context, a actions.Action)) {
	b.Helper()
	b.ReportAllocs()
	_, _ = orchestrate.Run(context.Background(), orchestrate.Lift(ask{N: 1}), executor.Func(
		func(ctx context.Context, a actions.Action) (any, error) {
			for b.Loop() {
				f(ctx, a)
			}
			return nil, nil
		}))
}

func BenchmarkTraced(b *testing.B) {
	for _, c := range []struct {
		name    string
		sampler sdktrace.Sampler
	}{{"sampled", sdktrace.AlwaysSample()}, {"dropped", sdktrace.NeverSample()}} {
		provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(forget{}), sdktrace.WithSampler(c.sampler))
		b.Run(c.name+"/bare", func(b *testing.B) {
			tracer := provider.Tracer("bare")
			kind := trace.WithSpanKind(trace.SpanKindInternal)
			name := trace.WithAttributes(attribute.String("baton.action", "ask"), attribute.String("baton.step", "0"))
			success := attribute.String("baton.class", "success")
			inRun(b, func(ctx context.Context, a actions.Action) {
				ctx, span := tracer.Start(ctx, "ask", kind, name)
				_, _ = answer{}.Execute(ctx, a)
				span.SetAttributes(success)
				span.End()
			})
		})
		b.Run(c.name+"/baton", func(b *testing.B) {
			exec := telemetry.Traced(telemetry.Trace{Provider: provider})(answer{})
			inRun(b, func(ctx context.Context, a actions.Action) { _, _ = exec.Execute(ctx, a) })
		})
	}
}

func BenchmarkMetered(b *testing.B) {
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	b.Run("bare", func(b *testing.B) {
		meter := provider.Meter("bare")
		ended, _ := meter.Int64Counter("ended")
		active, _ := meter.Int64UpDownCounter("active")
		seconds, _ := meter.Float64Histogram("seconds")
		action, class := attribute.String("baton.action", "ask"), attribute.String("baton.class", "success")
		name := metric.WithAttributeSet(attribute.NewSet(action))
		both := metric.WithAttributeSet(attribute.NewSet(action, class))
		inRun(b, func(ctx context.Context, a actions.Action) {
			began := time.Now()
			active.Add(ctx, 1, name)
			_, _ = answer{}.Execute(ctx, a)
			took := time.Since(began)
			active.Add(ctx, -1, name)
			ended.Add(ctx, 1, both)
			seconds.Record(ctx, took.Seconds(), both)
		})
	})
	b.Run("baton", func(b *testing.B) {
		exec := telemetry.Metered(telemetry.Metrics{Provider: provider})(answer{})
		inRun(b, func(ctx context.Context, a actions.Action) { _, _ = exec.Execute(ctx, a) })
	})
}

func BenchmarkTogether(b *testing.B) {
	spans := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(forget{}))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	exec := combinators.Observed(
		telemetry.TraceSink(telemetry.Trace{Provider: spans}), telemetry.MetricSink(telemetry.Metrics{Provider: meters}),
	)(answer{})
	inRun(b, func(ctx context.Context, a actions.Action) { _, _ = exec.Execute(ctx, a) })
}
