package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// instrumentation is the name of the instrumentation scope.
const instrumentation = "github.com/baton-go/baton/combinators/telemetry"

// maxKinds is how many kinds of actions are told apart.
const maxKinds = 1000

// What events describe themselves with has the same names in spans and metrics, after a prefix, except where
// OpenTelemetry has a convention.
const (
	prefix        = "baton."
	actionKey     = attribute.Key("baton.action")
	classKey      = attribute.Key("baton.class")
	eventKey      = attribute.Key("baton.event")
	combinatorKey = attribute.Key("baton.combinator")
	circuitKey    = attribute.Key("baton.circuit")
	toKey         = attribute.Key("baton.to")
	flowKey       = attribute.Key("baton.flow")
	statusKey     = attribute.Key("baton.status")
	operationKey  = attribute.Key("baton.operation")
	queueKey      = attribute.Key("baton.queue")
)

// classes are the attributes for the classes.
var classes = [...]attribute.KeyValue{
	combinators.Success: classKey.String(combinators.Success.String()),
	combinators.Failure: classKey.String(combinators.Failure.String()),
	combinators.Neutral: classKey.String(combinators.Neutral.String()),
}

// position is the attributes that a span begins with. It says what the event says of itself, without the detour.
func position(name string, e *combinators.Started) []attribute.KeyValue {
	attrs := append(make([]attribute.KeyValue, 0, 4), actionKey.String(name))
	if g, ok := e.Action.(actions.Group); ok && g.Scope == "" {
		attrs = append(attrs, attribute.Int("baton.branches", len(g.Branches)))
	}
	if path := e.Step.Path(); path != "" {
		attrs = append(attrs, attribute.String("baton.step", path))
	}
	if run := e.Step.Run(); run != "" {
		attrs = append(attrs, attribute.String("baton.run", run))
	}
	if scopes := e.Step.Scopes(); len(scopes) > 0 {
		attrs = append(attrs, attribute.String("baton.scope", strings.Join(scopes, "/")))
	}
	if n := e.Step.Attempt(); n > 1 {
		attrs = append(attrs, attribute.Int("baton.attempt", n))
	}
	return attrs
}

// attributesOf is the attributes of an event, but for the action's name.
func attributesOf(e combinators.Event) []attribute.KeyValue {
	attrs := e.LogValue().Group()
	converted := make([]attribute.KeyValue, 0, len(attrs))
	for _, a := range attrs {
		if a.Key != "action" {
			converted = append(converted, attributeOf(a))
		}
	}
	return converted
}

func attributeOf(a slog.Attr) attribute.KeyValue {
	v := a.Value.Resolve()
	switch a.Key {
	case "error":
		return semconv.ExceptionMessage(v.String())
	case "stack":
		return semconv.ExceptionStacktrace(v.String())
	case "by":
		return combinatorKey.String(v.String())
	}
	key := attribute.Key(prefix + a.Key)
	switch v.Kind() {
	case slog.KindInt64:
		return key.Int64(v.Int64())
	case slog.KindFloat64:
		return key.Float64(v.Float64())
	case slog.KindTime:
		return key.String(v.Time().UTC().Format(time.RFC3339Nano))
	case slog.KindBool:
		return key.Bool(v.Bool())
	case slog.KindDuration: // in seconds, like every duration of OpenTelemetry's
		return key.Float64(v.Duration().Seconds())
	default:
		return key.String(v.String())
	}
}

// classOf is the class of an outcome, by a classifier if there is one. If that panics, the class is the default one.
func classOf(ctx context.Context, c combinators.Classifier, e *combinators.Ended) (class combinators.Class) {
	if c == nil {
		return e.Class
	}
	defer func() {
		if p := recover(); p != nil {
			class = e.Class
			stack := fmt.Sprintf("%+v", executor.NewPanicError(p))
			slog.ErrorContext(ctx, "a classifier of telemetry panicked", "panic", stack)
		}
	}()
	if class = c(ctx, e.Err); int(class) >= len(classes) {
		return combinators.Neutral
	}
	return class
}
