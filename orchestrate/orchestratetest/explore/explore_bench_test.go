package explore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// BenchmarkSchedules explores on one core, and tells how many schedules it runs in a second.
func BenchmarkSchedules(b *testing.B) {
	for _, c := range []struct {
		name   string
		bounds explore.Bounds
		flow   orchestrate.Orchestration[int]
	}{
		{"ten steps", explore.Bounds{Workers: 1}, sequence(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)},
		{"a saga of ten steps", explore.Bounds{Workers: 1}, saga(10)},
		{"a saga of ten steps, two faults", explore.Bounds{Workers: 1, Faults: 2}, saga(10)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			schedules := 0
			for b.Loop() {
				report := explore.Schedules(silent{b}, c.bounds, func(s *explore.Schedule) {
					_, _ = explore.Run(s, c.flow, newWorld().mux())
				})
				require.True(b, report.Exhausted)
				schedules += report.Schedules
			}
			b.ReportMetric(float64(schedules)/b.Elapsed().Seconds(), "schedules/s")
			b.ReportMetric(float64(schedules)/float64(b.N), "schedules")
		})
	}
}

// silent does not log.
type silent struct{ *testing.B }

func (silent) Logf(string, ...any) {}
