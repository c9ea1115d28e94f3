package plan

import (
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
)

// bar draws a step. Bars are on top of lanes, and asides on top of bars.
func (d *drawing) bar(s placed, lane int) {
	x, right := margin+d.scale.at(s.begin), margin+d.scale.at(s.end)
	y, width := d.y(lane), max(right-x-1, leastBar)
	class := s.class()
	if d.critical[s.Path] && s.single() {
		class += " critical"
	}
	if actions.IsAside(s.Action) {
		fmt.Fprintf(&d.asides, `<g class="aside"><title>%s</title><circle cx="%s" cy="%s" r="4"/></g>`+"\n",
			s.hover(), number(x), number(y+barHeight/2))
		return
	}
	out := &d.marks
	fmt.Fprintf(out, `<g class="%s"><title>%s</title>`, class, s.hover())
	fmt.Fprintf(out, `<rect x="%s" y="%s" width="%s" height="%d" rx="3"/>`,
		number(x), number(y), number(width), barHeight)
	if len(s.Tries) > 1 {
		for _, t := range s.Tries {
			left, end := margin+d.scale.at(moment{at: t.Start}), margin+d.scale.at(moment{at: t.End})
			left, end = max(left, x), min(max(end, left+1), x+width)
			fmt.Fprintf(out, `<rect class="try %s" x="%s" y="%s" width="%s" height="4"/>`,
				classOf(t.Status), number(left), number(y+barHeight-4), number(max(end-left, 1)))
		}
	}
	if label := fit(s.label(), width-8); label != "" {
		fmt.Fprintf(out, `<text x="%s" y="%s">%s</text>`, number(x+4), number(y+14), label)
	}
	out.WriteString("</g>\n")
}

// fit shortens a text to what has room, which may be nothing.
func fit(s string, width float64) string {
	n := int(width / character)
	if n < 3 {
		return ""
	}
	return escape(s, n)
}

// label is what stands in a bar.
func (s Step) label() string {
	sign := ""
	switch s.Status {
	case Failed:
		sign = "✗ "
	case Cancelled, NotDone:
		sign = "⊘ "
	case Done, Unfinished:
	}
	return sign + s.short(service(s))
}

// class is how a bar looks.
func (s Step) class() string {
	_, group := s.Group()
	switch {
	case group && s.Status == Done:
		return "group"
	case s.Status == Done && len(s.Tries) > 1:
		return "retried"
	case s.Status == Done && isStandard(s.Action):
		return "wait"
	}
	return classOf(s.Status)
}

func classOf(s Status) string { return strings.ReplaceAll(s.String(), " ", "") }

// hover is what the pointer shows.
func (s Step) hover() string {
	texts := []string{escape(s.title(false)+s.outcome(), 2*maxPart)}
	if s.End > 0 {
		texts = append(texts, fmt.Sprintf("from %s to %s: %s", duration(s.Start), duration(s.End), duration(s.Took())))
	}
	if len(s.Tries) > 1 {
		for _, t := range s.Tries {
			texts = append(texts, escape(t.text(), maxPart))
		}
	}
	return strings.Join(texts, "\n")
}

// legend explains the colours.
func (d *drawing) legend(y float64) {
	x := float64(margin)
	for _, entry := range []struct{ class, text string }{
		{"done", "done"},
		{"retried", "done after retries"},
		{"wait", "waited"},
		{"failed", "failed"},
		{"cancelled", "cancelled"},
		{"notdone", "not done"},
		{"done critical", "critical path"},
	} {
		fmt.Fprintf(d, `<g class="%s"><rect x="%s" y="%s" width="12" height="12" rx="2"/></g>`,
			entry.class, number(x), number(y-10))
		d.text("muted", x+17, y, entry.text)
		x += 32 + character*float64(len(entry.text))
	}
}
