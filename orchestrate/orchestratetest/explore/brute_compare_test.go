package explore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// numberOf is the number of an action of a sketch.
func numberOf(a actions.Action) int {
	switch a := a.(type) {
	case do:
		return a.N
	case undo:
		return a.N
	default:
		return -1
	}
}

// conflict tells whether two actions are about the same of three things.
func conflict(m, n int) bool { return m%3 == n%3 }

// faultsOf lists the faults of an action, and of each whether it is done nonetheless.
func faultsOf(n int) []bool {
	return [][]bool{{false, true}, {false, true}, {true}, {false, false, true}, nil}[n%5]
}

func faults(a actions.Action) []explore.Fault {
	var all []explore.Fault
	for i, lost := range faultsOf(numberOf(a)) {
		err := fmt.Errorf("%w %d", explore.ErrFault, i)
		if !lost {
			err = fmt.Errorf("%w: %w", err, executor.ErrNotDone)
		}
		all = append(all, explore.Fault{Err: err, Lost: lost})
	}
	return all
}

// inOrder is a world told as it became what it is.
func inOrder(world []string) string { return strings.Join(world, ", ") }

// byThing is a world in which only the order of actions that conflict matters.
func byThing(world []string) string {
	var things [3][]string
	for _, w := range world {
		var n int
		if _, err := fmt.Sscanf(strings.TrimPrefix(w, "undo "), "%d", &n); err == nil {
			things[n%3] = append(things[n%3], w)
			continue
		}
		for i := range things {
			things[i] = append(things[i], w)
		}
	}
	return fmt.Sprint(things)
}

// explored is what came of a sketch in every schedule.
type explored struct {
	mu             sync.Mutex
	outcomes, seen map[string]bool
	view           func(world []string) string
}

func (e *explored) add(set map[string]bool, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	set[text] = true
}

func (k sketch) has(what kind) bool {
	return k.kind == what || slices.ContainsFunc(k.parts, func(part sketch) bool { return part.has(what) })
}

// bounds are the limits as the explorer takes them.
func (l limits) bounds() explore.Bounds {
	b := explore.Bounds{Faults: l.faults, Crashes: l.crashes, Cancels: l.cancels, FaultsOf: faults, Workers: l.workers}
	for _, n := range []*int{&b.Faults, &b.Crashes, &b.Cancels} {
		if *n == 0 {
			*n = explore.None
		}
	}
	return b
}

func events(k sketch) int {
	if k.has(await) {
		return 1
	}
	return 0
}

// body is the test of a sketch in one schedule.
func (e *explored) body(k sketch, meanwhile bool) func(s *explore.Schedule) {
	return func(s *explore.Schedule) {
		var world []string
		if events(k) > 0 {
			s.Send("event", "yes")
		}
		if meanwhile {
			s.Meanwhile("meanwhile", func() { world = append(world, "meanwhile") })
		}
		s.Always(func() { e.add(e.seen, e.view(world)) })
		note := func(ctx context.Context, format string, n int) {
			key, err := executor.StepFrom(ctx).Key()
			require.NoError(s, err)
			path := strings.Split(key, "/")[1]
			world = append(world, fmt.Sprintf(format, n, path))
		}
		text, err := explore.Run(s, k.run, executor.NewMux(
			executor.On(func(ctx context.Context, a do) (int, error) {
				note(ctx, "%d at %s", a.N)
				if a.N >= bad {
					return 0, errBad
				}
				return a.N, nil
			}),
			executor.OnVoid(func(ctx context.Context, a undo) error {
				note(ctx, "undo %d at %s", a.N)
				return nil
			}),
		))
		if errors.Is(err, explore.ErrStuck) {
			text = "stuck"
		} else {
			text = fmt.Sprint(text, " failed: ", err != nil)
		}
		e.add(e.outcomes, text+" | "+e.view(world))
	}
}

// compare explores a sketch in both ways, and returns how many schedules there are, and of how many kinds if only the
// order of those actions counts that conflict. It returns 0 if there are too many.
func compare(t require.TestingT, k sketch, l limits, most int) (schedules, classes int) {
	b := &brute{limits: l, most: most}
	if !b.enumerate(k) {
		return 0, 0
	}
	bounds := l.bounds()
	report := b.same(t, k, bounds, inOrder)
	require.Equal(t, b.schedules, report.Schedules, "%s", k)
	require.Zero(t, report.Pruned)

	bounds.Conflicts = func(a, b actions.Action) bool { return conflict(numberOf(a), numberOf(b)) }
	report = b.same(t, k, bounds, byThing)
	classes = b.classes(t, k)
	require.Equal(t, classes, report.Schedules, "%s: of %d schedules", k, b.schedules)
	return b.schedules, classes
}

// same requires that the explorer finds what the brute force did.
func (b *brute) same(t require.TestingT, k sketch, bounds explore.Bounds, view func([]string) string) explore.Report {
	want, seen := map[string]bool{}, map[string]bool{view(nil): true}
	for _, s := range b.words {
		want[s.result+" | "+view(s.world)] = true
	}
	for _, world := range b.seen {
		seen[view(world)] = true
	}
	e := &explored{outcomes: map[string]bool{}, seen: map[string]bool{view(nil): true}, view: view}
	report := explore.Schedules(quiet{t}, bounds, e.body(k, b.meanwhile))
	require.True(t, report.Exhausted)
	missing := func(want, got map[string]bool) (all []string) {
		for text := range want {
			if !got[text] {
				all = append(all, text)
			}
		}
		slices.Sort(all)
		return all[:min(3, len(all))]
	}
	require.Empty(t, missing(e.outcomes, want), "outcomes of %s that cannot be", k)
	require.Empty(t, missing(want, e.outcomes), "outcomes of %s that were not found", k)
	require.Equal(t, slices.Sorted(maps.Keys(seen)), slices.Sorted(maps.Keys(e.seen)), "what was seen of %s", k)
	return report
}

// classes counts the schedules that do not come of each other by exchanging neighbours whose order does not matter. It
// requires that these come to the same.
func (b *brute) classes(t require.TestingT, k sketch) int {
	to := map[string]string{}
	var find func(string) string
	find = func(w string) string {
		if next, ok := to[w]; ok {
			to[w] = find(next)
			return to[w]
		}
		return w
	}
	classes := len(b.words)
	for spelt, s := range b.words {
		for i := range len(s.word) - 1 {
			x, y := s.word[i], s.word[i+1]
			if x.alone || y.alone || y.of.since > i || conflict(x.of.n, y.of.n) {
				continue
			}
			s.word[i], s.word[i+1] = y, x
			other := s.spell()
			s.word[i], s.word[i+1] = x, y
			twin, ok := b.words[other]
			require.True(t, ok, "%s: %s is possible, but not %s", k, spelt, other)
			require.False(t, twin.word[i].alone || twin.word[i+1].alone, "%s: %s and %s", k, spelt, other)
			require.Equal(t, s.result, twin.result, "%s: %s and %s", k, spelt, other)
			require.Equal(t, byThing(s.world), byThing(twin.world), "%s: %s and %s", k, spelt, other)
			if p, q := find(spelt), find(other); p != q {
				to[p] = q
				classes--
			}
		}
	}
	return classes
}

// quiet is a test without a log.
type quiet struct{ require.TestingT }

func (quiet) Helper() {}

func (quiet) Logf(string, ...any) {}
