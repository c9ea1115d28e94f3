package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// Sequence is the plan as a sequence diagram in the language of Mermaid, which GitHub draws in Markdown: who is asked
// for what, in which order, and what is answered. Whoever carries actions out is named by the package of these. A
// large plan is shown as far as Mermaid draws one.
func (p *Plan) Sequence() string {
	return p.fitting(func(shown *Plan, hidden int) string {
		d := &sequence{}
		d.line("sequenceDiagram")
		d.indent++
		d.line("participant run as %s", mermaid(p.named()))
		for s := range shown.All() {
			if who := service(s); d.asks(s) && !slices.Contains(d.services, who) {
				d.line("participant s%d as %s", len(d.services), mermaid(who))
				d.services = append(d.services, who)
			}
		}
		d.steps(shown.Steps)
		if hidden > 0 {
			d.note(more(hidden))
		}
		for _, e := range shown.ending() {
			d.note(e.text)
		}
		return d.String()
	})
}

// sequence is a sequence diagram being written.
type sequence struct {
	lines
	services []string
}

// asks tells whether somebody is asked to carry the step out, so that it is messages and no note.
func (*sequence) asks(s Step) bool { return s.single() && !isStandard(s.Action) }

// service is the package of an action, or what its name says instead.
func service(s Step) string {
	name, _, _ := strings.Cut(actions.Name(s.Action), "[")
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return oneLine(name)
}

func (d *sequence) note(text string) { d.line("Note over run: %s", message(text)) }

// message is a text behind a colon, which may have more of them.
func message(text string) string { return strings.ReplaceAll(mermaid(text), "#58;", ":") }

func (d *sequence) steps(steps []Step) {
	for _, s := range steps {
		if _, group := s.Group(); group {
			d.group(s)
			continue
		}
		if d.asks(s) {
			d.messages(s)
		} else {
			d.note(s.title(false) + s.outcome())
		}
		for _, b := range s.Branches { // flows of the handler
			d.steps(b.Steps)
		}
	}
}

func (d *sequence) messages(s Step) {
	who := slices.Index(d.services, service(s))
	text := s.short(d.services[who])
	if len(s.Tries) < 2 {
		d.line("run->>s%d: %s", who, message(text))
		d.reply(who, s.Status, s.Err, s.Result)
		return
	}
	for _, t := range s.Tries {
		d.line("run->>s%d: %s", who, message(fmt.Sprintf("attempt %d: %s", t.Number, text)))
		d.reply(who, t.Status, t.Err, s.Result)
	}
}

func (d *sequence) reply(who int, status Status, err error, result any) {
	switch {
	case status != Done:
		d.line("s%d--xrun: %s", who, message(ending(status, err)))
	case isVoid(result):
		d.line("s%d-->>run: done", who)
	default:
		d.line("s%d-->>run: %s", who, message(show.Value(result)))
	}
}

func (d *sequence) group(s Step) {
	title := s.title(false)
	if s.Status != Done {
		title += ", " + s.Status.String()
	}
	if len(s.Branches) < 2 {
		d.line("rect rgba(127, 127, 127, 0.12)")
		d.indent++
		d.note(title)
		for _, b := range s.Branches {
			d.steps(b.Steps)
		}
	} else {
		for i, b := range s.Branches {
			word := "and"
			if i == 0 {
				word, title = "par", title+", "
			} else {
				title, d.indent = "", d.indent-1
			}
			d.line("%s %s", word, mermaid(fmt.Sprintf("%sbranch %d", title, b.Index)))
			d.indent++
			if d.steps(b.Steps); len(b.Steps) == 0 {
				d.note("nothing")
			}
		}
	}
	d.indent--
	d.line("end")
}
