package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

// The steps of random graphs: two inputs, of which the second may be optional, and one output, which may not come.
type (
	two   struct{ X, Y int }
	maybe struct {
		X int
		Y int `flow:",default=7"`
	}
	some struct {
		Z int
		W int `flow:",optional"`
	}
)

// tree is a random graph.
type tree struct {
	kind     string // "step", "seq", "par" or "flow"
	name     string
	x, y     string // where its inputs come from
	z, w     string // where its outputs go
	optional bool   // whether y is
	children []*tree
	flow     *dataflow.Flow // of a "flow"
	vis      dataflow.Visibility
	missing  dataflow.Missing
}

// whole tells whether every flow in the tree was built.
func (t *tree) whole() bool {
	return (t.kind != "flow" || t.flow != nil) &&
		!slices.ContainsFunc(t.children, func(t *tree) bool { return !t.whole() })
}

func mix(x, y int) some {
	return some{Z: (3*x + 5*y + 1) % 4, W: (x + y) % 2}
}

func (t *tree) node() dataflow.Part {
	var parts []dataflow.Part
	for _, child := range t.children {
		parts = append(parts, child.node())
	}
	switch t.kind {
	case "seq":
		return dataflow.Seq(parts...)
	case "par":
		return dataflow.Par(parts...)
	case "flow":
		f, err := dataflow.New(t.name, append(parts, t.vis, dataflow.OnMissing(t.missing))...)
		if err != nil {
			return dataflow.Seq(parts...) // which is refused for the same reasons
		}
		t.flow = f
		return f
	}
	var mixes dataflow.Part = step(t.name, func(in two) some { return mix(in.X, in.Y) })
	if t.optional {
		mixes = step(t.name, func(in maybe) some { return mix(in.X, in.Y) })
	}
	return dataflow.Map(mixes, dataflow.In{"X": t.x, "Y": t.y}, dataflow.Out{"Z": t.z, "W": t.w})
}

// reference is what a flow does, in the plainest terms: maps, and one thing after the other.
type reference struct {
	vis     dataflow.Visibility
	skip    bool
	initial dataflow.Values
}

var errModel = errors.New("model")

// run returns what is visible after the nodes, what they produced of it, and whether one of them ran.
func (m reference) run(nodes []*tree, visible dataflow.Values) (after, made dataflow.Values, ran bool, err error) {
	after, made = maps.Clone(visible), dataflow.Values{}
	for _, n := range nodes {
		gave, did, err := m.node(n, after)
		if err != nil {
			return nil, nil, ran, err
		}
		if !did {
			continue
		}
		ran = true
		switch m.vis {
		case dataflow.VisibilityNone:
			after, made = dataflow.Values{}, dataflow.Values{}
		case dataflow.VisibilityInitial:
			after, made = maps.Clone(m.initial), dataflow.Values{}
		}
		maps.Copy(after, gave)
		maps.Copy(made, gave)
	}
	return after, made, ran, nil
}

func (m reference) node(n *tree, visible dataflow.Values) (gave dataflow.Values, ran bool, err error) {
	switch n.kind {
	case "seq":
		_, made, ran, err := m.run(n.children, visible)
		return made, ran, err
	case "par":
		return m.par(n, visible)
	case "flow":
		taken := dataflow.Values{}
		for _, name := range n.flow.Inputs() {
			if v, ok := visible[name]; ok {
				taken[name] = v
			}
		}
		after, _, _, err := reference{n.vis, m.skip, taken}.run(n.children, taken)
		return after, true, err
	}
	x, okX := visible[n.x]
	y, okY := visible[n.y]
	if n.optional && !okY {
		y, okY = 7, true
	}
	if !okX || !okY {
		if m.skip {
			return nil, false, nil
		}
		return nil, true, fmt.Errorf("%w: missing", errModel)
	}
	out := mix(x.(int), y.(int))
	gave = dataflow.Values{n.z: out.Z}
	if out.W != 0 {
		gave[n.w] = out.W
	}
	return gave, true, nil
}

