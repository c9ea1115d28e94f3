package plan

import (
	"fmt"
	"time"
)

// Gantt is the plan as a gantt chart in the language of Mermaid, which GitHub draws in Markdown: when each step begins
// and ends, with a section for the orchestration and one for each branch. Steps of the critical path are active, failed
// ones crit, and those that were cancelled or not done are done. Where no step takes time, each is one unit long. A
// large plan is shown as far as Mermaid draws one.
func (p *Plan) Gantt() string {
	critical := p.critical()
	return p.fitting(func(shown *Plan, hidden int) string {
		g := &gantt{critical: critical, unit: unitOf(p.Took)}
		title, scale := p.named(), ", in "+g.unit.name
		if hidden > 0 {
			scale += ", " + more(hidden)
		}
		g.line("gantt")
		g.indent++
		g.line("title %s%s", mermaid(title), mermaid(scale))
		g.line("dateFormat x")
		g.line("axisFormat %%Q")
		g.strand("orchestration", shown.layout().steps)
		return g.String()
	})
}

// gantt is a gantt chart being written.
type gantt struct {
	lines
	critical map[string]bool
	unit     unit
	tasks    int
}

// unit is what the chart counts time in: Mermaid's are milliseconds.
type unit struct {
	name string
	time time.Duration
}

// unitOf is a unit in which a duration has at least four digits, if it has as many. The unit of none is the step.
func unitOf(d time.Duration) unit {
	switch {
	case d == 0:
		return unit{name: "steps"}
	case d >= 1000*time.Hour:
		return unit{"s", time.Second}
	case d >= time.Second:
		return unit{"ms", time.Millisecond}
	case d >= time.Millisecond:
		return unit{"µs", time.Microsecond}
	}
	return unit{"ns", time.Nanosecond}
}

func (g *gantt) strand(name string, steps []placed) {
	if len(steps) == 0 {
		return
	}
	g.line("section %s", mermaid(name))
	for _, s := range steps {
		g.task(s)
	}
	for _, s := range steps {
		for _, b := range s.branches {
			g.strand(fmt.Sprintf("%s branch %d", s.Path, b.index), b.steps)
		}
	}
}

func (g *gantt) task(s placed) {
	tag := ""
	switch {
	case s.Status == Failed:
		tag = "crit, "
	case s.Status != Done:
		tag = "done, "
	case g.critical[s.Path] && s.single():
		tag = "active, "
	}
	begin, end := g.at(s.begin), g.at(s.end)
	if begin == end {
		tag += "milestone, "
	}
	g.line("%s :%st%d, %d, %d", mermaid(s.title(false)), tag, g.tasks, begin, end)
	g.tasks++
}

// at is where on the axis a moment is.
func (g *gantt) at(m moment) int64 {
	if g.unit.time == 0 {
		return int64(m.k)
	}
	return int64(m.at / g.unit.time)
}
