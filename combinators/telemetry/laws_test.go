package telemetry_test

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/internal/lawtest"
)

func table() []lawtest.Row {
	return []lawtest.Row{
		{
			Func: "Metered", Layer: "Observed", Kind: lawtest.Observer, Allocates: 1,
			New: func() combinators.Combinator {
				provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
				return telemetry.Metered(telemetry.Metrics{Provider: provider})
			},
		},
		{
			Func: "Traced", Layer: "Observed", Kind: lawtest.Observer, Allocates: 14,
			New: func() combinators.Combinator {
				provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(forget{}))
				return telemetry.Traced(telemetry.Trace{Provider: provider})
			},
		},
	}
}

func TestTheLawsHold(t *testing.T) {
	t.Parallel()
	lawtest.Run(t, table())
}

func TestEveryCombinatorIsInTheTableOfTheLaws(t *testing.T) {
	t.Parallel()
	lawtest.Complete(t, ".", table())
}

// Not parallel, because it counts allocations.
func TestTheSuccessPathAllocatesWhatTheTableSays(t *testing.T) {
	lawtest.Allocations(t, table())
}
