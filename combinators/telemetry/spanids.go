package telemetry

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// SpanIDs tells the IDs of the trace and the span that a context is in, as the attributes trace_id and span_id, so that
// log lines can be found from a trace. It is made for the field Extra of combinators.Log.
func SpanIDs(ctx context.Context) []slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return nil
	}
	return []slog.Attr{
		slog.String("trace_id", span.TraceID().String()),
		slog.String("span_id", span.SpanID().String()),
	}
}
