package combinators_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

type (
	search struct {
		actions.Returns[int]
		Query query
		Where any
	}
	query struct {
		Limit [2]any
		Tags  []string
	}
	place struct{ At any }
	scale struct {
		actions.Returns[int]
		Factor float64
	}
)

func TestAnActionThatIsNotComparableIsRefusedByField(t *testing.T) {
	t.Parallel()
	a := search{}
	_, err := combinators.Coalesced()(answers()).Execute(t.Context(), a)
	require.EqualError(t, err, "combinators.Coalesced: combinators_test.search is not comparable, because its field "+
		"Query.Tags is a []string: give it a key", "although there is nothing in it")
	var k *combinators.KeyError
	require.ErrorAs(t, err, &k)
	require.Equal(t, a, k.Action)
	require.True(t, executor.NotDone(err))
	require.True(t, backoff.IsPermanent(err))
}

func TestAKeyThatIsNotComparableIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		key  any
		want string
	}{
		{"a slice", []int{1}, "the key of combinators_test.ask is a []int, which is not comparable"},
		{"a function", func() {}, "the key of combinators_test.ask is a func(), which is not comparable"},
		{"in an interface", place{place{map[int]int{}}}, "combinators_test.ask is not comparable, because its field " +
			"At.At is a map[int]int: give it a key"},
		{"in an array", query{Limit: [2]any{1, []int{1}}}, "combinators_test.ask is not comparable, because its field " +
			"Limit.1 is a []int: give it a key"},
		{"in an array of nothing", [0]func(){}, "the key of combinators_test.ask is a [0]func(), which is not comparable"},
		{"an array of them", [2][]int{}, "the key of combinators_test.ask is a [2][]int, which is not comparable"},
	} {
		e := combinators.CoalescedBy(func(actions.Action) any { return tt.key })(answers())
		_, err := e.Execute(t.Context(), ask{})
		require.EqualError(t, err, "combinators.CoalescedBy: "+tt.want, tt.name)
	}
	e := combinators.CoalescedBy(func(actions.Action) any { return place{place{7}} })(answers())
	_, err := e.Execute(t.Context(), ask{})
	require.NoError(t, err, "interfaces that hold what is comparable")
}

// within tells whether the action is carried out within a shared call, which has the caller's values and no deadline.
func within(t *testing.T, c combinators.Combinator, a actions.Action) bool {
	t.Helper()
	type key struct{}
	shared := false
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "the caller's"), time.Hour)
	defer cancel()
	_, err := c(executor.Func(func(inner context.Context, _ actions.Action) (any, error) {
		require.Equal(t, "the caller's", inner.Value(key{}))
		_, limited := inner.Deadline()
		shared = !limited
		return nil, nil
	})).Execute(ctx, a)
	require.NoError(t, err)
	return shared
}

func TestActionsThatAreAFactOfTheirOwnAreNotShared(t *testing.T) {
	t.Parallel()
	always := combinators.CoalescedBy(func(actions.Action) any { return "the same" })
	for _, a := range []actions.Action{
		actions.Sleep{For: 1},
		actions.Now{},
		actions.NewID{},
		actions.Random{},
		actions.Receive[int]{Name: "event"},
		actions.Progress{},
		actions.Log{},
		actions.Version{},
		nil,
	} {
		require.False(t, within(t, combinators.Coalesced(), a), "%T", a)
		require.False(t, within(t, always, a), "%T", a)
	}
	require.True(t, within(t, combinators.Coalesced(), ask{}))
}

func TestGroupsAreSharedOnlyIfAKeySaysSo(t *testing.T) {
	t.Parallel()
	g := actions.Group{Scope: "quotes", Branches: []actions.Branch{{Leaf: ask{}}}}
	require.False(t, within(t, combinators.Coalesced(), g))
	byName := combinators.CoalescedBy(func(a actions.Action) any { return actions.Name(a) })
	require.True(t, within(t, byName, g))
	none := combinators.CoalescedBy(func(actions.Action) any { return nil })
	require.False(t, within(t, none, g))
	require.False(t, within(t, none, ask{}))
}

func TestAKeyFunctionThatPanicsMakesNoKey(t *testing.T) {
	t.Parallel()
	l := &listener{}
	broken := combinators.CoalescedBy(func(actions.Action) any { panic("no key") })
	require.False(t, within(t, combinators.Chain(combinators.Observed(l), broken), ask{}))
	require.Equal(t, "callback panicked", l.lines[1])
}

func TestAKeyThatDoesNotEqualItselfIsNone(t *testing.T) {
	t.Parallel()
	require.False(t, within(t, combinators.Coalesced(), scale{Factor: math.NaN()}))
	require.True(t, within(t, combinators.Coalesced(), scale{Factor: 1}))
}

func TestOneKeyDoesNotBringDifferentTypesTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.CoalescedBy(func(actions.Action) any { return "the same" })(&lookup{})
		one, same, different := call(t, e, ask{N: 1}), call(t, e, ask{N: 2}), call(t, e, other{})
		require.Equal(t, 1, one.wait().result)
		require.Equal(t, 1, same.wait().result)
		require.Equal(t, 2, different.wait().result)
	})
}
