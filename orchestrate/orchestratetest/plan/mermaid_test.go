package plan_test

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

func TestMermaidDrawsPlans(t *testing.T) {
	t.Parallel()
	for name, p := range plans(t) {
		golden(t, name+".sequence.mmd", p.Sequence())
		golden(t, name+".gantt.mmd", p.Gantt())
	}
}

// What a line of each diagram may be, with texts of which no character means anything to Mermaid.
var (
	text         = `(?:[^#;:%<>&\\\x00-\x1f\x60]|#\d+;)+`
	message      = `(?:[^#;%<>&\\\x00-\x1f\x60]|#\d+;)+`
	sequenceLine = regexp.MustCompile(`^ *(?:sequenceDiagram|participant \w+ as ` + text + `|end|(?:par|and) ` + text +
		`|rect rgba\(127, 127, 127, 0\.12\)|(?:Note over run|run->>s\d+|s\d+(?:-->>|--x)run): ` + message + `)$`)
	ganttLine = regexp.MustCompile(`^ *(?:gantt|dateFormat x|axisFormat %Q|(?:title|section) ` + text +
		`|` + text + ` :(?:crit, |done, |active, )?(?:milestone, )?t\d+, \d+, \d+)$`)
)

func requireLines(t *testing.T, diagram string, line *regexp.Regexp) {
	t.Helper()
	require.LessOrEqual(t, len(diagram), 50_000, "Mermaid draws no more")
	for l := range strings.Lines(diagram) {
		require.Regexp(t, line, strings.TrimSuffix(l, "\n"))
	}
	opened := len(regexp.MustCompile(`(?m)^ *(par|rect) `).FindAllString(diagram, -1))
	require.Len(t, regexp.MustCompile(`(?m)^ *end$`).FindAllString(diagram, -1), opened)
}

func TestNoTextBreaksOutOfADiagram(t *testing.T) {
	t.Parallel()
	for _, p := range plans(t) {
		requireLines(t, p.Sequence(), sequenceLine)
		requireLines(t, p.Gantt(), ganttLine)
	}
}

// long has far more steps than a picture shows.
func long(t *testing.T) *plan.Plan {
	t.Helper()
	flow := func(y actions.Yield) (string, error) {
		for range 50 {
			flows := make([]orchestrate.Orchestration[string], 40)
			for i := range flows {
				flows[i] = waiting("", time.Duration(i), 1)
			}
			if _, err := orchestrate.All(y, flows...); err != nil {
				return "", err
			}
			if err := orchestrate.Tell(y, Mail{Text: strings.Repeat("x", 10_000)}); err != nil {
				return "", err
			}
		}
		return strings.Repeat("y", 1_000_000), nil
	}
	return plan.Dry(t.Context(), flow, plan.Zero())
}

func TestALargePlanIsShownAsFarAsMermaidDrawsIt(t *testing.T) {
	t.Parallel()
	p := long(t)
	require.NoError(t, p.Err)
	requireLines(t, p.Sequence(), sequenceLine)
	requireLines(t, p.Gantt(), ganttLine)
	require.Contains(t, p.Sequence(), "Note over run: … 3700 more steps not shown\n")
	require.Contains(t, p.Gantt(), "title run, in ns, … 3700 more steps not shown\n")
	require.Greater(t, len(p.Gantt()), 10_000)
}

func TestAGanttChartCountsInAUnitThatFits(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]string{
		0:                       "in steps, :active, t0, 0, 1",
		15:                      "in ns, :active, t0, 0, 15",
		1500 * time.Microsecond: "in µs, :active, t0, 0, 1500",
		2 * time.Second:         "in ms, :active, t0, 0, 2000",
		3 * time.Hour:           "in ms, :active, t0, 0, 10800000",
		math.MaxInt64:           "in s, :active, t0, 0, 9223372036",
	} {
		got := plan.Dry(t.Context(), waiting("", took), plan.Zero()).Gantt()
		unit, task, _ := strings.Cut(want, ", ")
		require.Contains(t, got, "title run, "+unit+"\n")
		require.Contains(t, got, task+"\n")
	}
	p := plan.Dry(t.Context(), waiting("", time.Second, 0), plan.Zero())
	require.Contains(t, p.Gantt(), ":active, milestone, t1, 1000, 1000\n")
}

func TestAnEmptyPlanIsADiagram(t *testing.T) {
	t.Parallel()
	p := plan.Dry(t.Context(), waiting("nothing to do"), plan.Zero())
	require.Equal(t, "sequenceDiagram\n    participant run as run\n    Note over run: result: \"nothing to do\"\n",
		p.Sequence())
	require.Equal(t, "gantt\n    title run, in steps\n    dateFormat x\n    axisFormat %Q\n", p.Gantt())
}
