package plan

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
)

// How many characters of an action, a result or an error a line shows.
const maxPart = 200

// String is the plan as a tree, one step a line: its path, what it does and what came of it.
func (p *Plan) String() string {
	var t tree
	fmt.Fprintf(&t, "%s: %s", oneLine(p.named()), p.summary())
	shown, hidden := p.pruned(maxLines)
	var entries []entry
	for _, s := range shown.Steps {
		entries = append(entries, t.step(s, false))
	}
	if hidden > 0 {
		entries = append(entries, entry{text: more(hidden)})
	}
	t.entries("", append(entries, p.ending()...))
	return t.String()
}

// summary counts the steps and what became of those that did not succeed.
func (p *Plan) summary() string {
	var count [Cancelled + 1]int
	steps := 0
	for s := range p.All() {
		if s.single() {
			steps++
			count[min(s.Status, Cancelled)]++
		}
	}
	parts := []string{plural(steps, "step")}
	for _, status := range []Status{Failed, NotDone, Cancelled, Unfinished} {
		if n := count[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if p.Took > 0 {
		parts = append(parts, duration(p.Took))
	}
	return strings.Join(parts, ", ")
}

// more says that not all is shown.
func more(hidden int) string { return "… " + plural(hidden, "more step") + " not shown" }

// tree draws lines below one another, with the branches that connect them.
type tree struct{ strings.Builder }

// entry is a line of a tree, and what is below it.
type entry struct {
	text  string
	below func(indent string)
}

func (t *tree) entries(indent string, entries []entry) {
	for i, e := range entries {
		fork, rest := "├─ ", "│  "
		if i == len(entries)-1 {
			fork, rest = "└─ ", "   "
		}
		t.WriteString("\n" + indent + fork + e.text)
		if e.below != nil {
			e.below(indent + rest)
		}
	}
}

// ending is how the whole run ended.
func (p *Plan) ending() []entry {
	switch {
	case p.Err != nil:
		return []entry{{text: "error: " + cut(show.Error(p.Err), maxPart)}}
	case isVoid(p.Result):
		return nil
	}
	return []entry{{text: "result: " + cut(show.Value(p.Result), maxPart)}}
}

// steps draws steps below the entries before them.
func (t *tree) steps(indent string, before []entry, steps []Step, shielded bool) {
	for _, s := range steps {
		before = append(before, t.step(s, shielded))
	}
	t.entries(indent, before)
}

func (t *tree) step(s Step, shielded bool) entry {
	text := s.title(shielded) + s.outcome()
	if took := s.Took(); took > 0 {
		text += "  (" + duration(took) + ")"
	}
	return entry{text, func(indent string) {
		var entries []entry
		if len(s.Tries) > 1 {
			for _, try := range s.Tries {
				entries = append(entries, entry{text: try.text()})
			}
		}
		if len(s.Branches) == 1 { // a scope, as good as always
			t.steps(indent, entries, s.Branches[0].Steps, s.Shielded)
			return
		}
		for _, b := range s.Branches {
			entries = append(entries, t.branch(s, b))
		}
		t.entries(indent, entries)
	}}
}

// branch is a branch of one single action on a line, or a line and its steps below.
func (t *tree) branch(group Step, b Branch) entry {
	if len(b.Steps) == 1 && b.leaf(group) {
		return t.step(b.Steps[0], group.Shielded)
	}
	text := fmt.Sprintf("branch %d", b.Index)
	if len(b.Steps) == 0 && b.Err != nil {
		text += ": " + cut(show.Error(b.Err), maxPart)
	}
	return entry{text, func(indent string) { t.steps(indent, nil, b.Steps, group.Shielded) }}
}

// leaf tells whether the branch is one action, and not a flow of one.
func (b Branch) leaf(group Step) bool {
	g, ok := group.Action.(actions.Group)
	return ok && b.Index < len(g.Branches) && g.Branches[b.Index].Leaf != nil
}

// title says where a step is and what it does.
func (s Step) title(shielded bool) string {
	text := s.Path + " "
	if actions.IsAside(s.Action) {
		text = "· "
	}
	if s.Shielded && !shielded {
		text += "shielded "
	}
	return text + s.what()
}

// short is the title without the package of the action.
func (s Step) short(pkg string) string { return strings.Replace(s.title(false), " "+pkg+".", " ", 1) }

// what is what a step does, on one line.
func (s Step) what() string {
	g, ok := s.Group()
	switch {
	case !ok:
		return cut(show.Action(s.Action), maxPart)
	case s.Action == nil:
		return "group"
	case g.Scope != "" && len(g.Branches) == 1:
		return "scope " + cut(oneLine(g.Scope), maxPart)
	}
	text := cut(oneLine(actions.Name(g)), maxPart) + " of " + plural(len(g.Branches), "branch")
	if s.Decided >= 0 {
		text += fmt.Sprintf(", decided by branch %d", s.Decided)
	}
	return text
}

// outcome is what came of a step, to be put behind what it does.
func (s Step) outcome() string {
	if s.Status != Done {
		return ", " + ending(s.Status, s.Err)
	}
	if isVoid(s.Result) {
		return ""
	}
	return " = " + cut(show.Value(s.Result), maxPart)
}

func (t Try) text() string {
	text := fmt.Sprintf("attempt %d: %s", t.Number, ending(t.Status, t.Err))
	if took := t.End - t.Start; took > 0 {
		text += "  (" + duration(took) + ")"
	}
	return text
}

// ending is how something ended. A group says what became of a step inside, which says so itself.
func ending(status Status, err error) string {
	if _, inside := errors.AsType[*executor.StepError](err); err == nil || inside {
		return status.String()
	}
	return status.String() + ": " + cut(show.Error(err), maxPart)
}

func isVoid(result any) bool {
	_, void := result.(actions.Void)
	return void || result == nil
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// duration writes a duration with about three digits.
func duration(d time.Duration) string {
	for unit := time.Duration(1); unit < time.Hour; unit *= 10 {
		if d < 10_000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}
