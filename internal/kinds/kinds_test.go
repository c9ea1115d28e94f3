package kinds_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/kinds"
)

func name(name string) *string { return &name }

func scope(name string) actions.Group { return actions.Group{Scope: name} }

func TestEachKindHasAValueOfItsOwn(t *testing.T) {
	t.Parallel()
	m := kinds.New(10, name)
	require.Equal(t, "actions.Sleep", *m.Of(actions.Sleep{For: 1}))
	require.Same(t, m.Of(actions.Sleep{For: 1}), m.Of(actions.Shielded{Action: actions.Sleep{For: 2}}))
	require.Equal(t, "all", *m.Of(actions.Group{}))
	require.Equal(t, "race", *m.Of(actions.Group{Mode: actions.Race}))
	require.Equal(t, "scope a", *m.Of(scope("a")))
	a := m.Of(scope("a"))
	require.Same(t, a, m.Of(scope("a")))
	require.Equal(t, "scope b", *m.Of(scope("b")))
	require.Equal(t, "nil", *m.Of(nil))
}

func TestKindsBeyondTheLimitShareOne(t *testing.T) {
	t.Parallel()
	m := kinds.New(2, name)
	for i := range 2 {
		require.NotEqual(t, kinds.Other, *m.Of(scope(strconv.Itoa(i))))
	}
	require.Equal(t, kinds.Other, *m.Of(scope("2")))
	require.Same(t, m.Of(scope("2")), m.Of(scope("3")))
	require.Equal(t, "scope 1", *m.Of(scope("1")), "what is known stays known")
}

func TestManyGoroutinesGetTheSameValue(t *testing.T) {
	t.Parallel()
	m := kinds.New(100, name)
	got := make([]*string, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = m.Of(actions.Now{}) })
	}
	wg.Wait()
	for _, v := range got {
		require.Same(t, got[0], v)
	}
}

func TestLookingUpATypeDoesNotAllocate(t *testing.T) {
	m := kinds.New(10, name)
	a := actions.Action(actions.Sleep{For: 1})
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Of(a) }))
}
