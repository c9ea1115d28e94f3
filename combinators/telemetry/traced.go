package telemetry

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/executor"
)

// Trace configures [Traced] and [TraceSink]. The zero Trace is ready for use.
type Trace struct {
	// Provider makes the tracer; nil is otel.GetTracerProvider().
	Provider trace.TracerProvider
	// Kind is the kind of the spans, trace.SpanKindInternal by default.
	Kind trace.SpanKind
	// Attributes, if not nil, returns attributes for the span of an action. By default only the name of an action is
	// recorded, and not what is in it.
	Attributes func(actions.Action) []attribute.KeyValue
	// Class classifies outcomes in place of combinators.Classify.
	Class combinators.Classifier
}

// Traced makes a span for each action, group and scope that it sees; it is combinators.Observed with one sink. The
// span of an action in a branch is a child of the group's, and that of an action in a flow that a handler runs is a
// child of what the handler carries out. Handlers find their span in their context.
//
// A span has the action's name, and these attributes:
//
//	baton.action      the action's name
//	baton.branches    how many branches a group has
//	baton.step        the position of the action in its run, such as "3.1.0"
//	baton.run         the ID of the run, if it has one
//	baton.scope       the scopes that the action is in, outermost first: "checkout/payment"
//	baton.attempt     the number of the attempt, from the second on
//	baton.class       success, failure or neutral
//	error.type        the type of the error, of a failure
//
// A failure sets the status to error. Every error is recorded as an exception event, a panic with its stack. What the
// combinators below do in the meantime, such as a scheduled retry, is an event with attributes of the same names.
//
// Among the sinks of a durable runtime it makes a span of each life of a run: of what one process does of it. Those of
// the actions are its children. It begins a trace, because a run may last for months, and is linked to the span that
// the run was started in and to the life before, in whatever process that was. It has the name of the flow, "run
// checkout", and the attributes baton.run, baton.flow, baton.version, baton.life, baton.queue and baton.parent; and in
// the end baton.status, with which the run was left. That the run has failed or is blocked is an error, and so is a
// life that was cut off.
//
// As the outermost layer it sees groups and each action in them; below Parallelize single actions only; below Retried
// each attempt. Around itself it makes a span in a span. It costs what Observed does, and the tracer's span.
func Traced(t Trace) combinators.Combinator { return combinators.Observed(TraceSink(t)) }

// TraceSink is the sink of [Traced], for use with others in one combinators.Observed.
func TraceSink(t Trace) combinators.Sink {
	if t.Provider == nil {
		t.Provider = otel.GetTracerProvider()
	}
	if t.Kind == trace.SpanKindUnspecified {
		t.Kind = trace.SpanKindInternal
	}
	return &traceSink{
		Trace:  t,
		tracer: t.Provider.Tracer(instrumentation, trace.WithSchemaURL(semconv.SchemaURL)),
		kind:   trace.WithSpanKind(t.Kind),
	}
}

type traceSink struct {
	Trace
	tracer trace.Tracer
	kind   trace.SpanStartOption
}

// spanContext is the context of an action with a span. A sink finds its own span by its own address, also where another
// sink's lies over it.
type spanContext struct {
	context.Context
	sink    *traceSink
	span    trace.Span
	started *combinators.Started // of an action
	life    *fact.LifeBegan      // of a run
}

func (c *spanContext) Value(key any) any {
	if key == any(c.sink) {
		return c
	}
	return c.Context.Value(key)
}

// Enabled is true.
func (*traceSink) Enabled(context.Context) bool { return true }

// Start starts a span.
func (s *traceSink) Start(ctx context.Context, e *combinators.Started) context.Context {
	name := actions.Name(e.Action)
	options := []trace.SpanStartOption{s.kind, trace.WithTimestamp(e.At)}
	if s.Attributes != nil {
		options = append(options, trace.WithAttributes(s.Attributes(e.Action)...))
	}
	inner, span := s.tracer.Start(ctx, name, options...)
	if span.IsRecording() {
		span.SetAttributes(position(name, e)...)
	}
	return &spanContext{Context: inner, sink: s, span: span, started: e}
}

// Observe ends the span of an action, and adds what combinators did as events to it.
func (s *traceSink) Observe(ctx context.Context, e combinators.Event) {
	c, ok := ctx.Value(s).(*spanContext)
	if !ok {
		return
	}
	switch e := e.(type) {
	case *combinators.Ended:
		if &e.Started == c.started {
			s.end(ctx, c.span, e)
		}
	case *fact.LifeBegan:
	case *fact.LifeEnded:
		if e.LifeBegan == c.life {
			s.lifeEnded(c.span, e)
		}
	default:
		c.span.AddEvent(e.Name(), trace.WithAttributes(attributesOf(e)...))
	}
}

// String is "trace".
func (*traceSink) String() string { return "trace" }

func (s *traceSink) end(ctx context.Context, span trace.Span, e *combinators.Ended) {
	if !span.IsRecording() {
		span.End()
		return
	}
	at := trace.WithTimestamp(e.At.Add(e.Took))
	defer span.End(at)
	class := classOf(ctx, s.Class, e)
	span.SetAttributes(classes[class])
	if e.Err != nil {
		s.failed(span, e.Err, class, at)
	}
}

// failed records the error.
func (s *traceSink) failed(span trace.Span, err error, class combinators.Class, at trace.SpanEventOption) {
	kind := errorType(err)
	exception := []attribute.KeyValue{
		semconv.ExceptionType(kind.Value.AsString()), semconv.ExceptionMessage(err.Error()),
	}
	if p, ok := errors.AsType[*executor.PanicError](err); ok {
		exception = append(exception, semconv.ExceptionStacktrace(string(p.Stack)))
	}
	span.AddEvent(semconv.ExceptionEventName, at, trace.WithAttributes(exception...))
	if class == combinators.Failure {
		span.SetAttributes(kind)
		span.SetStatus(codes.Error, err.Error())
	}
}
