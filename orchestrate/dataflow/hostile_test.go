package dataflow_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

func TestNestingWithoutEndIsRefused(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(p dataflow.Part, i int) dataflow.Part{
		"Seq":    func(p dataflow.Part, _ int) dataflow.Part { return dataflow.Seq(p) },
		"Par":    func(p dataflow.Part, _ int) dataflow.Part { return dataflow.Par(p) },
		"both":   func(p dataflow.Part, _ int) dataflow.Part { return dataflow.Par(dataflow.Seq(p)) },
		"Map":    func(p dataflow.Part, _ int) dataflow.Part { return dataflow.Map(p) },
		"Repeat": func(p dataflow.Part, _ int) dataflow.Part { return dataflow.Repeat(p, dataflow.Max(1)) },
		"Dispatch": func(p dataflow.Part, i int) dataflow.Part {
			return dataflow.Dispatch(fmt.Sprint("d", i), dataflow.By(byA), dataflow.Case(1, p))
		},
		"Fixed": func(p dataflow.Part, i int) dataflow.Part {
			return dataflow.Seq(dataflow.Dispatch(fmt.Sprint("d", i), dataflow.Fixed(1), dataflow.Case(1, p)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node := wants[none]("s")
			for i := range 100_000 {
				node = wrap(node, i)
			}
			_, err := dataflow.New("flow", node)
			require.ErrorIs(t, err, dataflow.ErrTooDeep)
			require.Less(t, len(err.Error()), 20_000)
		})
	}
}

func TestWhatIsDeepAndAllowedRuns(t *testing.T) {
	t.Parallel()
	node := dataflow.Part(step("s", func(in a) b { return b{in.A} }))
	for range 498 {
		node = dataflow.Par(dataflow.Seq(node))
	}
	got, err := run(t, a{7}, node)
	require.NoError(t, err)
	require.Equal(t, values{"B": 7}, got)
}

func TestFlowsWithinFlowsWithoutEndAreRefused(t *testing.T) {
	t.Parallel()
	f := build(t, step("s", func(in a) a { return in }))
	for range 999 {
		f = build(t, f)
	}
	out, err := dataflow.Run[a](t.Context(), f, a{7}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, a{7}, out)
	_, err = dataflow.New("flow", dataflow.Repeat(dataflow.Map(f), dataflow.Max(1)))
	require.ErrorIs(t, err, dataflow.ErrTooDeep)
}

func TestTheErrorsOfAHugeDefinitionAreBounded(t *testing.T) {
	t.Parallel()
	type big struct{ Nonsense int }
	parts := []dataflow.Part{}
	for i := range 20_000 {
		parts = append(parts, dataflow.Map(wants[a](fmt.Sprint("s", i)), dataflow.In{"A": fmt.Sprint("x", i)}))
		parts = append(parts, wants[big]("same"))
	}
	parts = append(parts, dataflow.Takes[ab]())
	_, err := dataflow.New("flow", parts...)
	require.ErrorIs(t, err, dataflow.ErrMissing)
	require.ErrorContains(t, err, " more errors")
	require.Less(t, len(err.Error()), 40_000)

	_, err = dataflow.New(strings.Repeat("flow", 1<<20), wants[a](strings.Repeat("s", 1<<20)))
	require.ErrorIs(t, err, dataflow.ErrBadFunction)
	require.Less(t, len(err.Error()), 1000)
	_, err = dataflow.New("flow", dataflow.Map(wants[a]("s"), dataflow.In{strings.Repeat("A", 1<<20): "b"}))
	require.ErrorIs(t, err, dataflow.ErrMap)
	require.Less(t, len(err.Error()), 1000)
}

// TestBuildingIsLinear counts bytes and allocations, which do not depend on the machine.
func TestBuildingIsLinear(t *testing.T) { //nolint:paralleltest // others allocate too
	cost := func(parts []dataflow.Part) (bytes, count uint64, err error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = dataflow.New("flow", parts...)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, err
	}
	for name, flow := range shapes {
		bytes, count, err := cost(flow(1000))
		require.NoError(t, err)
		moreBytes, more, err := cost(flow(10_000))
		require.NoError(t, err)
		require.Less(t, moreBytes, 15*bytes, name)
		require.Less(t, more, 13*count, name)
	}
	wrong := func(n int) []dataflow.Part {
		return append(fanOf(n, func(i int) dataflow.Mapping { return dataflow.In{"A": fmt.Sprint("nobody", i)} }),
			dataflow.VisibilityAll, dataflow.Takes[ab]())
	}
	bytes, _, err := cost(wrong(1000))
	require.ErrorIs(t, err, dataflow.ErrMissing)
	moreBytes, _, err := cost(wrong(10_000))
	require.ErrorIs(t, err, dataflow.ErrMissing)
	require.Less(t, moreBytes, 15*bytes, "every step is wrong")
}

// shapes are flows of n steps each.
var shapes = map[string]func(n int) []dataflow.Part{
	"a chain":               func(n int) []dataflow.Part { return chain(n, dataflow.VisibilityNone) },
	"a chain that sees all": func(n int) []dataflow.Part { return chain(n, dataflow.VisibilityAll) },
	"a chain that may be skipped": func(n int) []dataflow.Part {
		return chain(n, dataflow.VisibilityNone, dataflow.OnMissing(dataflow.Skip))
	},
	"a group": func(n int) []dataflow.Part { return []dataflow.Part{dataflow.Par(fan(n)...)} },
	"a group of sequences": func(n int) []dataflow.Part {
		var all []dataflow.Part
		for i, s := range fan(n / 2) {
			then := dataflow.Map(wants[a](fmt.Sprint("t", i)), dataflow.In{"A": fmt.Sprint("x", i)})
			all = append(all, dataflow.Seq(s, then))
		}
		return []dataflow.Part{dataflow.VisibilityAll, dataflow.Par(all...)}
	},
}

// chain is n steps of which each takes what the one before it gives.
func chain(n int, settings ...dataflow.Part) []dataflow.Part {
	parts := settings
	for i := range n {
		parts = append(parts, dataflow.Map(step(fmt.Sprint("s", i), func(in a) a { return a{in.A + 1} }),
			dataflow.In{"A": fmt.Sprint("x", i)}, dataflow.Out{"A": fmt.Sprint("x", i+1)}))
	}
	return parts
}

// fan is n steps that all take one thing, and give one each.
func fan(n int) []dataflow.Part {
	return fanOf(n, func(int) dataflow.Mapping { return dataflow.In{} })
}

// fanOf is n steps that give one thing each, and take what in says.
func fanOf(n int, in func(i int) dataflow.Mapping) []dataflow.Part {
	var parts []dataflow.Part
	for i := range n {
		parts = append(parts, dataflow.Map(step(fmt.Sprint("s", i), func(in a) a { return a{in.A + 1} }),
			in(i), dataflow.Out{"A": fmt.Sprint("x", i)}))
	}
	return parts
}

func TestAnInputThatIsANilPointerIsCalledThat(t *testing.T) {
	t.Parallel()
	_, err := run(t, (*a)(nil), wants[a]("one"))
	require.ErrorIs(t, err, dataflow.ErrBadFunction)
	require.ErrorIs(t, err, dataflow.ErrRun)
	require.EqualError(t, err, "flow: bad function: the input is a nil *dataflow_test.a")
	_, err = orchestrate.Run(t.Context(), func(y actions.Yield) (none, error) {
		return dataflow.Typed[*a, none](build(t, wants[a]("one")))(y, nil)
	}, dataflow.Local())
	require.ErrorContains(t, err, "the input is a nil *dataflow_test.a")
	_, err = run(t, &a{1}, wants[a]("one"))
	require.NoError(t, err)
}
