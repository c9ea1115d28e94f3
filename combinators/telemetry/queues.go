package telemetry

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/internal/kinds"
)

// queueMeter measures queues.
type queueMeter struct {
	depth   metric.Int64Gauge
	age     metric.Float64Gauge
	refused metric.Int64Counter

	mu    sync.Mutex
	known map[string]bool
}

func (m *queueMeter) make(meter metric.Meter) error {
	var errs [3]error
	m.known = map[string]bool{}
	m.depth, errs[0] = meter.Int64Gauge("baton.queue.depth",
		metric.WithUnit("{run}"), metric.WithDescription("Runs that wait in a queue to be carried out."))
	m.age, errs[1] = meter.Float64Gauge("baton.queue.oldest_age",
		metric.WithUnit("s"), metric.WithDescription("For how long the first run of a queue has waited."))
	m.refused, errs[2] = meter.Int64Counter("baton.queue.refused",
		metric.WithUnit("{run}"), metric.WithDescription("Runs that were not started because their queue was full."))
	return errors.Join(errs[:]...)
}

func (m *queueMeter) enabled(ctx context.Context) bool {
	return m.depth.Enabled(ctx) || m.age.Enabled(ctx) || m.refused.Enabled(ctx)
}

// measured has the queues beyond the limit share one name, the depth of all of them and the age of the oldest.
func (m *queueMeter) measured(ctx context.Context, e *fact.Measured) {
	type state struct {
		depth int64
		age   float64
	}
	all := make(map[string]state, len(e.Queues))
	for _, q := range e.Queues {
		name := m.name(q.Queue)
		s := all[name]
		s.depth += q.Runs
		if q.Runs > 0 {
			s.age = max(s.age, e.At.Sub(q.Oldest).Seconds())
		}
		all[name] = s
	}
	for name, s := range all {
		set := metric.WithAttributeSet(attribute.NewSet(queueKey.String(name)))
		m.depth.Record(ctx, s.depth, set)
		m.age.Record(ctx, s.age, set)
	}
}

func (m *queueMeter) full(ctx context.Context, e *fact.Refused) {
	m.refused.Add(ctx, int64(e.Runs), metric.WithAttributes(queueKey.String(m.name(e.Queue))))
}

// name is the name of a queue, or that which all beyond the limit share.
func (m *queueMeter) name(queue string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.known[queue] {
		if len(m.known) >= maxKinds {
			return kinds.Other
		}
		m.known[queue] = true
	}
	return queue
}
