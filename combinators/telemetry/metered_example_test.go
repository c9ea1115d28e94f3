package telemetry_test

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/combinators/telemetry"
	"github.com/baton-go/baton/orchestrate"
)

// Metered counts and times actions by their names and what came of them.
func ExampleMetered() {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	exec := combinators.Chain(
		combinators.Parallelize(),
		telemetry.Metered(telemetry.Metrics{Provider: provider}),
	)(airline())

	if _, err := orchestrate.Run(context.Background(), book, exec); err != nil {
		fmt.Println(err)
	}

	var data metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &data); err != nil {
		fmt.Println(err)
	}
	for _, m := range data.ScopeMetrics[0].Metrics {
		if counter, ok := m.Data.(metricdata.Sum[int64]); ok {
			for _, p := range counter.DataPoints {
				fmt.Println(m.Name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Value)
			}
		}
	}
	// Unordered output:
	// baton.actions baton.action=telemetry_test.Reserve,baton.class=success 1
	// baton.actions.active baton.action=telemetry_test.Reserve 0
}
