// Package mutants changes workflows a little, as a slip of the hand would, and counts how many of the changes an
// exploration notices: a test that lets a mutant live does not test what the mutant got wrong.
//
// A mutant is the workflow behind a yield that gets one of its actions wrong: drops it, takes it twice, takes it later,
// swallows its error, mistakes its answer, gives it the key of another, or takes the shield from an undo. Which actions
// there are is found by exploring the workflow itself, so undo steps and what only follows a fault have mutants too.
package mutants

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Subject is a workflow with the test that is to tell it from its mutants.
type Subject[T any] struct {
	Bounds explore.Bounds
	Flow   orchestrate.Orchestration[T]
	Test   func(s *explore.Schedule, flow orchestrate.Orchestration[T])
	// Equivalent lists the mutants that do what the workflow does, by the reason.
	Equivalent map[string][]string
	// Missed lists the others that the test does not tell from the workflow, by the reason.
	Missed map[string][]string
}

// Score tells what came of the mutants.
type Score struct {
	// Mutants is how many there are, and Equivalent how many of them do what the workflow does.
	Mutants, Equivalent int
	// Killed is how many fail the test: ByHand of them when everything goes well, the others under a schedule only.
	Killed, ByHand int
	// Schedules is how many schedules were run for that.
	Schedules int
}

// Rate is the part of the mutants that are not equivalent which was killed.
func (s Score) Rate() float64 {
	if s.Mutants == s.Equivalent {
		return 1
	}
	return float64(s.Killed) / float64(s.Mutants-s.Equivalent)
}

// Add is the sum of two scores.
func (s Score) Add(other Score) Score {
	s.Mutants += other.Mutants
	s.Equivalent += other.Equivalent
	s.Killed += other.Killed
	s.ByHand += other.ByHand
	s.Schedules += other.Schedules
	return s
}

// String is the score in a line.
func (s Score) String() string {
	return fmt.Sprintf("%d mutants, of which %d are equivalent and %d were killed, %d of them when all goes well "+
		"and %d under a schedule: %.1f %% (%d schedules)",
		s.Mutants, s.Equivalent, s.Killed, s.ByHand, s.Killed-s.ByHand, 100*s.Rate(), s.Schedules)
}

// Run explores every mutant of the subject. Those that survive and are not listed fail the test, and so do listed ones
// that are killed. A name that ends in * stands for all mutants whose names begin with what is before it.
func (s Subject[T]) Run(t explore.TB) Score {
	t.Helper()
	score, unseen := Score{}, map[string]bool{}
	for _, name := range slices.Concat(s.names(s.Equivalent), s.names(s.Missed)) {
		unseen[name] = true
	}
	for _, m := range s.mutants(t) {
		score.Mutants++
		w := &watcher{}
		report := explore.Schedules(w, s.Bounds, func(x *explore.Schedule) { s.Test(x, mutate(m, s.Flow)) })
		score.Schedules += report.Schedules
		equivalent, missed := listed(s.names(s.Equivalent), m), listed(s.names(s.Missed), m)
		delete(unseen, equivalent)
		delete(unseen, missed)
		if equivalent != "" {
			score.Equivalent++
		}
		switch {
		case w.failed:
			score.Killed++
			if report.Failing == "" {
				score.ByHand++
			}
			if equivalent+missed != "" {
				t.Errorf("a mutant is killed, and listed as a survivor: %s", m)
			}
		case equivalent+missed == "":
			t.Errorf("a mutant survived: %s", m)
		case !report.Exhausted:
			t.Errorf("a mutant may have survived, but not all schedules were run: %s", m)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unseen)) {
		t.Errorf("no such mutant: %s", name)
	}
	t.Logf("%s", score)
	return score
}

func (Subject[T]) names(byReason map[string][]string) []string {
	return slices.Concat(slices.Collect(maps.Values(byReason))...)
}

// listed is the name under which a mutant is listed.
func listed(names []string, m mutant) string {
	for _, name := range names {
		prefix, all := strings.CutSuffix(name, "*")
		if name == m.String() || all && strings.HasPrefix(m.String(), prefix) {
			return name
		}
	}
	return ""
}

// mutants lists the mutants of the flow.
func (s Subject[T]) mutants(t explore.TB) []mutant {
	t.Helper()
	var c census
	bounds := s.Bounds
	bounds.Workers = 1
	explore.Schedules(t, bounds, func(x *explore.Schedule) { s.Test(x, count(&c, s.Flow)) })
	var all []mutant
	for _, site := range c.sites {
		all = append(all, site.mutants(c.sites)...)
	}
	slices.SortFunc(all, func(a, b mutant) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// watcher is the test that a mutant fails, or not.
type watcher struct{ failed bool }

func (*watcher) Helper() {}

func (*watcher) Logf(string, ...any) {}

func (*watcher) FailNow() {}

func (w *watcher) Errorf(string, ...any) { w.failed = true }
