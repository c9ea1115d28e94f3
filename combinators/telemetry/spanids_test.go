package telemetry_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
)

func TestOutsideASpanThereAreNoIDs(t *testing.T) {
	t.Parallel()
	require.Empty(t, telemetry.SpanIDs(context.Background()))
}

func TestALineTellsTheSpanOfItsAction(t *testing.T) {
	t.Parallel()
	provider, recorder := spans()
	var ids [][]slog.Attr
	extra := func(ctx context.Context) []slog.Attr {
		ids = append(ids, telemetry.SpanIDs(ctx))
		return nil
	}
	exec := combinators.Observed(
		telemetry.TraceSink(telemetry.Trace{Provider: provider}),
		combinators.SlogSink(combinators.Log{
			Slog: slog.New(slog.DiscardHandler), Extra: extra, Before: true,
		}),
	)(answers())
	_, err := exec.Execute(context.Background(), ask{})
	require.NoError(t, err)
	require.Empty(t, ids, "a log that is disabled asks for nothing")

	exec = combinators.Observed(
		combinators.SlogSink(combinators.Log{
			Slog: slog.New(slog.NewTextHandler(nothing{}, nil)), Extra: extra,
			Success: combinators.LevelInfo, Before: true,
		}),
		telemetry.TraceSink(telemetry.Trace{Provider: provider}),
	)(answers())
	_, err = exec.Execute(context.Background(), ask{})
	require.NoError(t, err)
	span := recorder.Ended()[1].SpanContext()
	require.Equal(t, [][]slog.Attr{
		nil, // before the span, for the sink that makes it comes later
		{slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String())},
	}, ids)
}

// nothing is where lines are lost.
type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
