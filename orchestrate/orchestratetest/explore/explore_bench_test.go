package explore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// BenchmarkSchedules explores on one core, and tells how many schedules it runs in a second.
func BenchmarkSchedules(b *testing.B) {
	orders := explore.Bounds{Workers: 1, Faults: explore.None, Crashes: explore.None}
	peace := orders
	peace.Conflicts = func(actions.Action, actions.Action) bool { return false }
	for _, c := range []struct {
		name   string
		bounds explore.Bounds
		flow   orchestrate.Orchestration[int]
	}{
		{"ten steps", explore.Bounds{Workers: 1}, sequence(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)},
		{"a saga of ten steps", explore.Bounds{Workers: 1}, saga(10)},
		{"a saga of ten steps, two faults", explore.Bounds{Workers: 1, Faults: 2}, saga(10)},
		{"… on all cores", explore.Bounds{Faults: 2}, saga(10)},
		{"two branches of three steps", explore.Bounds{Workers: 1}, branches(2)},
		{"three branches of three steps, in every order", orders, branches(3)},
		{"three branches of three steps, without conflicts", peace, branches(3)},
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

// branches is n sequences of three steps side by side.
func branches(n int) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		flows := make([]orchestrate.Orchestration[int], n)
		for i := range flows {
			flows[i] = sequence(3*i, 3*i+1, 3*i+2)
		}
		_, err := orchestrate.All(y, flows...)
		return n, err
	}
}

// silent does not log.
type silent struct{ *testing.B }

func (silent) Logf(string, ...any) {}
