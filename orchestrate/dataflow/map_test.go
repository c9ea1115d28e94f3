package dataflow_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

func TestNamesAreChangedAllAtOnce(t *testing.T) {
	t.Parallel()
	sub := step("sub", func(in ab) ab { return ab{in.A - in.B, in.B - in.A} })
	got, err := run(t, ab{1, 5}, dataflow.Map(sub, dataflow.In{"A": "B", "B": "A"}, dataflow.Out{"A": "B", "B": "A"}))
	require.NoError(t, err)
	require.Equal(t, values{"A": -4, "B": 4}, got)
	got, err = run(t, values{"x": 7}, dataflow.Map(sub, dataflow.In{"A": "x", "B": "x"}, dataflow.Out{"A": "y"}))
	require.NoError(t, err)
	require.Equal(t, values{"y": 0, "B": 0}, got, "one value may feed two inputs")
}

// TestRenamesCompose shows that a node renamed twice is the node renamed once by both.
func TestRenamesCompose(t *testing.T) {
	t.Parallel()
	names := []string{"A", "B", "C"}
	calc := step("calc", func(in abc) abc { return abc{in.A + 10*in.B, in.B + 10*in.C, in.C + 10*in.A} })
	rapid.Check(t, func(t *rapid.T) {
		perm := func(label string) map[string]string {
			to, m := rapid.Permutation(names).Draw(t, label), map[string]string{}
			for i, name := range names {
				if to[i] != name || rapid.Bool().Draw(t, "itself") {
					m[name] = to[i]
				}
			}
			return m
		}
		then := func(f, g map[string]string) map[string]string {
			both := map[string]string{}
			for _, name := range names {
				to := name
				for _, m := range []map[string]string{f, g} {
					if next, ok := m[to]; ok {
						to = next
					}
				}
				both[name] = to
			}
			return both
		}
		in1, in2, out1, out2 := perm("in"), perm("in again"), perm("out"), perm("out again")
		in := values{"A": 1, "B": 2, "C": 3}
		var results []values
		for _, node := range []dataflow.Part{
			dataflow.Map(dataflow.Map(calc, dataflow.In(in1), dataflow.Out(out1)), dataflow.In(in2), dataflow.Out(out2)),
			dataflow.Map(calc, dataflow.In(in1), dataflow.Out(out1), dataflow.In(in2), dataflow.Out(out2)),
			dataflow.Map(calc, dataflow.Out(then(out1, out2)), dataflow.In(then(in1, in2))),
			dataflow.Map(dataflow.Map(dataflow.Seq(calc), dataflow.Out(out1), dataflow.In(in1)),
				dataflow.Out(out2), dataflow.In(in2)),
		} {
			f, err := dataflow.New("flow", node)
			require.NoError(t, err)
			got, err := dataflow.Run[values](t.Context(), f, in, dataflow.Local())
			require.NoError(t, err)
			results = append(results, got)
		}
		for _, got := range results[1:] {
			require.Equal(t, results[0], got)
		}
	})
}

// TestMergingIsAssociative shows that it does not matter how the members of a group are grouped: the result is the
// same, or there is none for each.
func TestMergingIsAssociative(t *testing.T) {
	t.Parallel()
	type gave struct {
		A int `flow:",optional"`
		B int `flow:",optional"`
		C int `flow:",optional"`
	}
	merged := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		member := func(name string) dataflow.Part {
			n := rapid.IntRange(0, 2)
			out := gave{n.Draw(t, "a"), n.Draw(t, "b"), n.Draw(t, "c")}
			return step(name, func(none) gave { return out })
		}
		x, y, z := member("x"), member("y"), member("z")
		var over []dataflow.Part
		if rapid.Bool().Draw(t, "overwrite") {
			over = append(over, dataflow.Overwrite("A", "B"))
		}
		var results []values
		var wrong []bool
		for _, node := range []dataflow.Part{
			dataflow.Par(x, y, z), dataflow.Par(dataflow.Par(x, y), z), dataflow.Par(x, dataflow.Par(y, z)),
			dataflow.Par(dataflow.Seq(x), dataflow.Seq(dataflow.Par(y, z))),
			dataflow.Map(dataflow.Par(x, dataflow.Par(y, z))),
		} {
			f, err := dataflow.New("flow", append(over, node)...)
			require.NoError(t, err)
			got, err := dataflow.Run[values](t.Context(), f, nil, dataflow.Local())
			require.True(t, err == nil || errors.Is(err, dataflow.ErrMerge), err)
			results, wrong = append(results, got), append(wrong, err != nil)
		}
		merged[wrong[0]]++
		for i := range results {
			require.Equal(t, wrong[0], wrong[i])
			require.Equal(t, results[0], results[i])
		}
	})
	require.NotZero(t, merged[true])
	require.NotZero(t, merged[false])
}

