package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// carried is the form in which a span is known to later lives: that of W3C's Trace Context.
var carried propagation.TraceContext

// Begin starts the span of a life of a durable run. It is the root of a trace, because runs outlive traces, and is
// linked to the span that the run was started in, and to that of the life before.
func (s *traceSink) Begin(ctx context.Context, e *fact.LifeBegan) context.Context {
	options := []trace.SpanStartOption{trace.WithNewRoot(), s.kind, trace.WithTimestamp(e.At)}
	for _, link := range e.Links {
		known := carried.Extract(context.Background(), propagation.MapCarrier(link))
		if at := trace.SpanContextFromContext(known); at.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: at}))
		}
	}
	inner, span := s.tracer.Start(ctx, "run "+e.Run.Flow, options...)
	if span.IsRecording() {
		span.SetAttributes(aboutRun(e.Run)...)
	}
	return &spanContext{Context: inner, sink: s, span: span, life: e}
}

// Carry returns what identifies the span that a context is in.
func (s *traceSink) Carry(ctx context.Context) map[string]string {
	fields := propagation.MapCarrier{}
	carried.Inject(ctx, fields)
	return fields
}

// aboutRun is the attributes of the span of a life.
func aboutRun(r fact.Run) []attribute.KeyValue {
	attrs := []attribute.KeyValue{
		attribute.String("baton.run", r.ID), flowKey.String(r.Flow), attribute.Int64("baton.life", r.Life),
	}
	for _, a := range []attribute.KeyValue{
		attribute.String("baton.version", r.Version), queueKey.String(r.Queue),
		attribute.String("baton.parent", r.Parent),
	} {
		if a.Value.AsString() != "" {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// lifeEnded ends the span of a life.
func (s *traceSink) lifeEnded(span trace.Span, e *fact.LifeEnded) {
	at := trace.WithTimestamp(e.At.Add(e.Took))
	defer span.End(at)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(statusKey.String(e.Status.String()))
	switch e.Status {
	case store.Failed, store.Blocked, store.Running: // the last of which was cut off
		if e.Err != nil {
			s.failed(span, e.Err, combinators.Failure, at)
		} else {
			span.SetStatus(codes.Error, e.Name())
		}
	default:
		if e.Err != nil {
			s.failed(span, e.Err, combinators.Neutral, at)
		}
	}
}
