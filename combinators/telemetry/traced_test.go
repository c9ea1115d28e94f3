package telemetry_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func TestASpanHasTheNameThePlaceAndTheTimesOfItsAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider, recorder := spans()
		exec := telemetry.Traced(telemetry.Trace{Provider: provider})(executor.Func(
			func(context.Context, actions.Action) (any, error) {
				time.Sleep(3 * time.Second) // in synctest
				return 7, nil
			}))
		began := time.Now()

		_, err := orchestrate.Run(executor.WithRun(t.Context(), "r-1"), orchestrate.Lift(ask{N: 7}), exec)

		require.NoError(t, err)
		span := onlySpan(t, recorder)
		require.Equal(t, "telemetry_test.ask", span.Name())
		require.Equal(t, trace.SpanKindInternal, span.SpanKind())
		require.Equal(t, began, span.StartTime())
		require.Equal(t, began.Add(3*time.Second), span.EndTime())
		require.Equal(t, sdktrace.Status{}, span.Status())
		require.Empty(t, span.Events())
		require.Equal(t, map[string]any{
			"baton.action": "telemetry_test.ask", "baton.step": "0", "baton.run": "r-1", "baton.class": "success",
		}, fields(span.Attributes()))
		require.Equal(t, "github.com/baton-go/baton/combinators/telemetry", span.InstrumentationScope().Name)
	})
}

// starts is a sink that keeps what events say of themselves.
type starts struct{ values []slog.Value }

func (*starts) Enabled(context.Context) bool { return true }

func (s *starts) Start(ctx context.Context, e *combinators.Started) context.Context {
	s.values = append(s.values, e.LogValue())
	return ctx
}

func (*starts) Observe(context.Context, combinators.Event) {}

func TestSpansAndEventsSayTheSameOfAnAction(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	said := &starts{}
	exec := combinators.Chain(
		combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)}),
		combinators.Observed(telemetry.TraceSink(telemetry.Trace{Provider: provider}), said),
		combinators.Parallelize(),
	)(answers())

	_, err := orchestrate.Run(executor.WithRun(t.Context(), "r-1"), func(y actions.Yield) ([]int, error) {
		return orchestrate.Scope(y, "sums", func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, orchestrate.Lift(ask{N: -1}))
		})
	}, exec)

	require.Error(t, err)
	started := recorder.Started()
	require.Len(t, started, len(said.values))
	keys := map[string]bool{}
	for i, span := range started {
		want := map[string]any{}
		for _, a := range said.values[i].Group() {
			want["baton."+a.Key] = a.Value.Any()
			keys[a.Key] = true
		}
		got := fields(span.Attributes())
		delete(got, "baton.class")
		delete(got, "error.type")
		require.Equal(t, want, got)
	}
	require.Len(t, keys, 6, "action, branches, step, run, scope and attempt: %v", keys)
}

// tree draws the spans as a tree, by their names and steps.
func tree(ended []sdktrace.ReadOnlySpan) string {
	var b strings.Builder
	var draw func(parent trace.SpanID, indent string)
	draw = func(parent trace.SpanID, indent string) {
		for _, s := range ended {
			if s.Parent().SpanID() == parent {
				b.WriteString(indent + strings.TrimPrefix(s.Name(), "telemetry_test.") + " ")
				b.WriteString(fields(s.Attributes())["baton.step"].(string) + "\n")
				draw(s.SpanContext().SpanID(), indent+"  ")
			}
		}
	}
	draw(trace.SpanID{}, "")
	return b.String()
}

func TestParentsAndChildrenAreRightAcrossBranchesScopesAndHandlers(t *testing.T) {
	t.Parallel()
	type outer struct{ actions.Returns[int] }
	provider, recorder := spans()
	var exec executor.Executor
	handler := executor.On(func(ctx context.Context, _ outer) (int, error) {
		return orchestrate.Run(ctx, orchestrate.Lift(ask{N: 3}), exec)
	})
	exec = combinators.Chain(
		telemetry.Traced(telemetry.Trace{Provider: provider}), combinators.Parallelize(),
	)(executor.NewMux(answers(), handler))

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
		_, err := orchestrate.Scope(y, "sums", func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, orchestrate.Lift(outer{}), func(y actions.Yield) (int, error) {
				if _, err := orchestrate.Do(y, ask{N: 1}); err != nil {
					return 0, err
				}
				return orchestrate.Do(y, ask{N: 2})
			})
		})
		if err != nil {
			return 0, err
		}
		return orchestrate.Do(y, ask{N: 4})
	}, exec)

	require.NoError(t, err)
	ended := recorder.Ended()
	for i := range ended { // branches end in any order
		for j := range i {
			if ended[i].StartTime().Before(ended[j].StartTime()) {
				ended[i], ended[j] = ended[j], ended[i]
			}
		}
	}
	drawn := strings.Split(tree(ended), "\n")
	require.ElementsMatch(t, strings.Split(`scope sums 0
  all 0.0.0
    outer 0.0.0.0.0
      ask 0.0.0.0.0.0.0
    ask 0.0.0.1.0
    ask 0.0.0.1.1
ask 1
`, "\n"), drawn)
	for _, s := range ended {
		switch f := fields(s.Attributes()); s.Name() {
		case "all":
			require.EqualValues(t, 2, f["baton.branches"])
			require.Equal(t, "sums", f["baton.scope"])
		case "scope sums":
			require.NotContains(t, f, "baton.scope")
			require.NotContains(t, f, "baton.branches")
		}
	}
}

