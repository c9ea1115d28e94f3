package telemetry_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// talk asks, listens, and asks again.
var talk = durable.Define("talk", func(y actions.Yield, n int) (int, error) {
	if _, err := orchestrate.Do(y, ask{N: 1}); err != nil {
		return 0, err
	}
	if _, err := orchestrate.Do(y, actions.Receive[string]{Name: "go"}); err != nil {
		return 0, err
	}
	return orchestrate.Do(y, ask{N: n})
})

// process is a runtime with a tracer of its own.
func process(t *testing.T, st store.Store, exec executor.Executor) (*durable.Runtime, *tracetest.SpanRecorder) {
	t.Helper()
	provider, recorder := spans()
	rt, err := durable.Open(t.Context(), st, exec, durable.Config{
		Flows:   durable.Flows(talk),
		Observe: []combinators.Sink{telemetry.TraceSink(telemetry.Trace{Provider: provider})},
	})
	require.NoError(t, err)
	return rt, recorder
}

// begun starts a run inside a span of the caller's, and returns that span.
func begun(t *testing.T, st store.Store, id string, n int) trace.SpanContext {
	t.Helper()
	provider, _ := spans()
	client := durable.NewClient(st, durable.Observe(telemetry.TraceSink(telemetry.Trace{Provider: provider})))
	ctx, span := provider.Tracer("test").Start(t.Context(), "request")
	defer span.End()
	_, err := talk.Start(ctx, client, n, durable.WithID(id))
	require.NoError(t, err)
	return span.SpanContext()
}

// named is the only span of a name.
func named(t *testing.T, recorder *tracetest.SpanRecorder, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	var found []sdktrace.ReadOnlySpan
	for _, s := range recorder.Ended() {
		if s.Name() == name {
			found = append(found, s)
		}
	}
	require.Len(t, found, 1, name)
	return found[0]
}

// linked requires that a span is the root of a trace and has links to the others.
func linked(t *testing.T, span sdktrace.ReadOnlySpan, to ...trace.SpanContext) {
	t.Helper()
	require.False(t, span.Parent().IsValid())
	var ids []trace.SpanID
	for _, l := range span.Links() {
		ids = append(ids, l.SpanContext.SpanID())
		require.NotEqual(t, span.SpanContext().TraceID(), l.SpanContext.TraceID())
	}
	var want []trace.SpanID
	for _, s := range to {
		want = append(want, s.SpanID())
	}
	require.Equal(t, want, ids)
}

func TestTheSpanOfALifeIsLinkedToTheLifeBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		request := begun(t, st, "r", 2)

		a, first := process(t, st, answers())
		time.Sleep(time.Minute) // synctest: it is unloaded
		require.NoError(t, a.Close(t.Context()))
		life := named(t, first, "run talk")
		linked(t, life, request)
		require.Equal(t, map[string]any{
			"baton.run": "r", "baton.flow": "talk", "baton.life": int64(1), "baton.status": "waiting",
		}, fields(life.Attributes()))
		step := named(t, first, "telemetry_test.ask")
		require.Equal(t, life.SpanContext().SpanID(), step.Parent().SpanID())
		require.Equal(t, "0", fields(step.Attributes())["baton.step"])

		b, second := process(t, st, answers())
		require.NoError(t, b.Send(t.Context(), "r", "go", "on"))
		_, err := durable.Attach[int](b, "r").Result(t.Context())
		require.NoError(t, err)
		require.NoError(t, b.Close(t.Context()))
		again := named(t, second, "run talk")
		linked(t, again, request, life.SpanContext())
		require.Equal(t, "completed", fields(again.Attributes())["baton.status"])
		step = named(t, second, "telemetry_test.ask")
		require.Equal(t, again.SpanContext().SpanID(), step.Parent().SpanID(), "what was replayed has no span")
	})
}

func TestALifeThatWasKilledIsLinkedTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		var killed atomic.Bool
		request := begun(t, st, "r", 2)
		dead := storetest.NewFaulty(st, func(storetest.Call) (f storetest.Fault) {
			if killed.Load() {
				f.Before = errors.New("nobody is there")
			}
			return f
		})
		hangs := executor.NewMux(executor.On(func(ctx context.Context, _ ask) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}))
		a, first := process(t, dead, hangs)
		time.Sleep(time.Second) // synctest: in the middle of its first step
		killed.Store(true)

		b, second := process(t, st, answers())
		require.NoError(t, b.Send(t.Context(), "r", "go", "on"))
		_, err := durable.Attach[int](b, "r").Result(t.Context())
		require.NoError(t, err)
		require.NoError(t, b.Close(t.Context()))
		killed.Store(false)
		require.NoError(t, a.Close(t.Context()))
		life := named(t, first, "run talk")
		require.Equal(t, "running", fields(life.Attributes())["baton.status"])
		require.Equal(t, "Error", life.Status().Code.String())
		linked(t, named(t, second, "run talk"), request, life.SpanContext())
	})
}

func TestARunThatIsMadeOfAnotherIsLinkedToWhoMadeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		begun(t, st, "r", 2)
		a, first := process(t, st, answers())
		time.Sleep(time.Minute) // synctest: it is unloaded
		require.NoError(t, a.Close(t.Context()))
		require.Len(t, first.Ended(), 2, "a life, and its step")

		provider, _ := spans()
		client := durable.NewClient(st, durable.Observe(telemetry.TraceSink(telemetry.Trace{Provider: provider})))
		ctx, request := provider.Tracer("test").Start(t.Context(), "request")
		_, err := client.Fork(ctx, "r", "0", durable.WithID("f"))
		require.NoError(t, err)
		request.End()
		b, second := process(t, st, answers())
		require.NoError(t, b.Send(t.Context(), "f", "go", "on"))
		_, err = durable.Attach[int](b, "f").Result(t.Context())
		require.NoError(t, err)
		require.NoError(t, b.Close(t.Context()))
		linked(t, named(t, second, "run talk"), request.SpanContext())
	})
}

func TestTheSpanOfARunThatFailedIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		_ = begun(t, st, "r", -1)
		rt, recorder := process(t, st, answers())
		require.NoError(t, rt.Send(t.Context(), "r", "go", "on"))
		_, err := durable.Attach[int](rt, "r").Result(t.Context())
		require.Error(t, err)
		require.NoError(t, rt.Close(t.Context()))
		span := named(t, recorder, "run talk")
		require.Equal(t, "failed", fields(span.Attributes())["baton.status"])
		require.Equal(t, "step 2: telemetry_test.ask: negative", span.Status().Description)
		var events []string
		for _, e := range span.Events() {
			events = append(events, e.Name)
		}
		require.Equal(t, []string{"run failed", "exception"}, events)
	})
}

func TestRunsAreCountedAndTimed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider, measured := meters(t)
		rt, err := durable.Open(t.Context(), memory.New(), answers(), durable.Config{
			Flows: durable.Flows(talk), UnloadAfter: time.Second,
			Observe: []combinators.Sink{telemetry.MetricSink(telemetry.Metrics{Provider: provider})},
		})
		require.NoError(t, err)
		for id, n := range map[string]int{"good": 1, "bad": -1, "waits": 1} {
			_, err := talk.Start(t.Context(), rt, n, durable.WithID(id))
			require.NoError(t, err)
		}
		time.Sleep(90 * time.Second) // synctest: also for the count
		for _, id := range []string{"good", "bad"} {
			require.NoError(t, rt.Send(t.Context(), id, "go", "on"))
			_, _ = durable.Attach[int](rt, id).Result(t.Context())
		}
		require.NoError(t, rt.Close(t.Context()))
		all := measured()
		require.Equal(t, map[string]int64{
			"baton.flow=talk,baton.status=pending":   3,
			"baton.flow=talk,baton.status=running":   5,
			"baton.flow=talk,baton.status=waiting":   3,
			"baton.flow=talk,baton.status=completed": 1,
			"baton.flow=talk,baton.status=failed":    1,
		}, sums(t, all["baton.run.changes"]))
		require.Equal(t, map[string]int64{"baton.flow=talk": 0}, sums(t, all["baton.runs.active"]))
		took, ok := all["baton.run.duration"].Data.(metricdata.Histogram[float64])
		require.True(t, ok)
		require.Len(t, took.DataPoints, 2)
		require.InDelta(t, 90, took.DataPoints[0].Sum, 1)
		gauge, ok := all["baton.runs"].Data.(metricdata.Gauge[int64])
		require.True(t, ok)
		stored := map[string]int64{}
		for _, p := range gauge.DataPoints {
			status, _ := p.Attributes.Value("baton.status")
			stored[status.AsString()] = p.Value
		}
		require.Equal(t, map[string]int64{"pending": 0, "running": 0, "waiting": 3, "blocked": 0, "paused": 0}, stored)
		size, ok := all["baton.commit.size"].Data.(metricdata.Histogram[int64])
		require.True(t, ok)
		require.EqualValues(t, 5+2+5, size.DataPoints[0].Sum, "actions, events, and lives that were left")
		require.Equal(t, map[string]int64{
			"baton.action=telemetry_test.ask,baton.class=success": 4,
			"baton.action=telemetry_test.ask,baton.class=failure": 1,
		}, sums(t, all["baton.actions"]))
		require.NotContains(t, all, "baton.leases.lost")
		require.NotContains(t, all, "baton.events")
	})
}

func TestFactsAreMeasured(t *testing.T) {
	t.Parallel()
	provider, measured := meters(t)
	sink := telemetry.MetricSink(telemetry.Metrics{Provider: provider})
	run := fact.Run{ID: "r", Flow: "f"}
	for _, e := range []combinators.Event{
		&fact.LeaseLost{Run: run}, &fact.StoreFailed{Operation: "commit"}, &fact.StoreFailed{Operation: "claim"},
		&fact.StoreFailed{Operation: "commit", Silent: true}, &fact.OnTrial{Run: run}, &fact.Retried{Run: run},
	} {
		sink.Observe(t.Context(), e)
	}
	for i := range 2000 { // of whatever is called a flow there are not too many
		sink.Observe(t.Context(), &fact.LeaseLost{Run: fact.Run{ID: "r", Flow: "f" + time.Duration(i).String()}})
	}
	all := measured()
	lost := sums(t, all["baton.leases.lost"])
	require.EqualValues(t, 1, lost["baton.flow=f"])
	require.LessOrEqual(t, len(lost), 1001)
	require.Equal(t, map[string]int64{
		"baton.operation=commit": 2, "baton.operation=claim": 1,
	}, sums(t, all["baton.store.errors"]))
	require.Equal(t, map[string]int64{
		"baton.event=run_on_trial": 1, "baton.event=run_tried_again": 1,
	}, sums(t, all["baton.events"]))
	require.PanicsWithValue(t, "telemetry.MetricSink: RunBuckets must grow, got [2 1]", func() {
		telemetry.MetricSink(telemetry.Metrics{RunBuckets: []float64{2, 1}})
	})
}
