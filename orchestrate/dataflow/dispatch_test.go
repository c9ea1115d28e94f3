package dataflow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

func byA(in a) int { return in.A }

func ExampleDispatch() {
	f := dataflow.Must(dataflow.New("tax",
		dataflow.VisibilityAll,
		dataflow.Dispatch("by country", dataflow.By(func(in struct{ Country string }) string { return in.Country }),
			dataflow.Case("IE", step("vat", func(in struct{ Cents int }) taxed { return taxed{in.Cents * 23 / 100} })),
			dataflow.Otherwise[string](gives("export", taxed{0})),
		),
	))
	for _, country := range []string{"IE", "US"} {
		out, err := dataflow.Run[taxed](ctx, f, cart{1000, country}, dataflow.Local())
		fmt.Println(country, out.Tax, err)
	}
	// Output:
	// IE 230 <nil>
	// US 0 <nil>
}

func TestADispatchRunsTheNodeOfTheKey(t *testing.T) {
	t.Parallel()
	f := build(t, dataflow.Dispatch("which", dataflow.By(byA),
		dataflow.Case(1, step("one", func(in a) ab { return ab{in.A, 10} })),
		dataflow.Case(2, dataflow.Seq(
			step("two", func(in a) a { return a{in.A + 20} }), step("then", func(in a) a { return in }))),
		dataflow.Case(3, dataflow.Par(gives("x", a{30}), gives("y", c{31}))),
	))
	for n, want := range map[int]values{1: {"A": 1, "B": 10}, 2: {"A": 22}, 3: {"A": 30, "C": 31}} {
		got, err := dataflow.Run[values](t.Context(), f, a{n}, dataflow.Local())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := dataflow.Run[values](t.Context(), f, a{4}, dataflow.Local())
	require.EqualError(t, err, "flow/which: dispatch: there is no case for 4: there are [1 2 3]")
	require.ErrorIs(t, err, dataflow.ErrDispatch)
	require.ErrorIs(t, err, dataflow.ErrRun)
}

func TestWhatEveryCaseGivesIsCertain(t *testing.T) {
	t.Parallel()
	which := dataflow.Dispatch("which", dataflow.By(byA),
		dataflow.Case(1, gives("one", ab{})), dataflow.Otherwise[int](gives("other", a{})))
	build(t, which, wants[a]("two"))
	f := build(t, which, wants[b]("two"))
	_, err := dataflow.Run[values](t.Context(), f, a{1}, dataflow.Local())
	require.NoError(t, err)
	_, err = dataflow.Run[values](t.Context(), f, a{2}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrMissing)
	require.ErrorIs(t, err, dataflow.ErrRun)
	_, err = dataflow.New("flow", which, wants[c]("two"))
	require.ErrorIs(t, err, dataflow.ErrMissing)
}

func TestAFixedKeyChoosesWhenTheFlowIsBuilt(t *testing.T) {
	t.Parallel()
	cases := []dataflow.Choice[string]{
		dataflow.Case("csv", step("csv", func(in a) b { return b{in.A} })),
		dataflow.Case("sql", wants[c]("sql")),
	}
	f := build(t, dataflow.Dispatch("format", dataflow.Fixed("csv"), cases...))
	require.Equal(t, []string{"A"}, f.Inputs())
	_, err := dataflow.New("flow", dataflow.Dispatch("format", dataflow.Fixed("xml"), cases...))
	require.EqualError(t, err, `flow/format: dispatch: there is no case for "xml": there are ["csv" "sql"]`)
	require.ErrorIs(t, err, dataflow.ErrDefinition)
	cases = append(cases, dataflow.Otherwise[string](wants[d]("any")))
	f = build(t, dataflow.Dispatch("format", dataflow.Fixed("xml"), cases...))
	require.Equal(t, []string{"D"}, f.Inputs())
}

func TestADispatchThatIsWrongSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		node dataflow.Part
		kind dataflow.Kind
		text string
	}{
		"duplicate key": {
			dataflow.Dispatch("d", dataflow.By(byA), dataflow.Case(1, wants[a]("x")), dataflow.Case(1, wants[a]("y"))),
			dataflow.ErrDuplicate, "flow/d: duplicate: there are two cases for 1",
		},
		"two defaults": {
			dataflow.Dispatch("d", dataflow.By(byA),
				dataflow.Otherwise[int](wants[a]("x")), dataflow.Otherwise[int](wants[a]("y"))),
			dataflow.ErrDuplicate, "flow/d: duplicate: there are two Otherwise",
		},
		"no cases": {dataflow.Dispatch("d", dataflow.By(byA)), dataflow.ErrEmpty, "flow/d: empty: a dispatch has no cases"},
		"no key": {
			dataflow.Dispatch("d", dataflow.Key[int]{}, dataflow.Case(1, wants[a]("x"))),
			dataflow.ErrNotCallable, "flow/d: not callable: the key is neither By a function nor Fixed",
		},
		"nil function": {
			dataflow.Dispatch("d", dataflow.By[a, int](nil), dataflow.Case(1, wants[a]("x"))),
			dataflow.ErrNotCallable, "flow/d: not callable: the key is neither By a function nor Fixed",
		},
		"nil node": {
			dataflow.Dispatch("d", dataflow.By(byA), dataflow.Case(1, nil)),
			dataflow.ErrNotCallable, "flow: not callable: a node is nil",
		},
		"plain input": {
			dataflow.Dispatch("d", dataflow.By(func(n int) int { return n }), dataflow.Case(1, wants[a]("x"))),
			dataflow.ErrBadFunction,
			"flow/d: bad function: the input of By is of type int, and must be a struct with exported fields: " +
				"it has no names",
		},
		"a name twice": {
			dataflow.Dispatch("d", dataflow.By(byA), dataflow.Case(1, wants[a]("d"))),
			dataflow.ErrDuplicate, "flow/d: duplicate: two steps of the flow have this name: give one another by As",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dataflow.New("flow", c.node)
			require.ErrorIs(t, err, c.kind)
			require.EqualError(t, err, c.text)
		})
	}
	_, err := dataflow.New("flow", gives("first", b{}),
		dataflow.Dispatch("d", dataflow.By(byA), dataflow.Case(1, wants[b]("x"))))
	require.ErrorContains(t, err, `flow/d: missing input: "A" is not visible here`)
}

func TestADispatchWithoutItsKeyIsSkipped(t *testing.T) {
	t.Parallel()
	f := build(t, dataflow.OnMissing(dataflow.Skip),
		dataflow.Dispatch("d", dataflow.By(byA), dataflow.Case(1, gives("x", b{1}))))
	got, err := dataflow.Run[values](t.Context(), f, nil, dataflow.Local())
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = dataflow.Run[values](t.Context(), f, a{1}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"B": 1}, got)
}
