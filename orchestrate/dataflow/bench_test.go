package dataflow_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// add is what a step of the benchmarks does, as an action.
type add struct {
	actions.Returns[ab]
	A, B int
}

func adds(in ab) ab { return ab{in.A + in.B, in.A} }

// stack is the same for both: what a step costs is what the flow adds.
var stack = combinators.Chain(combinators.Parallelize(), executor.System, dataflow.Steps)(executor.NewMux(
	executor.On(func(_ context.Context, in add) (ab, error) { return adds(ab{in.A, in.B}), nil }),
))

const benchSteps = 100

// BenchmarkStep is one step of a sequence of 100, beside one Do of 100 that do the same.
func BenchmarkStep(b *testing.B) {
	b.Run("Do", func(b *testing.B) {
		flow := func(y actions.Yield) (out ab, err error) {
			for range benchSteps {
				if out, err = orchestrate.Do(y, add{A: out.A, B: out.B}); err != nil {
					return out, err
				}
			}
			return out, nil
		}
		perStep(b, flow)
	})
	b.Run("Do in a scope", func(b *testing.B) {
		flow := func(y actions.Yield) (out ab, err error) {
			for range benchSteps {
				if out, err = orchestrate.Scope(y, "add", orchestrate.Lift(add{A: out.A, B: out.B})); err != nil {
					return out, err
				}
			}
			return out, nil
		}
		perStep(b, flow)
	})
	for _, vis := range []dataflow.Visibility{dataflow.VisibilityNone, dataflow.VisibilityAll} {
		b.Run("dataflow, "+vis.String(), func(b *testing.B) {
			parts := []dataflow.Part{vis}
			for i := range benchSteps {
				parts = append(parts, step(fmt.Sprint("s", i), adds))
			}
			f, err := dataflow.New("flow", parts...)
			require.NoError(b, err)
			run := dataflow.Typed[ab, ab](f)
			perStep(b, orchestrate.Bind(run, ab{1, 1}))
		})
	}
}

func perStep(b *testing.B, flow orchestrate.Orchestration[ab]) {
	b.Helper()
	b.ReportAllocs()
	for i := 0; i < b.N; i += benchSteps {
		if _, err := orchestrate.Run(b.Context(), flow, stack); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGroup is a group of ten, beside All of ten actions, and of ten that are in a scope each, as steps are.
func BenchmarkGroup(b *testing.B) {
	b.Run("All", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := orchestrate.Run(b.Context(), func(y actions.Yield) ([]ab, error) {
				as := make([]add, 10)
				return orchestrate.All(y, orchestrate.Each(as...)...)
			}, stack)
			require.NoError(b, err)
		}
	})
	b.Run("All in scopes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := orchestrate.Run(b.Context(), func(y actions.Yield) ([]ab, error) {
				flows := make([]orchestrate.Orchestration[ab], 10)
				for i := range flows {
					flows[i] = func(y actions.Yield) (ab, error) {
						return orchestrate.Scope(y, "add", orchestrate.Lift(add{A: i}))
					}
				}
				return orchestrate.All(y, flows...)
			}, stack)
			require.NoError(b, err)
		}
	})
	b.Run("dataflow", func(b *testing.B) {
		f, err := dataflow.New("flow", dataflow.Par(fan(10)...))
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			_, err := orchestrate.Run(b.Context(), f.Orchestration(a{1}), stack)
			require.NoError(b, err)
		}
	})
}

// BenchmarkNew builds flows of 1,000 and of 10,000 steps: a time for each step.
func BenchmarkNew(b *testing.B) {
	for name, flow := range shapes {
		for _, n := range []int{1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				parts := flow(n)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := dataflow.New("flow", parts...); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/step")
			})
		}
	}
}

// BenchmarkRun runs flows of 1,000 and of 10,000 steps: a time for each step.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		for _, vis := range []dataflow.Visibility{dataflow.VisibilityNone, dataflow.VisibilityAll} {
			b.Run(fmt.Sprintf("%s/%d", vis, n), func(b *testing.B) {
				f, err := dataflow.New("flow", chain(n, vis)...)
				require.NoError(b, err)
				flow := f.Orchestration(dataflow.Values{"x0": 0})
				b.ReportAllocs()
				for b.Loop() {
					if _, err := orchestrate.Run(b.Context(), flow, stack); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/step")
			})
		}
	}
}
