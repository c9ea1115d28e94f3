package telemetry

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/kinds"
)

const hour, day = 3600, 24 * 3600

var (
	// runBuckets are the default boundaries for durations of runs, in seconds.
	runBuckets = []float64{0.01, 0.1, 1, 10, 60, 600, hour, 6 * hour, day, 7 * day, 14 * day, 30 * day}
	// sizeBuckets are those for commits, of which none has more than 256 writes.
	sizeBuckets = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256}
)

// runMeter measures what a durable runtime tells.
type runMeter struct {
	changes, lost, failures metric.Int64Counter
	active                  metric.Int64UpDownCounter
	stored                  metric.Int64Gauge
	size                    metric.Int64Histogram
	duration, took, claim   metric.Float64Histogram

	queues queueMeter

	known sync.Map // of *runSet, by runKind
	count atomic.Int64
}

// runKind is what runs are told apart by. A status of 0 is any.
type runKind struct {
	flow   string
	status store.Status
}

// runSet is the options of measurements of one kind.
type runSet struct {
	add    []metric.AddOption
	record []metric.RecordOption
}

// make makes the instruments.
func (m *runMeter) make(meter metric.Meter, c Metrics) error {
	var errs [10]error
	m.changes, errs[0] = meter.Int64Counter("baton.run.changes",
		metric.WithUnit("{run}"), metric.WithDescription("Runs that came to a status."))
	m.duration, errs[1] = meter.Float64Histogram("baton.run.duration", metric.WithUnit("s"),
		metric.WithDescription("How long runs took that have ended."),
		metric.WithExplicitBucketBoundaries(c.RunBuckets...))
	m.active, errs[2] = meter.Int64UpDownCounter("baton.runs.active",
		metric.WithUnit("{run}"), metric.WithDescription("Runs in the memory of this process."))
	m.stored, errs[3] = meter.Int64Gauge("baton.runs",
		metric.WithUnit("{run}"), metric.WithDescription("Runs in the store that have not ended."))
	m.lost, errs[4] = meter.Int64Counter("baton.leases.lost", metric.WithUnit("{run}"),
		metric.WithDescription("Runs that were stopped here because another process may have them."))
	m.size, errs[5] = meter.Int64Histogram("baton.commit.size", metric.WithUnit("{write}"),
		metric.WithDescription("How many writes of runs a transaction has."),
		metric.WithExplicitBucketBoundaries(sizeBuckets...))
	m.took, errs[6] = meter.Float64Histogram("baton.commit.duration", metric.WithUnit("s"),
		metric.WithDescription("How long a transaction took."), metric.WithExplicitBucketBoundaries(c.Buckets...))
	m.claim, errs[7] = meter.Float64Histogram("baton.claim.duration", metric.WithUnit("s"),
		metric.WithDescription("How long it took to claim runs."), metric.WithExplicitBucketBoundaries(c.Buckets...))
	m.failures, errs[8] = meter.Int64Counter("baton.store.errors",
		metric.WithUnit("{error}"), metric.WithDescription("Failures of the store."))
	errs[9] = m.queues.make(meter)
	return errors.Join(errs[:]...)
}

func (m *runMeter) enabled(ctx context.Context) bool {
	return m.changes.Enabled(ctx) || m.duration.Enabled(ctx) || m.active.Enabled(ctx) || m.stored.Enabled(ctx) ||
		m.lost.Enabled(ctx) || m.size.Enabled(ctx) || m.took.Enabled(ctx) || m.claim.Enabled(ctx) ||
		m.failures.Enabled(ctx) || m.queues.enabled(ctx)
}

// observe measures what a fact tells. It is false if the event is to be counted as one of many.
func (m *runMeter) observe(ctx context.Context, e combinators.Event) bool {
	switch e := e.(type) {
	case *fact.Changed:
		set := m.of(e.Run.Flow, e.Status)
		m.changes.Add(ctx, 1, set.add...)
		if e.Status.Finished() {
			m.duration.Record(ctx, e.Took.Seconds(), set.record...)
		}
	case *fact.LifeBegan:
		m.active.Add(ctx, 1, m.of(e.Run.Flow, 0).add...)
	case *fact.LifeEnded:
		m.active.Add(ctx, -1, m.of(e.Run.Flow, 0).add...)
	case *fact.LeaseLost:
		m.lost.Add(ctx, 1, m.of(e.Run.Flow, 0).add...)
	case *fact.Committed:
		m.size.Record(ctx, int64(e.Writes))
		m.took.Record(ctx, e.Took.Seconds())
	case *fact.Claimed:
		m.claim.Record(ctx, e.Took.Seconds())
	case *fact.StoreFailed:
		m.failures.Add(ctx, 1, metric.WithAttributes(operationKey.String(e.Operation)))
	case *fact.Counted:
		for s, n := range e.Runs {
			m.stored.Record(ctx, n, metric.WithAttributes(statusKey.String(s.String())))
		}
	case *fact.Measured:
		m.queues.measured(ctx, e)
	case *fact.Refused:
		m.queues.full(ctx, e)
	default:
		return false
	}
	return true
}

// of is the options for runs of a flow in a status.
func (m *runMeter) of(flow string, s store.Status) *runSet {
	k := runKind{flow, s}
	if set, ok := m.known.Load(k); ok {
		return set.(*runSet)
	}
	if m.count.Load() >= maxKinds {
		k.flow = kinds.Other
	}
	attrs := []attribute.KeyValue{flowKey.String(k.flow)}
	if s != 0 {
		attrs = append(attrs, statusKey.String(s.String()))
	}
	option := metric.WithAttributeSet(attribute.NewSet(attrs...))
	set, known := m.known.LoadOrStore(k, &runSet{[]metric.AddOption{option}, []metric.RecordOption{option}})
	if !known {
		m.count.Add(1)
	}
	return set.(*runSet)
}
