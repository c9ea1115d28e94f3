package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

var double = step("double", func(in a) a { return a{2 * in.A} })

func ExampleRepeat() {
	f := dataflow.Must(dataflow.New("power", dataflow.Repeat(double,
		dataflow.FeedBack(), dataflow.Until(func(r a) bool { return r.A > 1000 }), dataflow.Max(20))))
	out, err := dataflow.Run[a](ctx, f, a{1}, dataflow.Local())
	fmt.Println(out.A, err)
	// Output: 1024 <nil>
}

func TestALoopEndsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		how  []dataflow.Loop
		want int
	}{
		"rounds":            {[]dataflow.Loop{dataflow.Max(3), dataflow.FeedBack()}, 8},
		"rounds, from anew": {[]dataflow.Loop{dataflow.Max(3)}, 2},
		"a result": {
			[]dataflow.Loop{dataflow.Until(func(r a) bool { return r.A >= 100 }), dataflow.FeedBack()}, 128,
		},
		"at once": {[]dataflow.Loop{dataflow.Until(func(a) bool { return true }), dataflow.Max(1)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, a{1}, dataflow.Repeat(double, c.how...))
			require.NoError(t, err)
			require.Equal(t, values{"A": c.want}, got)
		})
	}
	_, err := run(t, a{1}, dataflow.Repeat(double, dataflow.Max(3), dataflow.Until(func(a) bool { return false })))
	require.EqualError(t, err, "flow/double: repeat: not done after 3 rounds: "+orchestrate.ErrNotReady.Error())
	require.ErrorIs(t, err, dataflow.ErrRepeat)
	require.ErrorIs(t, err, orchestrate.ErrNotReady)
}

func TestALoopOfAFlowWaitsBetweenItsRounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		inner := build(t,
			step("one", func(in ab) ab { return ab{in.A + in.B, in.B} }), step("two", func(in ab) a { return a{in.A} }))
		got, err := run(t, ab{0, 5}, dataflow.Map(
			dataflow.Repeat(inner.As("inner"), dataflow.Max(4), dataflow.Every(time.Hour), dataflow.FeedBack()),
			dataflow.Out{"A": "sum"}))
		require.NoError(t, err)
		require.Equal(t, values{"sum": 20}, got)
		require.Equal(t, 3*time.Hour, time.Since(start))
	})
}

func TestALoopOfASequenceRunsAllOfIt(t *testing.T) {
	t.Parallel()
	got, err := run(t, a{1}, dataflow.Repeat(dataflow.Seq(double, step("inc", func(in a) a { return a{in.A + 1} })),
		dataflow.Max(3), dataflow.FeedBack()))
	require.NoError(t, err)
	require.Equal(t, values{"A": 15}, got)
}

func TestALoopCanBeCancelledWhateverItDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	rounds := 0
	idle := func(actions.Yield, none) (none, error) { return none{}, nil }
	f := build(t, dataflow.Repeat(dataflow.Workflow("idle", idle), dataflow.Until(func(none) bool {
		if rounds++; rounds == 10 {
			cancel()
		}
		return false
	})))
	_, err := dataflow.Run[values](ctx, f, nil, dataflow.Local())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 10, rounds)
}

func TestALoopThatIsWrongSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		node dataflow.Part
		kind dataflow.Kind
		text string
	}{
		"endless": {
			dataflow.Repeat(double), dataflow.ErrSetting,
			"flow/double: bad setting: a Repeat without Until and Max does not end",
		},
		"no rounds": {
			dataflow.Repeat(double, dataflow.Max(0)), dataflow.ErrSetting,
			"flow/double: bad setting: Max must be at least 1, got 0",
		},
		"time": {
			dataflow.Repeat(double, dataflow.Every(-1)), dataflow.ErrSetting,
			"flow/double: bad setting: Every must not be negative, got -1ns",
		},
		"nil": {
			dataflow.Repeat(double, nil), dataflow.ErrSetting,
			"flow/double: bad setting: part 0 of Repeat is nil",
		},
		"nil Until": {
			dataflow.Repeat(double, dataflow.Until[a](nil)), dataflow.ErrSetting,
			"flow/double: bad setting: the function of Until is nil",
		},
		"nil node": {
			dataflow.Repeat(nil, dataflow.Max(1)), dataflow.ErrNotCallable,
			"flow: not callable: a node is nil",
		},
		"no result": {
			dataflow.Repeat(double, dataflow.Until(func(ab) bool { return true })), dataflow.ErrMissing,
			`flow/double: missing input: "B" is not visible here: "A" is; did you mean "A"?`,
		},
		"other type": {
			dataflow.Repeat(double, dataflow.Until(func(struct{ A string }) bool { return true })), dataflow.ErrType,
			`flow/double: wrong type: "A", from double, is of type int, and must be of type string`,
		},
		"plain": {
			dataflow.Repeat(double, dataflow.Until(func(int) bool { return true })), dataflow.ErrBadFunction,
			"flow/double: bad function: the input of Until is of type int," +
				" and must be a struct with exported fields: it has no names",
		},
		"no feed": {
			dataflow.Repeat(step("s", func(a) b { return b{} }), dataflow.Max(2), dataflow.FeedBack()), dataflow.ErrSetting,
			"flow/s: bad setting: FeedBack: nothing that a round gives is what the next takes",
		},
		"wrong feed": {
			dataflow.Repeat(step("s", func(a) (out struct{ A string }) { return out }), dataflow.Max(2), dataflow.FeedBack()),
			dataflow.ErrType,
			`flow/s: wrong type: "A", from s, is of type string, and must be of type int`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dataflow.New("flow", c.node)
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestAFailureEndsTheLoop(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	n := 0
	bad := dataflow.Step("bad", func(context.Context, none) (none, error) {
		if n++; n == 3 {
			return none{}, broken
		}
		return none{}, nil
	})
	_, err := run(t, nil, dataflow.Repeat(bad, dataflow.Max(10)))
	require.ErrorIs(t, err, broken)
	require.Equal(t, 3, n)
}
