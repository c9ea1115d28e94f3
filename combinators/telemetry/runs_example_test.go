package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

var quiet = slog.New(slog.DiscardHandler)

// The sinks of a runtime see lives of runs and the actions in them. A run that goes on in another process has a span
// there, which is linked to that of the first.
func ExampleTraceSink_runs() {
	ctx := context.Background()
	st, recorder := memory.New(), tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	process := func(st store.Store) *durable.Runtime {
		rt, err := durable.Open(ctx, st, answers(), durable.Config{
			Flows: durable.Flows(talk),
			Observe: []combinators.Sink{
				telemetry.TraceSink(telemetry.Trace{Provider: provider}),
				telemetry.MetricSink(telemetry.Metrics{}),
				combinators.SlogSink(combinators.Log{Slog: quiet, Extra: telemetry.SpanIDs}),
			},
			Log: quiet,
		})
		if err != nil {
			panic(err)
		}
		return rt
	}

	first := process(st)
	h, err := talk.Start(ctx, first, 2)
	for steps, _ := h.Steps(ctx); err == nil && len(steps) == 0; steps, err = h.Steps(ctx) {
	}
	_ = first.Close(ctx)

	second := process(st)
	_ = second.Send(ctx, h.ID(), "go", "on")
	fmt.Println(durable.Attach[int](second, h.ID()).Result(ctx))
	_ = second.Close(ctx)

	var lives []sdktrace.ReadOnlySpan
	for _, span := range recorder.Ended() {
		if span.Name() == "run talk" {
			lives = append(lives, span)
		}
	}
	last := lives[len(lives)-1]
	before := lives[len(lives)-2]
	fmt.Println("linked:", last.Links()[0].SpanContext.SpanID() == before.SpanContext().SpanID())
	// Unordered output:
	// 2 <nil>
	// linked: true
}
