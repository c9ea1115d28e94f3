package dataflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

func TestADefinitionThatIsWrongSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	type unknownOption struct {
		A int `flow:"a,require"`
	}
	type badDefault struct {
		A int `flow:",default=ten"`
	}
	type twice struct {
		A int
		B int `flow:"A"`
	}
	var nilStep *dataflow.Func[a, b]
	var nilFlow *dataflow.Flow
	for name, c := range map[string]struct {
		parts []dataflow.Part
		kind  dataflow.Kind
		text  string
	}{
		"no steps":       {nil, dataflow.ErrEmpty, "flow: empty: the flow has no steps"},
		"empty sequence": {[]dataflow.Part{dataflow.Seq()}, dataflow.ErrEmpty, "flow: empty: a sequence has no steps"},
		"empty group":    {[]dataflow.Part{dataflow.Par()}, dataflow.ErrEmpty, "flow: empty: a group has no members"},
		"empty in both": {
			[]dataflow.Part{dataflow.Par(dataflow.Seq())},
			dataflow.ErrEmpty,
			"flow: empty: a sequence has no steps",
		},
		"only settings": {
			[]dataflow.Part{dataflow.VisibilityAll},
			dataflow.ErrEmpty,
			"flow: empty: the flow has no steps",
		},
		"nil": {
			[]dataflow.Part{nil},
			dataflow.ErrNotCallable,
			"flow: not callable: part 0 of the flow is nil",
		},
		"nil in a group": {
			[]dataflow.Part{dataflow.Par(nil)},
			dataflow.ErrNotCallable,
			"flow: not callable: part 0 of Par is nil",
		},
		"nil step": {[]dataflow.Part{nilStep}, dataflow.ErrNotCallable, "flow: not callable: a node is nil"},
		"nil flow": {[]dataflow.Part{nilFlow}, dataflow.ErrNotCallable, "flow: not callable: a node is nil"},
		"nil in Map": {
			[]dataflow.Part{dataflow.Map(nil)},
			dataflow.ErrNotCallable,
			"flow: not callable: a node is nil",
		},
		"nil mapping": {
			[]dataflow.Part{dataflow.Map(wants[a]("s"), nil)},
			dataflow.ErrNotCallable,
			"flow: not callable: mapping 0 of Map is nil",
		},
		"setting in Map": {
			[]dataflow.Part{dataflow.Map(dataflow.Limit(1))},
			dataflow.ErrSetting,
			"flow: bad setting: dataflow.limit is a setting, and no node",
		},
		"nil function": {
			[]dataflow.Part{dataflow.Step[a, b]("s", nil)},
			dataflow.ErrNotCallable,
			"flow/s: not callable: the function is nil",
		},
		"nil workflow": {
			[]dataflow.Part{dataflow.Workflow[a, b]("s", nil)},
			dataflow.ErrNotCallable,
			"flow/s: not callable: the function is nil",
		},
		"plain input": {
			[]dataflow.Part{wants[int]("s")},
			dataflow.ErrBadFunction,
			"flow/s: bad function: the input is of type int, and must be a struct with exported fields",
		},
		"opaque input": {
			[]dataflow.Part{wants[time.Time]("s")},
			dataflow.ErrBadFunction,
			"flow/s: bad function: the input is of type time.Time, and must be a struct with exported fields",
		},
		"plain output": {
			[]dataflow.Part{gives("s", 1)},
			dataflow.ErrBadFunction,
			"flow/s: bad function: the output is of type int, which has no name: give it one by Map and As",
		},
		"unknown option": {
			[]dataflow.Part{wants[unknownOption]("s")},
			dataflow.ErrBadFunction,
			`flow/s: bad function: the input dataflow_test.unknownOption: field A: ` +
				`the tag says "require", and may say optional or default=`,
		},
		"bad default": {
			[]dataflow.Part{wants[badDefault]("s")},
			dataflow.ErrBadFunction,
			`flow/s: bad function: the input dataflow_test.badDefault: field A: the default "ten": invalid syntax`,
		},
		"a name twice": {
			[]dataflow.Part{wants[twice]("s")},
			dataflow.ErrBadFunction,
			`flow/s: bad function: the input dataflow_test.twice: fields A and B are both named "A"`,
		},
		"duplicate step": {
			[]dataflow.Part{wants[a]("s"), dataflow.Par(wants[none]("s"))},
			dataflow.ErrDuplicate,
			"flow/s: duplicate: two steps of the flow have this name: give one another by As",
		},
		"unnamed step": {[]dataflow.Part{wants[a]("")}, dataflow.ErrEmpty, "flow: empty: the name of a step is empty"},
		"unreadable name": {
			[]dataflow.Part{wants[a]("s\n")},
			dataflow.ErrBadFunction,
			"flow/s\n: bad function: the name \"s\\n\" is not printable",
		},
		"missing input": {
			[]dataflow.Part{gives("one", ab{}), wants[struct{ Aa int }]("two")},
			dataflow.ErrMissing,
			`flow/two: missing input: "Aa" is not visible here: "A", "B" are; did you mean "A"?`,
		},
		"nothing visible": {
			[]dataflow.Part{gives("one", none{}), wants[a]("two")},
			dataflow.ErrMissing,
			`flow/two: missing input: "A" is not visible here: nothing is`,
		},
		"not taken": {
			[]dataflow.Part{dataflow.Takes[b](), wants[a]("s")},
			dataflow.ErrMissing,
			`flow/s: missing input: "A" is not visible here: "B" is; did you mean "B"?`,
		},
		"missing deep": {
			[]dataflow.Part{dataflow.Takes[b](), dataflow.Par(dataflow.Seq(wants[b]("s"), dataflow.Par(wants[a]("deep"))))},
			dataflow.ErrMissing,
			`flow/deep: missing input: "A" is not visible here: nothing is`,
		},
		"wrong type": {
			[]dataflow.Part{gives("one", struct{ A string }{}), wants[a]("two")},
			dataflow.ErrType,
			`flow/two: wrong type: "A", from one, is of type string, and must be of type int`,
		},
		"two types": {
			[]dataflow.Part{dataflow.Par(wants[a]("one"), wants[struct{ A string }]("two"))},
			dataflow.ErrType,
			`flow/two: wrong type: "A", from one, is of type int, and must be of type string`,
		},
		"bad limit": {
			[]dataflow.Part{wants[a]("s"), dataflow.Limit(0)},
			dataflow.ErrSetting,
			"flow: bad setting: a Limit must be at least 1, got 0",
		},
		"bad visibility": {
			[]dataflow.Part{wants[a]("s"), dataflow.Visibility(9)},
			dataflow.ErrSetting,
			"flow: bad setting: there is no Visibility(9)",
		},
		"bad OnMissing": {
			[]dataflow.Part{wants[a]("s"), dataflow.OnMissing(9)},
			dataflow.ErrSetting,
			"flow: bad setting: OnMissing must be Fail or Skip, got 9",
		},
		"misplaced": {
			[]dataflow.Part{dataflow.Par(wants[a]("s"), dataflow.VisibilityAll)},
			dataflow.ErrSetting,
			"flow: bad setting: dataflow.Visibility in Par is a setting of flows",
		},
		"plain Takes": {
			[]dataflow.Part{dataflow.Takes[int](), wants[none]("s")},
			dataflow.ErrBadFunction,
			"flow: bad function: Takes: int has no names: it must be a struct",
		},
		"bad Takes": {
			[]dataflow.Part{dataflow.Takes[twice](), wants[none]("s")},
			dataflow.ErrBadFunction,
			`flow: bad function: Takes: dataflow_test.twice: fields A and B are both named "A"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := dataflow.New("flow", c.parts...)
			require.Nil(t, f)
			require.ErrorIs(t, err, c.kind)
			require.ErrorIs(t, err, dataflow.ErrDefinition)
			require.NotErrorIs(t, err, dataflow.ErrRun)
			require.Equal(t, c.text, strings.Split(err.Error(), "\nflow")[0])
		})
	}
}

func TestAFlowNeedsAGoodName(t *testing.T) {
	t.Parallel()
	_, err := dataflow.New("", wants[a]("s"))
	require.ErrorIs(t, err, dataflow.ErrEmpty)
	for _, name := range []string{strings.Repeat("x", 201), "a\x00", "a\xff"} {
		_, err = dataflow.New(name, wants[a]("s"))
		require.ErrorIs(t, err, dataflow.ErrBadFunction)
		_, err = dataflow.New("flow", wants[a](name))
		require.ErrorIs(t, err, dataflow.ErrBadFunction)
	}
}

func TestAllErrorsOfADefinitionAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := dataflow.New("flow",
		dataflow.Step[a, b]("one", nil),
		gives("two", 5),
		dataflow.Par(wants[struct{ Q int }]("three"), dataflow.Seq()),
		dataflow.Limit(-1),
	)
	for _, kind := range []dataflow.Kind{
		dataflow.ErrNotCallable, dataflow.ErrBadFunction, dataflow.ErrMissing, dataflow.ErrEmpty, dataflow.ErrSetting,
	} {
		require.ErrorIs(t, err, kind)
	}
	var many interface{ Unwrap() []error }
	require.ErrorAs(t, err, &many)
	require.Len(t, many.Unwrap(), 5)
	var lacks *dataflow.MissingError
	require.ErrorAs(t, err, &lacks)
	require.Equal(t, "Q", lacks.Input)
}

func TestMustPanicsWithTheError(t *testing.T) {
	t.Parallel()
	defer func() {
		err, ok := recover().(error)
		require.True(t, ok)
		require.ErrorIs(t, err, dataflow.ErrEmpty)
	}()
	dataflow.Must(dataflow.New("flow"))
}

func TestTheInputsOfAFlowAreWhatItsStepsTakeFromOutside(t *testing.T) {
	t.Parallel()
	type optional struct {
		B int `flow:",optional"`
	}
	f := build(t, wants[a]("one"), dataflow.VisibilityAll, dataflow.Par(wants[optional]("two"), gives("three", c{})))
	require.Equal(t, []string{"A", "B"}, f.Inputs())
	require.Equal(t, []string{"A", "B", "C"}, f.Outputs())
	require.Equal(t, "flow", f.Name())

	_, err := dataflow.Run[values](t.Context(), f, values{"B": 1}, dataflow.Local())
	require.EqualError(t, err, `flow: missing input: "A" is not visible here: "B" is; did you mean "B"?`)
	require.ErrorIs(t, err, dataflow.ErrRun)
	_, err = dataflow.Run[values](t.Context(), f, b{}, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrMissing)
	_, err = dataflow.Run[values](t.Context(), f, values{"A": "text"}, dataflow.Local())
	require.EqualError(t, err, `flow: wrong type: "A" is of type string, and must be of type int`)
	_, err = dataflow.Run[values](t.Context(), f, struct{ A string }{}, dataflow.Local())
	require.EqualError(t, err, `flow: wrong type: "A" is of type string, and must be of type int`)
	_, err = dataflow.Run[values](t.Context(), f, 5, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrBadFunction)
	var nobody *a
	_, err = dataflow.Run[values](t.Context(), f, nobody, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrBadFunction)

	got, err := dataflow.Run[values](t.Context(), f, &a{3}, dataflow.Local())
	require.NoError(t, err)
	require.Equal(t, values{"A": 3, "C": 0}, got)
	_, err = dataflow.Run[values](t.Context(), nil, nil, dataflow.Local())
	require.ErrorIs(t, err, dataflow.ErrNotCallable)
}

func TestStepsAndInputsOfEveryKindOfField(t *testing.T) {
	t.Parallel()
	type embedded struct{ Common int }
	type in struct {
		embedded
		Other   int           `flow:"renamed"`
		Text    string        `flow:",default=a, b"`
		Wait    time.Duration `flow:"wait,default=90s"`
		Share   float32       `flow:",default=0.5"`
		On      bool          `flow:",default=true"`
		Small   uint8         `flow:",optional,default=0x10"`
		Big     int64         `flow:",default=-7"`
		When    time.Time     `flow:",default=2026-01-02T03:04:05Z"`
		Any     any
		Nothing *int
		Left    chan int `flow:"-"`
		hidden  int
	}
	var got in
	take := step("take", func(i in) none { got = i; return none{} })
	_, err := run(t, values{"Common": 1, "renamed": 2, "Any": nil, "Nothing": (*int)(nil), "Left": 5, "hidden": 4}, take)
	require.NoError(t, err)
	require.Equal(t, in{
		embedded: embedded{1}, Other: 2, Text: "a, b", Wait: 90 * time.Second, Share: 0.5, On: true, Small: 16, Big: -7,
		When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}, got)
	require.Zero(t, got.hidden)
	_, err = run(t, values{"Common": 1, "renamed": 2, "Any": 5, "Nothing": new(int), "Text": "", "On": false}, take)
	require.NoError(t, err)
	require.Equal(t, 5, got.Any)
	require.Empty(t, got.Text, "it was given")
	require.False(t, got.On)
}

func TestTheDefaultsOfAFlowHoldWhereNobodyGivesAValue(t *testing.T) {
	t.Parallel()
	type in struct {
		A int `flow:",default=4"`
		B int `flow:",optional"`
	}
	got, err := run(t, nil, dataflow.Takes[in](), step("sum", func(i ab) abc { return abc{i.A, i.B, i.A + i.B} }))
	require.NoError(t, err)
	require.Equal(t, values{"A": 4, "B": 0, "C": 4}, got)
}

func TestAnErrorOfAFunctionIsInTheErrorOfTheRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	bad := dataflow.Step("bad", func(context.Context, none) (none, error) { return none{}, broken })
	inner := build(t, dataflow.Par(bad))
	_, err := run(t, nil, dataflow.Seq(inner.As("inner")))
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, dataflow.ErrStep)
	require.ErrorIs(t, err, dataflow.ErrRun)
	require.NotErrorIs(t, err, dataflow.ErrDefinition)
	var where *dataflow.Error
	require.ErrorAs(t, err, &where)
	require.Equal(t, "flow/inner/bad", where.Path)
	require.EqualError(t, err, "flow/inner/bad: step 0.0.0.0.0.0.0: dataflow.Call: broken")

	_, err = run(t, nil, dataflow.Workflow("w", func(actions.Yield, none) (none, error) { return none{}, broken }))
	require.ErrorIs(t, err, broken)
	require.ErrorAs(t, err, &where)
	require.Equal(t, "flow/w", where.Path)
}
