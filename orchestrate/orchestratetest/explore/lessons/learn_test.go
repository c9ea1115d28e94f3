package lessons_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// lesson is a workflow with a bug, the same workflow without it, and a test that tells them apart.
type lesson[T any] struct {
	bounds explore.Bounds
	// cancels is how many requests to cancel the run the workflow withstands besides, once it is fixed.
	cancels int
	// test makes a world, runs the flow in it, and says what must hold.
	test       func(s *explore.Schedule, flow orchestrate.Orchestration[T])
	bug, fixed orchestrate.Orchestration[T]
	// found is the schedule in which the bug shows.
	found string
	// says is in the report.
	says string
}

// learn has the bug found, with a schedule of which nothing can be left out, and nothing found once it is fixed.
func (l lesson[T]) learn(t *testing.T) {
	report, text := watch(func(t explore.TB) explore.Report {
		return explore.Schedules(t, l.bounds, l.body(l.bug))
	})
	require.Contains(t, text, "explore: the test fails")
	require.Equal(t, l.found, report.Failing, text)
	require.Contains(t, text, l.says)

	require.Contains(t, l.replay(l.bug, l.found), l.says, "it is found again")
	for _, fewer := range sublists(l.found) {
		text := l.replay(l.bug, fewer)
		require.True(t, text == "" || strings.Contains(text, "does not fit the test"),
			"less is enough: %q\n%s", fewer, text)
	}

	report = explore.Schedules(t, l.wider(), l.body(l.fixed))
	require.True(t, report.Exhausted)
	require.Greater(t, report.Schedules, 1)
	if l.found != "" {
		text = l.replay(l.fixed, l.found)
		require.NotContains(t, text, "explore: the test fails", "nor under the schedule of the bug")
	}
}

// wider are the bounds within which the fixed workflow has no bug.
func (l lesson[T]) wider() explore.Bounds {
	bounds := l.bounds
	bounds.Crashes = 1
	bounds.Cancels += l.cancels
	if bounds.MaxSteps == 0 {
		bounds.MaxSteps = 200
	}
	return bounds
}

func (l lesson[T]) body(flow orchestrate.Orchestration[T]) func(*explore.Schedule) {
	return func(s *explore.Schedule) { l.test(s, flow) }
}

func (l lesson[T]) replay(flow orchestrate.Orchestration[T], schedule string) string {
	_, text := watch(func(t explore.TB) (none explore.Report) {
		explore.Replay(t, l.bounds, schedule, l.body(flow))
		return none
	})
	return text
}

// sublists are the schedules that depart less than the given one: what is left if departures are left out.
func sublists(schedule string) (all []string) {
	tokens := strings.Split(schedule, "; ")
	for set := range 1<<len(tokens) - 1 {
		var some []string
		for i, token := range tokens {
			if set&(1<<i) != 0 {
				some = append(some, token)
			}
		}
		all = append(all, strings.Join(some, "; "))
	}
	if schedule == "" {
		return nil
	}
	return all
}

// watch returns what an exploration says where it fails.
func watch(f func(t explore.TB) explore.Report) (explore.Report, string) {
	w := &watcher{}
	return f(w), w.text.String()
}

// watcher is the *testing.T of an exploration that is to fail.
type watcher struct{ text strings.Builder }

func (*watcher) Helper() {}

func (*watcher) Logf(string, ...any) {}

func (*watcher) FailNow() {}

func (w *watcher) Errorf(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }
