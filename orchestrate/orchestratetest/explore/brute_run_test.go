package explore_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
)

func TestThereAreAsManySchedulesAsByBruteForce(t *testing.T) {
	t.Parallel()
	none, one, two := limits{}, limits{faults: 1, crashes: 1}, limits{faults: 2, crashes: 2}
	for _, c := range []struct {
		flow   sketch
		within limits

		schedules, classes int
	}{
		{of(seq, a(0), a(1), a(2)), one, 36, 36},
		{of(undos, a(0), a(1), a(2)), one, 50, 50},
		{of(undos, a(0), a(1)), two, 498, 498},
		{all(of(seq, a(0), a(3)), of(seq, a(1), a(4))), none, 6, 1},
		{all(of(seq, a(0), a(1)), of(seq, a(2), a(3))), one, 674, 470},
		{all(race(a(0), a(1)), a(4)), none, 8, 8},
		{all(of(seq, a(0), of(stop)), a(1)), none, 3, 3},
		{race(of(seq, a(0), a(1)), of(seq, a(2), a(3))), one, 498, 386},
		{either(of(seq, a(0), of(stop)), a(1), a(2)), one, 276, 252},
		{settle(a(0), a(1), a(2)), one, 396, 126},
		{race(of(undos, a(0), a(1)), of(seq, sleep(1), a(3))), one, 980, 980},
		{of(undos, a(0), a(1)), limits{cancels: 1}, 5, 5},
		{of(undos, a(0), a(1)), limits{cancels: 1, crashes: 1}, 34, 34},
		{race(of(await), sleep(1)), limits{faults: 1}, 6, 6},
		{of(seq, a(0), a(1)), limits{meanwhile: true, crashes: 1}, 22, 22},
		{race(a(0), of(seq, of(armor, a(1)), a(3)), of(seq, of(armor, a(2)), a(4))), none, 34, 21},
		{race(of(seq, sleep(2), a(0)), of(seq, sleep(1), a(1)), sleep(3)), none, 9, 9},
		{all(of(seq, sleep(2), a(0)), of(seq, sleep(1), sleep(2), a(1))), limits{crashes: 1}, 28, 20},
		{of(armor, a(0)), limits{crashes: 2, cancels: 1}, 26, 26},
	} {
		schedules, classes := compare(t, c.flow, c.within, 10_000)
		require.Equal(t, c.schedules, schedules, "%s", c.flow)
		require.Equal(t, c.classes, classes, "%s", c.flow)
	}
}

func TestRandomFlowsAreExploredAsByBruteForce(t *testing.T) {
	t.Parallel()
	flows, schedules, kinds := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		k := branch(t, 3)
		few := rapid.Just(0)
		if rapid.Bool().Draw(t, "departures") {
			few = rapid.SampledFrom([]int{0, 1, 1, 2})
		}
		n, classes := compare(t, k, limits{
			faults: few.Draw(t, "faults"), crashes: few.Draw(t, "crashes"), cancels: few.Draw(t, "cancels"),
			meanwhile: rapid.IntRange(0, 3).Draw(t, "meanwhile") == 0,
			workers:   rapid.IntRange(1, 2).Draw(t, "workers"),
		}, 1000)
		if n > 0 {
			flows++
			schedules += n
			kinds += classes
		}
	})
	t.Logf("%d flows, %d schedules of %d kinds", flows, schedules, kinds)
}

// branch draws a sketch that asks for something before it ends.
func branch(t *rapid.T, depth int) sketch {
	n := rapid.IntRange(1, 3).Draw(t, "parts")
	parts := make([]sketch, n)
	for i := range parts {
		parts[i] = part(t, depth, i == 0)
	}
	if rapid.IntRange(0, 2).Draw(t, "saga") == 0 {
		return of(undos, parts...)
	}
	return of(seq, parts...)
}

func part(t *rapid.T, depth int, first bool) sketch {
	number := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, bad, bad + 1})
	kinds := []kind{act, act, act, act, nap, await}
	if !first {
		kinds = append(kinds, stop)
	}
	if depth > 0 {
		kinds = append(kinds, group, group, group, armor, try, undos)
	}
	switch k := rapid.SampledFrom(kinds).Draw(t, "kind"); k {
	case act:
		return a(number.Draw(t, "n"))
	case nap:
		return sleep(rapid.IntRange(1, 2).Draw(t, "for"))
	case group:
		g := sketch{kind: group, mode: rapid.SampledFrom(modes).Draw(t, "mode")}
		for range rapid.IntRange(1, 3).Draw(t, "branches") {
			g.parts = append(g.parts, branch(t, depth-1))
		}
		return g
	case armor, try, undos, seq:
		return of(k, branch(t, depth-1))
	default:
		return of(k)
	}
}

var modes = []actions.Mode{actions.All, actions.Settle, actions.Any, actions.Race}
