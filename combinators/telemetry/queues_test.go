package telemetry_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// byQueue is what a gauge shows for each queue.
func byQueue[N int64 | float64](t *testing.T, m metricdata.Metrics) map[string]N {
	t.Helper()
	gauge, ok := m.Data.(metricdata.Gauge[N])
	require.True(t, ok)
	values := map[string]N{}
	for _, p := range gauge.DataPoints {
		name, ok := p.Attributes.Value("baton.queue")
		require.True(t, ok)
		values[name.AsString()] = p.Value
	}
	return values
}

func TestQueuesAreMeasured(t *testing.T) {
	t.Parallel()
	provider, measured := meters(t)
	sink := telemetry.MetricSink(telemetry.Metrics{Provider: provider})
	now := time.Now()
	sink.Observe(t.Context(), &fact.Measured{At: now, Queues: []store.Backlog{
		{Runs: 7, Oldest: now.Add(-time.Minute)}, {Queue: "mail", Runs: 3, Oldest: now.Add(-time.Hour)}, {Queue: "idle"},
	}})
	all := measured()
	require.Equal(t, map[string]int64{"": 7, "mail": 3, "idle": 0}, byQueue[int64](t, all["baton.queue.depth"]))
	ages := byQueue[float64](t, all["baton.queue.oldest_age"])
	require.Equal(t, map[string]float64{"": 60, "mail": 3600, "idle": 0}, ages)

	sink.Observe(t.Context(), &fact.Measured{At: now, Queues: []store.Backlog{{Queue: "mail"}}})
	sink.Observe(t.Context(), &fact.Refused{Queue: "mail", Runs: 2})
	sink.Observe(t.Context(), &fact.Refused{Queue: "mail", Runs: 1})
	all = measured()
	require.EqualValues(t, 0, byQueue[int64](t, all["baton.queue.depth"])["mail"])
	require.Zero(t, byQueue[float64](t, all["baton.queue.oldest_age"])["mail"])
	require.Equal(t, map[string]int64{"baton.queue=mail": 3}, sums(t, all["baton.queue.refused"]))
}

func TestTooManyQueuesShareOneName(t *testing.T) {
	t.Parallel()
	provider, measured := meters(t)
	sink := telemetry.MetricSink(telemetry.Metrics{Provider: provider})
	now := time.Now()
	var queues []store.Backlog
	for i := range 1003 {
		ago := time.Duration(i) * time.Second
		queues = append(queues, store.Backlog{Queue: strconv.Itoa(i), Runs: 2, Oldest: now.Add(-ago)})
	}
	sink.Observe(t.Context(), &fact.Measured{At: now, Queues: queues})
	all := measured()
	depths, ages := byQueue[int64](t, all["baton.queue.depth"]), byQueue[float64](t, all["baton.queue.oldest_age"])
	require.Len(t, depths, 1001)
	require.EqualValues(t, 6, depths["_OTHER"])
	require.InDelta(t, 1002, ages["_OTHER"], 0.001)
	require.EqualValues(t, 2, depths["999"])
}
