package explore

import (
	"fmt"
	"regexp"
	"strconv"
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
func same(a, b actions.Action) bool { return identical(a, b) || show.Equal(a, b) }

// identical tells whether two actions are equal to Go, which takes less time.
func identical(a, b actions.Action) (yes bool) {
	defer func() { _ = recover() }() // they cannot be compared
	return a == b
}

// String is what happened, step by step.
func (t *trace) String() string {
	var b strings.Builder
	b.WriteString("\nWhat happened:\n\n")
	for _, line := range t.lines {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
	return b.String()
}

// under says under which schedule something is the case.
func under(taken []string) string {
	if len(taken) == 0 {
		return "when everything goes well"
	}
	return "under the schedule\n\n    " + strings.Join(taken, "; ")
}

// text is the report of a schedule that fails.
func (x *exploration) text(s *Schedule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "explore: the test fails %s\n", under(s.plan.taken))
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
	quoted := "`" + x.report.Failing + "`"
	if !strconv.CanBackquote(x.report.Failing) {
		quoted = strconv.Quote(x.report.Failing)
	}
	fmt.Fprintf(&b, "%s\nAfter %d schedules. To run this one again: explore.Replay(t, bounds, %s, body)",
		s.trace, x.report.Schedules+x.report.Samples, quoted)
	if t, ok := x.t.(interface{ Name() string }); ok {
		fmt.Fprintf(&b, ", or\n\n    %s=%s go test -run %s", variable, shellQuoted(x.report.Failing),
			shellQuoted("^"+strings.ReplaceAll(regexp.QuoteMeta(t.Name()), "/", "$/^")+"$"))
	}
	return b.String()
}

func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
