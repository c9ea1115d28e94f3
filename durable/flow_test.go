package durable_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
)

func nothing(actions.Yield, int) (int, error) { return 0, nil }

func nothingPlain(context.Context, int) (int, error) { return 0, nil }

func TestAFlowHasANameAndAVersion(t *testing.T) {
	t.Parallel()
	f := durable.Define("pay back", nothing, durable.Version("2"))
	require.Equal(t, "pay back", f.Name())
	require.Equal(t, "2", f.Version())
	require.Equal(t, `flow "pay back"`, f.String())
	g := durable.Func("résumé", nothingPlain)
	require.Equal(t, "résumé", g.Name())
	require.Empty(t, g.Version())
	require.Len(t, durable.Flows(f, g), 2)
	var zero durable.Flow[int, int]
	require.Empty(t, zero.Name())
	require.Empty(t, zero.Version())
}

func TestAFlowThatCannotWorkPanicsWhereItIsDefined(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 201)
	same := func(e executor.Executor) executor.Executor { return e }
	for want, define := range map[string]func(){
		"durable.Define: not a name: the flow name is empty": func() { durable.Define("", nothing) },
		`durable.Define: not a name: the flow name "a\x00b" has characters that are not printable`: func() {
			durable.Define("a\x00b", nothing)
		},
		`durable.Func: not a name: the flow name "a\nb" has characters that are not printable`: func() {
			durable.Func("a\nb", nothingPlain)
		},
		`durable.Func: not a name: the flow name "\xff" has characters that are not printable`: func() {
			durable.Func("\xff", nothingPlain)
		},
		`durable.Define: not a name: the flow name "` + long[:60] + `"… is longer than 200 characters`: func() {
			durable.Define(long, nothing)
		},
		`durable.Define: flow "f": the function is nil`: func() { durable.Define[int, int]("f", nil) },
		`durable.Func: flow "f": the function is nil`:   func() { durable.Func[int, int]("f", nil) },
		`durable.Func: flow "f": an option is nil`:      func() { durable.Func("f", nothingPlain, nil) },
		"not a name: the version is empty":              func() { durable.Define("f", nothing, durable.Version("")) },
		"durable.Under: the combinator is nil": func() {
			durable.Func("f", nothingPlain, durable.Under(nil))
		},
		`durable.Define: flow "f": Under is for Func alone`: func() {
			durable.Define("f", nothing, durable.Under(same))
		},
	} {
		require.PanicsWithValue(t, want, define)
	}
}

func TestTheLongestNamesAreNames(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("é", 200)
	require.Equal(t, name, durable.Define(name, nothing).Name())
}

func TestTheZeroFlowStartsNothing(t *testing.T) {
	t.Parallel()
	var zero durable.Flow[int, int]
	_, err := zero.Start(t.Context(), newShop(), 1)
	require.EqualError(t, err, "start a run: the flow is the zero Flow: make one with Define or Func")
	_, err = zero.StartChild(nil, 1)
	require.EqualError(t, err, "the flow is the zero Flow: make one with Define or Func")
}

func TestContinuingAsNewIsAnErrorWithAText(t *testing.T) {
	t.Parallel()
	require.EqualError(t, durable.ContinueAsNew(7), "the run continues as new")
}

func ExampleDefine() {
	// The workflow decides; whatever it does, it does by yielding actions.
	approve := durable.Define("approve", func(y actions.Yield, amount int) (bool, error) {
		return amount < 100, nil
	}, durable.Version("2"))
	fmt.Println(approve.Name(), approve.Version())
	// Output: approve 2
}
