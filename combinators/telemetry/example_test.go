package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

type Reserve struct {
	actions.Returns[string]
	Seat string
}

func airline() *executor.Mux {
	return executor.NewMux(executor.On(func(_ context.Context, a Reserve) (string, error) {
		return "ticket " + a.Seat, nil
	}))
}

func book(y actions.Yield) ([]string, error) {
	return orchestrate.Scope(y, "booking", func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Lift(Reserve{Seat: "1A"}))
	})
}

// printer is an exporter of spans that prints their names, and how deep they are.
type printer struct {
	sdktrace.SpanProcessor
	depth map[string]int
}

func (p printer) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	depth := 0
	if s.Parent().IsValid() {
		depth = p.depth[s.Parent().SpanID().String()] + 1
	}
	p.depth[s.SpanContext().SpanID().String()] = depth
	fmt.Println(strings.Repeat("  ", depth) + s.Name())
}

func (printer) OnEnd(sdktrace.ReadOnlySpan) {}

// As the outermost layer Traced makes spans for scopes, for groups, and for each action inside them.
func ExampleTraced() {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(printer{depth: map[string]int{}}))
	exec := combinators.Chain(
		telemetry.Traced(telemetry.Trace{Provider: provider}),
		combinators.Parallelize(),
	)(airline())

	_, err := orchestrate.Run(context.Background(), book, exec)
	fmt.Println(err)
	// Output:
	// scope booking
	//   all
	//     telemetry_test.Reserve
	// <nil>
}

// In one Observed all sinks share two readings of the clock, and log lines tell the span that they belong to.
func ExampleTraceSink() {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.AlwaysSample()))
	exec := combinators.Observed(
		telemetry.TraceSink(telemetry.Trace{Provider: provider}),
		telemetry.MetricSink(telemetry.Metrics{}),
		combinators.SlogSink(combinators.Log{Slog: logger(), Extra: telemetry.SpanIDs}),
	)(airline())

	ticket, err := exec.Execute(context.Background(), Reserve{Seat: "1A"})
	fmt.Println(ticket, err)
	// Output:
	// action=telemetry_test.Reserve class=success trace_id=32 span_id=16
	// ticket 1A <nil>
}

// logger shows no times, and of IDs how long they are.
func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "time", "level", "msg", "took":
				return slog.Attr{}
			case "trace_id", "span_id":
				return slog.Int(a.Key, len(a.Value.String()))
			}
			return a
		},
	}))
}
