package combinators_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func hostOf(a actions.Action) string {
	if t, ok := a.(task); ok {
		return t.Host
	}
	return ""
}

// callHost makes one call to a host.
func callHost(ctx context.Context, e executor.Executor, host string, how func() (any, error)) error {
	j := begin(ctx, e, task{Host: host})
	if !j.over() {
		j.ends(how)
	}
	return j.err
}

func keptKeys(c *combinators.Circuits) []string {
	return slices.Sorted(maps.Keys(maps.Collect(c.All())))
}

func TestEachKeyHasACircuitOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := combinators.CircuitConfig{Name: "web", Failures: 1, OpenFor: time.Minute}
		circuits := combinators.NewCircuits(hostOf, config)
		e := combinators.BreakerBy(circuits)(&desk{})
		require.ErrorIs(t, callHost(t.Context(), e, "a.example", badly), errDown)
		require.NoError(t, callHost(t.Context(), e, "b.example", well))
		require.EqualError(t, callHost(t.Context(), e, "a.example", well),
			`circuit "web/a.example" is open for another 1m0s`)
		require.Equal(t, combinators.Open, circuits.Get("a.example").State())
		require.Equal(t, combinators.Closed, circuits.Get("b.example").State())
		require.Equal(t, "BreakerBy(web)", fmt.Sprint(e))

		for range 10 {
			require.ErrorIs(t, callHost(t.Context(), e, "", badly), errDown, "no key, no circuit")
		}
		require.Equal(t, 2, circuits.Len())
		var names []string
		for key, c := range circuits.All() {
			names = append(names, key+": "+c.Name())
		}
		require.Equal(t, []string{"a.example: web/a.example", "b.example: web/b.example"}, names)
	})
}

func TestAKeyThatPanicsIsNoKey(t *testing.T) {
	t.Parallel()
	circuits := combinators.NewCircuits(func(actions.Action) string { panic("oops") }, combinators.CircuitConfig{})
	w := &witness{}
	e := combinators.Chain(combinators.Observed(w), combinators.BreakerBy(circuits))(serviceOf(says("42")))
	_, err := askQuote(t.Context(), e, getQuote{})
	require.NoError(t, err)
	require.Zero(t, circuits.Len())
	require.Len(t, w.events(), 1)
	require.Equal(t, "callback panicked", w.events()[0].Name())
}

func TestIdleCircuitsAreDroppedButNotOpenOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		circuits := combinators.NewCircuitsWith(hostOf, combinators.CircuitConfig{Failures: 1, OpenFor: 3 * time.Minute},
			combinators.Keep{Idle: time.Minute})
		e := combinators.BreakerBy(circuits)(&desk{})
		_ = callHost(t.Context(), e, "idle", well)
		_ = callHost(t.Context(), e, "used", well)
		_ = callHost(t.Context(), e, "open", badly)
		circuits.Get("isolated").Isolate()
		for range 4 {
			synctestSleep(20 * time.Second)
			_ = callHost(t.Context(), e, "used", well)
		}
		require.Equal(t, 4, circuits.Len(), "nothing goes until something comes")
		_ = callHost(t.Context(), e, "new", well)
		require.Equal(t, []string{"isolated", "new", "open", "used"}, keptKeys(circuits))
		synctestSleep(time.Minute)
		_ = callHost(t.Context(), e, "newer", well)
		require.Equal(t, []string{"isolated", "newer", "open"}, keptKeys(circuits))
		synctestSleep(time.Minute)
		_ = callHost(t.Context(), e, "newest", well)
		require.Equal(t, combinators.HalfOpen, circuits.Get("open").State(), "it is still the one that had opened")
	})
}

func TestNoMoreThanMaxCircuitsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		circuits := combinators.NewCircuitsWith(hostOf, combinators.CircuitConfig{Failures: 1, OpenFor: time.Minute},
			combinators.Keep{Max: 3})
		e := combinators.BreakerBy(circuits)(&desk{})
		_ = callHost(t.Context(), e, "open", badly)
		for n := range 20 {
			synctestSleep(time.Second)
			require.NoError(t, callHost(t.Context(), e, fmt.Sprint("closed ", n), well))
			require.LessOrEqual(t, circuits.Len(), 3)
			require.Contains(t, keptKeys(circuits), "open")
			require.Contains(t, keptKeys(circuits), fmt.Sprint("closed ", n))
		}
		require.Equal(t, []string{"closed 18", "closed 19", "open"}, keptKeys(circuits))

		for n := range 3 {
			_ = callHost(t.Context(), e, fmt.Sprint("open ", n), badly)
		}
		require.Equal(t, []string{"open", "open 0", "open 1"}, keptKeys(circuits))
		for range 5 {
			require.ErrorIs(t, callHost(t.Context(), e, "new", badly), errDown, "there is no room for its circuit")
		}
		synctestSleep(time.Minute)
		require.NoError(t, callHost(t.Context(), e, "new", well))
		require.Contains(t, keptKeys(circuits), "new", "a half-open one makes room")
		require.NoError(t, callHost(t.Context(), e, "newer", well))
		require.Equal(t, []string{"newer", "open 0", "open 1"}, keptKeys(circuits), "but after those that are closed")
	})
}

func TestTheConcurrentUseOfCircuits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		circuits := combinators.NewCircuitsWith(hostOf, combinators.CircuitConfig{Failures: 3, OpenFor: time.Second},
			combinators.Keep{Max: 20, Idle: 50 * time.Millisecond})
		e := combinators.BreakerBy(circuits)(&erratic{})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				storm(4, 50, e, func() actions.Action { return task{Host: strconv.Itoa(rand.IntN(60))} })
				require.LessOrEqual(t, circuits.Len(), 20)
			})
		}
		all.Wait()
	})
}

func TestCircuitsRefuseABadConfiguration(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "combinators.NewCircuits: the key is nil", func() {
		combinators.NewCircuits(nil, combinators.CircuitConfig{})
	})
	require.PanicsWithValue(t, "combinators.BreakerBy: the circuits are nil", func() { combinators.BreakerBy(nil) })
	for want, keep := range map[string]combinators.Keep{
		"combinators.Keep: Max must be at least 0, got -1":   {Max: -1},
		"combinators.Keep: Idle must be at least 0, got -1s": {Idle: -time.Second},
	} {
		require.PanicsWithValue(t, want, func() {
			combinators.NewCircuitsWith(hostOf, combinators.CircuitConfig{}, keep)
		})
	}
}
