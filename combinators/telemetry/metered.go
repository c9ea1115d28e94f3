package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/internal/kinds"
)

// Metrics configures [Metered] and [MetricSink]. The zero Metrics is ready for use.
type Metrics struct {
	// Provider makes the meter; nil is otel.GetMeterProvider().
	Provider metric.MeterProvider
	// Buckets are the boundaries of the histogram of durations, in seconds and growing. By default there are 15 from one
	// millisecond to one minute.
	Buckets []float64
	// RunBuckets are the boundaries of the histogram of the durations of durable runs, in seconds and growing. By default
	// there are 12 from ten milliseconds to thirty days.
	RunBuckets []float64
	// Class classifies outcomes in place of combinators.Classify.
	Class combinators.Classifier
}

// Metered counts and times the actions that it sees; it is combinators.Observed with one sink. It has four instruments:
//
//	baton.actions           counter, {action}          actions that ended, by baton.action and baton.class
//	baton.action.duration   histogram, s               how long they took, by baton.action and baton.class
//	baton.actions.active    up-down counter, {action}  actions being carried out, by baton.action
//	baton.events            counter, {event}           what the combinators below did, such as "retry_scheduled" and
//	                                                   "rejected", by baton.event, baton.combinator and baton.action;
//	                                                   for a circuit, by baton.circuit and its new state, baton.to
//
// Among the sinks of a durable runtime it has these, too:
//
//	baton.run.changes      counter, {run}          runs that came to a status, by baton.flow and baton.status: they were
//	                                               started (pending), carried out (running), completed, failed …
//	baton.run.duration     histogram, s            how long runs took that have ended, by baton.flow and baton.status
//	baton.runs.active      up-down counter, {run}  runs in the memory of this process, by baton.flow
//	baton.runs             gauge, {run}            runs in the store that have not ended, by baton.status; every minute
//	baton.leases.lost      counter, {run}          runs that were stopped here because another process may have them
//	baton.commit.size      histogram, {write}      how many writes of runs a transaction has
//	baton.commit.duration  histogram, s            how long a transaction took
//	baton.claim.duration   histogram, s            how long it took to claim runs
//	baton.store.errors     counter, {error}        failures of the store, by baton.operation
//
// Sets of attributes are made once for each kind of action. Beyond a thousand, which only scopes and circuits that are
// named by data come to, kinds are counted together as "_OTHER".
//
// Where it stands in a stack means what it does for Traced. Around itself it counts twice. It costs what Observed does,
// and the meter's four measurements, and allocates nothing more.
//
// Metered panics if the buckets do not grow, or if the provider refuses to make an instrument.
func Metered(m Metrics) combinators.Combinator {
	return combinators.Observed(newMetricSink("Metered", m))
}

// MetricSink is the sink of [Metered], for use with others in one combinators.Observed. Behind a [TraceSink] its
// measurements are made under the action's span, so that exemplars refer to it.
func MetricSink(m Metrics) combinators.Sink { return newMetricSink("MetricSink", m) }

type metricSink struct {
	class    combinators.Classifier
	ended    metric.Int64Counter
	duration metric.Float64Histogram
	active   metric.Int64UpDownCounter
	events   eventCounter
	runs     runMeter
	kinds    *kinds.Map[meteredKind]
}

// meteredKind is the options of the measurements of one kind of action.
type meteredKind struct {
	name    string
	active  []metric.AddOption
	ended   [len(classes)][]metric.AddOption
	seconds [len(classes)][]metric.RecordOption
}

func newMeteredKind(name string) *meteredKind {
	action := actionKey.String(name)
	k := &meteredKind{name: name}
	k.active = []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(action))}
	for class, attr := range classes {
		set := metric.WithAttributeSet(attribute.NewSet(action, attr))
		k.ended[class] = []metric.AddOption{set}
		k.seconds[class] = []metric.RecordOption{set}
	}
	return k
}

// buckets are the default boundaries, in seconds.
var buckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}

func newMetricSink(name string, m Metrics) *metricSink {
	if m.Provider == nil {
		m.Provider = otel.GetMeterProvider()
	}
	if m.Buckets == nil {
		m.Buckets = buckets
	}
	if m.RunBuckets == nil {
		m.RunBuckets = runBuckets
	}
	mustGrow(name, "Buckets", m.Buckets)
	mustGrow(name, "RunBuckets", m.RunBuckets)
	meter := m.Provider.Meter(instrumentation, metric.WithSchemaURL(semconv.SchemaURL))
	s := &metricSink{class: m.Class, kinds: kinds.New(maxKinds, newMeteredKind)}
	var errs [4]error
	s.ended, errs[0] = meter.Int64Counter("baton.actions",
		metric.WithUnit("{action}"), metric.WithDescription("Actions that ended."))
	s.duration, errs[1] = meter.Float64Histogram("baton.action.duration", metric.WithUnit("s"),
		metric.WithDescription("How long actions took."), metric.WithExplicitBucketBoundaries(m.Buckets...))
	s.active, errs[2] = meter.Int64UpDownCounter("baton.actions.active",
		metric.WithUnit("{action}"), metric.WithDescription("Actions that are being carried out."))
	s.events.counter, errs[3] = meter.Int64Counter("baton.events",
		metric.WithUnit("{event}"), metric.WithDescription("What combinators did about actions."))
	for _, err := range append(errs[:], s.runs.make(meter, m)) {
		if err != nil {
			panic(fmt.Sprintf("telemetry.%s: %v", name, err))
		}
	}
	return s
}

func mustGrow(name, field string, buckets []float64) {
	for i := range buckets {
		if i > 0 && !(buckets[i-1] < buckets[i]) {
			panic(fmt.Sprintf("telemetry.%s: %s must grow, got %v", name, field, buckets))
		}
	}
}

// Enabled tells whether an instrument is.
func (s *metricSink) Enabled(ctx context.Context) bool {
	return s.ended.Enabled(ctx) || s.duration.Enabled(ctx) || s.active.Enabled(ctx) ||
		s.events.counter.Enabled(ctx) || s.runs.enabled(ctx)
}

// Start counts an action that is being carried out.
func (s *metricSink) Start(ctx context.Context, e *combinators.Started) context.Context {
	s.active.Add(ctx, 1, s.kinds.Of(e.Action).active...)
	return ctx
}

// Observe counts and times an action that ended, and counts what combinators did.
func (s *metricSink) Observe(ctx context.Context, e combinators.Event) {
	ended, ok := e.(*combinators.Ended)
	if !ok {
		if !s.runs.observe(ctx, e) {
			s.events.add(ctx, e)
		}
		return
	}
	kind, class := s.kinds.Of(ended.Action), classOf(ctx, s.class, ended)
	s.active.Add(ctx, -1, kind.active...)
	s.ended.Add(ctx, 1, kind.ended[class]...)
	s.duration.Record(ctx, ended.Took.Seconds(), kind.seconds[class]...)
}

// String is "metrics".
func (*metricSink) String() string { return "metrics" }
