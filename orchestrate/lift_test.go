package orchestrate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// groupOf is the group that a flow yields.
func groupOf(t *testing.T, flow func(y actions.Yield) error) actions.Group {
	t.Helper()
	var g actions.Group
	_ = flow(func(a actions.Action) (any, error) {
		g = a.(actions.Group)
		return nil, errBoom
	})
	return g
}

// If this fails, a compiler no longer gives all flows of one action the same code, or gives it to others as well: see
// orchestrate/lift.go and docs/adr/0003-leaves.md. A miss changes no run, but plans and goldens lose their actions.
func TestActionsInAGroupStayPlainData(t *testing.T) {
	t.Parallel()
	type number int
	type pair struct{ A, B string }
	a, b := Get{Name: "a"}, Get{Name: "b"}
	leaves := func(as ...actions.Action) (want []actions.Branch) {
		for _, a := range as {
			want = append(want, actions.Branch{Leaf: a})
		}
		return want
	}
	for name, c := range map[string]struct {
		flow func(y actions.Yield) error
		want []actions.Branch
	}{
		"All of Each":  {yields(all(orchestrate.Each(a, b)...)), leaves(a, b)},
		"All of Lift":  {yields(all(orchestrate.Lift(a))), leaves(a)},
		"Settle":       {yields(settle(orchestrate.Lift(a))), leaves(a)},
		"Any":          {yields(either(orchestrate.Lift(a))), leaves(a)},
		"Race":         {yields(race(orchestrate.Lift(a))), leaves(a)},
		"Scope":        {yields(scoped("s", orchestrate.Lift(a))), leaves(a)},
		"WithTimeout":  {yields(within(time.Hour, orchestrate.Lift(a))), leaves(a, actions.Sleep{For: time.Hour})},
		"no result":    {yields(scoped("s", put("x"))), leaves(Put{Name: "x"})},
		"an interface": {liftAll(actions.Receive[any]{Name: "x"}), leaves(actions.Receive[any]{Name: "x"})},
		"a pointer":    {liftAll(actions.Receive[*int]{Name: "x"}), leaves(actions.Receive[*int]{Name: "x"})},
		"other pointer": {
			liftAll(actions.Receive[*string]{Name: "x"}), leaves(actions.Receive[*string]{Name: "x"}),
		},
		"a defined type": {liftAll(actions.Receive[number]{Name: "x"}), leaves(actions.Receive[number]{Name: "x"})},
		"a struct":       {liftAll(actions.Receive[pair]{Name: "x"}), leaves(actions.Receive[pair]{Name: "x"})},
		"a slice":        {liftAll(actions.Receive[[]pair]{Name: "x"}), leaves(actions.Receive[[]pair]{Name: "x"})},
		"a function":     {liftAll(actions.Receive[func()]{Name: "x"}), leaves(actions.Receive[func()]{Name: "x"})},
		"different actions of one result": {
			yields(all(orchestrate.Each([]actions.Of[int]{a, actions.Receive[int]{Name: "n"}}...)...)),
			leaves(a, actions.Receive[int]{Name: "n"}),
		},
		"Together": {func(y actions.Yield) error {
			return orchestrate.Together(y, orchestrate.Into(nil, a), orchestrate.IntoFlow(nil, orchestrate.Lift(b)))
		}, leaves(a, b)},
		"Select": {func(y actions.Yield) error {
			return orchestrate.Select(y, orchestrate.When(a, nil), orchestrate.WhenFlow(orchestrate.Lift(b), nil))
		}, leaves(a, b)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, groupOf(t, c.flow).Branches)
		})
	}
}

func liftAll[A actions.Of[R], R any](a A) func(actions.Yield) error {
	return yields(scoped("s", orchestrate.Lift(a)))
}

// yields drops the result of a flow.
func yields[T any](flow orchestrate.Orchestration[T]) func(actions.Yield) error {
	return func(y actions.Yield) error {
		_, err := flow(y)
		return err
	}
}

// A flow is a leaf only if it does nothing but yield one action. These look as if they did.
func TestAFlowOfOnesOwnIsNeverTakenForAnAction(t *testing.T) {
	t.Parallel()
	did := 0
	a := Get{Name: "a"}
	bound := func(y actions.Yield, a Get) (int, error) { did++; return orchestrate.Do(y, a) }
	one := func(yield func(actions.Action, *orchestrate.Reply) bool) { did++; yield(a, nil) }
	for name, flow := range map[string]orchestrate.Orchestration[int]{
		"a literal":         func(y actions.Yield) (int, error) { did++; return orchestrate.Do(y, a) },
		"a lift in another": func(y actions.Yield) (int, error) { did++; return orchestrate.Lift(a)(y) },
		"bound":             orchestrate.Bind(bound, a),
		"an iterator":       func(y actions.Yield) (int, error) { return 0, yields(orchestrate.FromSeq(one))(y) },
	} {
		branches := groupOf(t, yields(all(flow))).Branches
		require.Len(t, branches, 1, name)
		require.Nil(t, branches[0].Leaf, name)
		require.NotNil(t, branches[0].Flow, name)
	}
	require.Zero(t, did, "a flow was run to see what it is")
}

func TestEachOfNothingIsNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, orchestrate.Each[Get]())
}

func TestAPlanIsReadable(t *testing.T) {
	t.Parallel()
	g := groupOf(t, yields(within(time.Hour, get("a"))))
	require.Equal(t, "[orchestrate_test.Get{Name:a} actions.Sleep{For:1h0m0s}]", fmt.Sprint(g.Branches))
}
