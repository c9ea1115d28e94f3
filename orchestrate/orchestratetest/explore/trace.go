package explore

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// trace is what happened in a schedule, told line by line. Nothing is told to a nil one.
type trace struct{ lines []string }

func (t *trace) note(format string, args ...any) {
	if t != nil {
		t.lines = append(t.lines, "- "+fmt.Sprintf(format, args...))
	}
}

func (t *trace) step(l *leaf, value any, err error, note string) {
	if t == nil {
		return
	}
	answer := show.Value(value)
	switch {
	case err != nil:
		answer = "error: " + err.Error()
	case value == nil || value == actions.Void{}:
		answer = "ok"
	}
	if note != "" {
		answer += " (" + note + ")"
	}
	asked := fmt.Sprintf("%-6s %s", l.path, showAction(l.action))
	if len(asked)+len(answer) > 100 {
		asked += "\n      "
	}
	t.lines = append(t.lines, asked+" -> "+answer)
}

func showAction(a actions.Action) string { return show.Action(a) }

// difference is how two actions differ, in lines.
func difference(before, after actions.Action) string {
	lines := show.Diff(before, after)
	if len(lines) == 0 {
		lines = []string{"nothing that can be shown"}
	}
	text := "  before: " + showAction(before) + "\n  now:    " + showAction(after)
	return text + "\n    " + strings.Join(lines, "\n    ")
}

// same tells whether two actions are equal.
func same(a, b actions.Action) bool {
	if v := reflect.ValueOf(a); v.IsValid() && v.Comparable() && reflect.ValueOf(b).Comparable() && a == b {
		return true
	}
	return show.Equal(a, b)
}

// text is the report of a schedule that fails.
func (x *exploration) text(s *Schedule) string {
	var b strings.Builder
	where := "when everything goes well"
	if x.report.Failing != "" {
		where = "under the schedule\n\n    " + x.report.Failing
	}
	fmt.Fprintf(&b, "explore: the test fails %s\n", where)
	switch {
	case s.Failed():
	case x.leak != "":
		fmt.Fprintf(&b, "\n    goroutines are left behind:\n\n    %s\n", strings.ReplaceAll(x.leak, "\n", "\n    "))
	default:
		b.WriteString("but not when it is run again, so it depends on something else than its schedule. It said:\n")
		s.failures = s.plan.failures
	}
	for _, failure := range s.failures {
		fmt.Fprintf(&b, "\n    %s\n", strings.ReplaceAll(failure, "\n", "\n    "))
	}
	b.WriteString("\nWhat happened:\n\n")
	for _, line := range s.trace.lines {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
	fmt.Fprintf(&b, "\nAfter %d schedules. To run this one again: explore.Replay(t, bounds, `%s`, body)",
		x.report.Schedules+x.report.Samples, x.report.Failing)
	return b.String()
}