func TestHandlersFindTheirSpan(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	exec := telemetry.Traced(telemetry.Trace{Provider: provider})(executor.Func(
		func(ctx context.Context, _ actions.Action) (any, error) {
			trace.SpanFromContext(ctx).SetAttributes(attribute.Bool("handled", true))
			return nil, nil
		}))
	_, err := exec.Execute(context.Background(), ask{})
	require.NoError(t, err)
	require.Equal(t, true, fields(onlySpan(t, recorder).Attributes())["handled"])
}

func TestAFailureSetsTheStatusAndRecordsTheError(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	handler := errs(&url.Error{Op: "Get", URL: "x", Err: errNegative})
	_, err := telemetry.Traced(telemetry.Trace{Provider: provider})(handler).Execute(context.Background(), ask{})
	require.Error(t, err)
	span := onlySpan(t, recorder)
	require.Equal(t, sdktrace.Status{Code: codes.Error, Description: `Get "x": negative`}, span.Status())
	require.Equal(t, map[string]any{
		"baton.action": "telemetry_test.ask", "baton.class": "failure", "error.type": "*url.Error",
	}, fields(span.Attributes()))
	require.Len(t, span.Events(), 1)
	require.Equal(t, "exception", span.Events()[0].Name)
	require.Equal(t, span.EndTime(), span.Events()[0].Time)
	require.Equal(t, map[string]any{
		"exception.type": "*url.Error", "exception.message": `Get "x": negative`,
	}, fields(span.Events()[0].Attributes))
}

func TestWhatIsNeutralIsRecordedAndIsNoError(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := telemetry.Traced(telemetry.Trace{Provider: provider})(answers()).Execute(ctx, ask{})
	require.Error(t, err)
	span := onlySpan(t, recorder)
	require.Equal(t, codes.Unset, span.Status().Code)
	require.Equal(t, "neutral", fields(span.Attributes())["baton.class"])
	require.NotContains(t, fields(span.Attributes()), "error.type")
	require.Equal(t, "context.Canceled", fields(span.Events()[0].Attributes)["exception.type"])
}

func TestAPanicIsRecordedWithItsStack(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	exec := telemetry.Traced(telemetry.Trace{Provider: provider})(panics("oh"))
	require.Panics(t, func() { _, _ = exec.Execute(context.Background(), ask{}) })
	event := fields(onlySpan(t, recorder).Events()[0].Attributes)
	require.Equal(t, "*executor.PanicError", event["exception.type"])
	require.Equal(t, "panic: oh", event["exception.message"])
	require.Contains(t, event["exception.stacktrace"], "kit_test.go")
}

func TestWhatCombinatorsDoIsAnEventOfTheSpan(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	exec := combinators.Chain(
		telemetry.Traced(telemetry.Trace{Provider: provider}),
		combinators.Parallelize(),
		combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(time.Microsecond)}),
	)(answers())

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Lift(ask{N: -1}))
	}, exec)

	require.Error(t, err)
	leaf, group := recorder.Ended()[0], recorder.Ended()[1]
	require.Len(t, leaf.Events(), 2)
	require.Equal(t, "retry scheduled", leaf.Events()[0].Name)
	require.Equal(t, map[string]any{
		"baton.step": "0.0.0", "baton.attempt": int64(1), "baton.combinator": "Retried", "baton.delay": 1e-6,
		"exception.message": "negative",
	}, fields(leaf.Events()[0].Attributes))
	require.Equal(t, "*backoff.RetryError", fields(leaf.Attributes())["error.type"])
	require.Len(t, group.Events(), 1, "its own error only")
	require.Equal(t, "*backoff.RetryError", fields(group.Attributes())["error.type"], "what failed, not where")
}

func TestBelowRetriedEachAttemptIsASpan(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	exec := combinators.Chain(
		combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)}),
		telemetry.Traced(telemetry.Trace{Provider: provider}),
	)(answers())
	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(ask{N: -1}), exec)
	require.Error(t, err)
	require.Len(t, recorder.Ended(), 2)
	require.NotContains(t, fields(recorder.Ended()[0].Attributes()), "baton.attempt")
	require.EqualValues(t, 2, fields(recorder.Ended()[1].Attributes())["baton.attempt"])
}

func TestTwoSinksEndTheirOwnSpans(t *testing.T) {
	t.Parallel()
	outer, outerSpans := spans()
	inner, innerSpans := spans()
	refusing := combinators.Tapped(combinators.Tap{
		Before: func(context.Context, actions.Action) error { return errNegative },
	})
	for _, c := range []combinators.Combinator{
		combinators.Observed(
			telemetry.TraceSink(telemetry.Trace{Provider: outer}), telemetry.TraceSink(telemetry.Trace{Provider: inner})),
		combinators.Chain(
			telemetry.Traced(telemetry.Trace{Provider: outer}), telemetry.Traced(telemetry.Trace{Provider: inner})),
	} {
		outerSpans.Reset()
		innerSpans.Reset()
		_, err := combinators.Chain(c, refusing)(answers()).Execute(context.Background(), ask{})
		require.Error(t, err)
		a, b := onlySpan(t, outerSpans), onlySpan(t, innerSpans)
		require.Equal(t, a.SpanContext().SpanID(), b.Parent().SpanID())
		require.Equal(t, "rejected", a.Events()[0].Name)
		require.Equal(t, "rejected", b.Events()[0].Name)
		require.Len(t, a.Events(), 2)
		require.Len(t, b.Events(), 2)
	}
}

func TestTheSameSinkTwiceMakesASpanInASpan(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	traced := telemetry.Traced(telemetry.Trace{Provider: provider})
	_, err := combinators.Chain(traced, traced)(answers()).Execute(context.Background(), ask{})
	require.NoError(t, err)
	require.Len(t, recorder.Ended(), 2)
	require.Equal(t, recorder.Ended()[1].SpanContext().SpanID(), recorder.Ended()[0].Parent().SpanID())
}

func TestKindAttributesAndClassesAreTheCallersChoice(t *testing.T) {
	t.Parallel()
	var sampled []attribute.KeyValue
	provider, recorder := spans(sdktrace.WithSampler(samplerFunc(func(p sdktrace.SamplingParameters) {
		sampled = p.Attributes
	})))
	exec := telemetry.Traced(telemetry.Trace{
		Provider: provider, Kind: trace.SpanKindClient,
		Attributes: func(a actions.Action) []attribute.KeyValue {
			return []attribute.KeyValue{attribute.Int("n", a.(ask).N)}
		},
		Class: func(context.Context, error) combinators.Class { return combinators.Neutral },
	})(answers())
	_, err := exec.Execute(context.Background(), ask{N: -5})
	require.Error(t, err)
	span := onlySpan(t, recorder)
	require.Equal(t, trace.SpanKindClient, span.SpanKind())
	require.EqualValues(t, -5, fields(span.Attributes())["n"])
	require.Equal(t, []attribute.KeyValue{attribute.Int("n", -5)}, sampled, "samplers see them")
	require.Equal(t, "neutral", fields(span.Attributes())["baton.class"])
	require.Equal(t, codes.Unset, span.Status().Code)
}

// samplerFunc samples everything, after a look.
type samplerFunc func(sdktrace.SamplingParameters)

func (f samplerFunc) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	f(p)
	return sdktrace.AlwaysSample().ShouldSample(p)
}

func (samplerFunc) Description() string { return "look" }

func TestHooksThatPanicCostNoMoreThanWhatTheyMake(t *testing.T) { // not parallel: they are reported to slog.Default
	log := captureLog(t)
	provider, recorder := spans()
	exec := telemetry.Traced(telemetry.Trace{
		Provider: provider,
		Class:    func(context.Context, error) combinators.Class { panic("class") },
	})(answers())
	_, err := exec.Execute(context.Background(), ask{N: -5})
	require.Equal(t, errNegative, err)
	require.Equal(t, "failure", fields(onlySpan(t, recorder).Attributes())["baton.class"])
	require.Contains(t, log.String(), "panic: class")

	parent, recorder := spans()
	broken := telemetry.Trace{
		Provider: parent, Attributes: func(actions.Action) []attribute.KeyValue { panic("attributes") },
	}
	exec = combinators.Chain(
		telemetry.Traced(telemetry.Trace{Provider: parent}), telemetry.Traced(broken),
	)(answers())
	_, err = exec.Execute(context.Background(), ask{N: -5})
	require.Equal(t, errNegative, err)
	onlySpan(t, recorder) // no second one, and the outer one has ended once
	require.Contains(t, log.String(), "panic: attributes")
}

func TestWithoutAProviderTheGlobalOneIsUsed(t *testing.T) { // not parallel: sets it
	provider, recorder := spans()
	old := otel.GetTracerProvider()
	otel.SetTracerProvider(provider)
	defer otel.SetTracerProvider(old)
	_, err := telemetry.Traced(telemetry.Trace{})(answers()).Execute(context.Background(), ask{})
	require.NoError(t, err)
	onlySpan(t, recorder)
}

func TestASpanThatIsNotRecordedIsEndedAllTheSame(t *testing.T) {
	t.Parallel()
	provider, recorder := spans(sdktrace.WithSampler(sdktrace.NeverSample()))
	for _, p := range []trace.TracerProvider{provider, noop.NewTracerProvider()} {
		v, err := telemetry.Traced(telemetry.Trace{Provider: p})(answers()).Execute(context.Background(), ask{N: 1})
		require.NoError(t, err)
		require.Equal(t, 1, v)
	}
	require.Empty(t, recorder.Ended())
}
