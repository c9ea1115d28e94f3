package orchestratetest

import (
	"fmt"
	"strings"

	"github.com/baton-go/baton/internal/show"
)

// Comparison says where two runs part: of two walks, of two versions of a workflow, or on two executors.
type Comparison struct {
	// Common is how many calls both begin with.
	Common int
	// Want and Got are what each did from there on. Both are empty if the runs are the same.
	Want, Got Trace
}

// Compare compares two traces call by call: the steps, the actions, and what came of them. Errors are the same if their
// texts are. Where branches run side by side, compare traces that are [Trace.Sorted].
func Compare(want, got Trace) Comparison {
	n := 0
	for n < min(len(want), len(got)) && same(want[n], got[n]) {
		n++
	}
	return Comparison{Common: n, Want: want[n:], Got: got[n:]}
}

func same(a, b Call) bool {
	return a.Path == b.Path && show.Equal(a.Action, b.Action) && show.Equal(a.Result, b.Result) &&
		show.Error(a.Err) == show.Error(b.Err)
}

// Equal tells whether the runs are the same.
func (c Comparison) Equal() bool { return len(c.Want) == 0 && len(c.Got) == 0 }

// String says where the runs part, in which fields the first two calls there differ, and what each did then.
func (c Comparison) String() string {
	if c.Equal() {
		return "both are the same " + calls(c.Common)
	}
	var b strings.Builder
	if c.Common == 0 {
		b.WriteString("they differ from the beginning")
	} else {
		fmt.Fprintf(&b, "they are the same for %s, and then differ", calls(c.Common))
	}
	if len(c.Want) > 0 && len(c.Got) > 0 {
		for _, line := range c.first() {
			b.WriteString("\n  " + line)
		}
	}
	b.WriteString("\nwant:" + c.tail(c.Want) + "\ngot:" + c.tail(c.Got))
	return b.String()
}

// first says in what the first calls differ.
func (c Comparison) first() []string {
	want, got := c.Want[0], c.Got[0]
	switch {
	case want.Path != got.Path:
		return []string{fmt.Sprintf("step: want %s, got %s", want.Path, got.Path)}
	case !show.Equal(want.Action, got.Action):
		return prefixed("action: ", show.Diff(want.Action, got.Action))
	case show.Error(want.Err) != show.Error(got.Err):
		return []string{fmt.Sprintf("error: want %s, got %s", show.Error(want.Err), show.Error(got.Err))}
	}
	return prefixed("result: ", show.Diff(want.Result, got.Result))
}

func prefixed(prefix string, lines []string) []string {
	for i := range lines {
		lines[i] = prefix + lines[i]
	}
	return lines
}

func (Comparison) tail(t Trace) string {
	if len(t) == 0 {
		return "\n  nothing more"
	}
	more := ""
	if len(t) > maxLines {
		more = fmt.Sprintf("\n  … and %d more", len(t)-maxLines)
		t = t[:maxLines]
	}
	return "\n  " + strings.ReplaceAll(t.String(), "\n", "\n  ") + more
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}