func TestAResultIsGivenNames(t *testing.T) {
	t.Parallel()
	type pair struct{ Lo, Hi int }
	for name, c := range map[string]struct {
		node dataflow.Part
		want values
	}{
		"a number":         {dataflow.Map(gives("s", 5), dataflow.As("sum")), values{"sum": 5}},
		"a list":           {dataflow.Map(gives("s", []int{5}), dataflow.As("all")), values{"all": []int{5}}},
		"a struct":         {dataflow.Map(gives("s", pair{1, 2}), dataflow.As("pair")), values{"pair": pair{1, 2}}},
		"an array, spread": {dataflow.Map(gives("s", [2]int{1, 2}), dataflow.As("lo", "hi")), values{"lo": 1, "hi": 2}},
		"a list, spread":   {dataflow.Map(gives("s", []int{1, 2}), dataflow.As("lo", "hi")), values{"lo": 1, "hi": 2}},
		"a struct, spread": {dataflow.Map(gives("s", pair{1, 2}), dataflow.As("lo", "hi")), values{"lo": 1, "hi": 2}},
		"nil":              {dataflow.Map(gives("s", error(nil)), dataflow.As("err")), values{"err": nil}},
		"and others": {
			dataflow.Map(gives("s", [2]int{1, 2}), dataflow.As("lo", "hi"), dataflow.Out{"lo": "hi", "hi": "lo"}),
			values{"lo": 2, "hi": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, nil, c.node)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	_, err := run(t, nil, dataflow.Map(gives("s", []int{1}), dataflow.As("lo", "hi")))
	require.EqualError(t, err, "flow/s: map: the result has 1 elements, and there are 2 names for them")
	require.ErrorIs(t, err, dataflow.ErrRun)
}

func TestAMappingThatIsWrongSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		node dataflow.Part
		kind dataflow.Kind
		text string
	}{
		"no such input": {
			dataflow.Map(wants[ab]("s"), dataflow.In{"X": "y"}), dataflow.ErrMap,
			`flow/s: map: there is no input "X": "A", "B" are`,
		},
		"no such output": {
			dataflow.Map(gives("s", a{}), dataflow.Out{"X": "y"}), dataflow.ErrMap,
			`flow/s: map: there is no output "X": "A" is`,
		},
		"no input": {
			dataflow.Map(wants[none]("s"), dataflow.In{"X": "y"}), dataflow.ErrMap,
			`flow/s: map: there is no input "X": nothing is`,
		},
		"an empty name": {
			dataflow.Map(wants[a]("s"), dataflow.In{"A": ""}), dataflow.ErrMap, `flow/s: map: input "A": the name is empty`,
		},
		"two of one name": {
			dataflow.Map(gives("s", ab{}), dataflow.Out{"A": "B"}), dataflow.ErrDuplicate,
			`flow/s: duplicate: two results are named "B"`,
		},
		"too many names": {
			dataflow.Map(gives("s", [3]int{}), dataflow.As("x", "y")), dataflow.ErrMap,
			`flow/s: map: a [3]int cannot be spread over 2 names`,
		},
		"not a function": {
			dataflow.Map(dataflow.Seq(gives("s", ab{})), dataflow.As("x")), dataflow.ErrMap,
			`flow: map: As names the result of a function, and this node is none`,
		},
		"an unreadable name": {
			dataflow.Map(gives("s", 1), dataflow.As("\x00")), dataflow.ErrMap,
			`flow/s: map: the name "\x00" is not printable`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dataflow.New("flow", c.node)
			require.ErrorIs(t, err, c.kind)
			require.EqualError(t, err, c.text)
		})
	}
}

func TestAGroupWithOtherNamesIsAFlowOfItsOwn(t *testing.T) {
	t.Parallel()
	node := dataflow.Map(
		dataflow.Par(step("one", func(in a) b { return b{in.A} }), step("two", func(in a) c { return c{in.A + 1} })),
		dataflow.In{"A": "x"}, dataflow.Out{"B": "y", "C": "z"})
	got, err := run(t, values{"x": 1}, node)
	require.NoError(t, err)
	require.Equal(t, values{"y": 1, "z": 2}, got)
	_, err = dataflow.New("flow", gives("first", a{}), node)
	require.EqualError(t, err, `flow/one: missing input: "x" is not visible here: "A" is; did you mean "A"?`)
}
