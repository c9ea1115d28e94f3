package dataflow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// TestAStepAllocatesSixTimes counts the allocations of a step: the place of its inputs, the action, the group that its
// scope is, what the group needs, its result, and the output.
func TestAStepAllocatesSixTimes(t *testing.T) { //nolint:paralleltest // others allocate too
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	cost := func(n int) float64 {
		var parts []dataflow.Part
		for i := range n {
			parts = append(parts, step(fmt.Sprint("s", i), func(in ab) ab { return in }))
		}
		flow := orchestrate.Bind(dataflow.Typed[ab, ab](build(t, parts...)), ab{1000, 2000})
		return testing.AllocsPerRun(100, func() {
			if _, err := orchestrate.Run(ctx, flow, stack); err != nil {
				panic(err)
			}
		})
	}
	each := (cost(601) - cost(1)) / 600
	require.Less(t, each, 6.1, "the slabs of steps are shared by many")
}