func (m reference) par(n *tree, visible dataflow.Values) (gave dataflow.Values, ran bool, err error) {
	gave = dataflow.Values{}
	var failed error
	for _, child := range n.children {
		part, did, err := m.node(child, visible)
		if err != nil {
			return nil, true, err
		}
		ran = ran || did
		for name, v := range part {
			if old, ok := gave[name]; ok && old != v && failed == nil {
				failed = fmt.Errorf("%w: merge", errModel)
			}
			gave[name] = v
		}
	}
	return gave, ran, failed
}

func anyTree(t *rapid.T, depth int, names *int, skip bool) *tree {
	kinds := []string{"step", "step", "seq", "par", "flow"}
	if depth == 0 {
		kinds = kinds[:1]
	}
	n := &tree{kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	*names++
	n.name = fmt.Sprint(n.kind, *names)
	n.vis = dataflow.Visibility(rapid.IntRange(0, 2).Draw(t, "visibility"))
	if skip {
		n.missing = dataflow.Skip
	}
	if n.kind != "step" {
		for range rapid.IntRange(1, 3).Draw(t, "children") {
			n.children = append(n.children, anyTree(t, depth-1, names, skip))
		}
		return n
	}
	wire := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	n.x, n.y = wire.Draw(t, "x"), wire.Draw(t, "y")
	n.z = wire.Draw(t, "z")
	others := slices.DeleteFunc([]string{"a", "b", "c", "d"}, func(s string) bool { return s == n.z })
	n.w = rapid.SampledFrom(others).Draw(t, "w")
	n.optional = rapid.Bool().Draw(t, "optional")
	return n
}

// TestRandomGraphsDoWhatAPlainReferenceDoes compares flows with a sequential interpreter that shares no code with them.
// A graph that New refuses must be one in which the reference misses an input, whatever its inputs are.
func TestRandomGraphsDoWhatAPlainReferenceDoes(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		names := 0
		var nodes []*tree
		var parts []dataflow.Part
		m := reference{
			vis: dataflow.Visibility(rapid.IntRange(0, 2).Draw(t, "visibility")), skip: rapid.Bool().Draw(t, "skip"),
		}
		for range rapid.IntRange(1, 4).Draw(t, "nodes") {
			n := anyTree(t, 3, &names, m.skip)
			nodes, parts = append(nodes, n), append(parts, n.node())
			if !n.whole() {
				t.Skip("a flow in it is wrong by itself")
			}
		}
		parts = append(parts, m.vis)
		if m.skip {
			parts = append(parts, dataflow.OnMissing(dataflow.Skip))
		}
		m.initial = dataflow.Values{}
		for _, name := range []string{"a", "b", "c", "d"} {
			if rapid.IntRange(0, 3).Draw(t, name) > 0 {
				m.initial[name] = rapid.IntRange(0, 3).Draw(t, "value")
			}
		}
		want, _, _, wrong := m.run(nodes, m.initial)
		f, err := dataflow.New("random", parts...)
		if err != nil {
			seen["refused"]++
			require.ErrorIs(t, err, dataflow.ErrMissing)
			require.NotErrorIs(t, err, dataflow.ErrType)
			require.ErrorIs(t, wrong, errModel)
			require.False(t, m.skip)
			return
		}
		got, err := dataflow.Run[dataflow.Values](context.Background(), f, m.initial, dataflow.Local())
		if wrong != nil {
			seen["failed"]++
			require.ErrorIs(t, err, dataflow.ErrRun)
			require.True(t, errors.Is(err, dataflow.ErrMissing) || errors.Is(err, dataflow.ErrMerge), err)
			return
		}
		seen["ran"]++
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	t.Log(seen)
	if seen["refused"]+seen["failed"]+seen["ran"] < 1000 {
		return // by chance one of them may not have been among so few
	}
	for _, how := range []string{"refused", "failed", "ran"} {
		require.NotZero(t, seen[how], how)
	}
}
