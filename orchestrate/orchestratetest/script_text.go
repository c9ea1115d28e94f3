package orchestratetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
)

// maxLines is how many lines of a list are shown.
const maxLines = 20

func stepName(path string) string {
	if path == "" {
		return "an action outside a run"
	}
	return "step " + path
}

// unexpectedText says that an action is not what was expected.
func (s *Scripted) unexpectedText(path string, a actions.Action, next []*cue) string {
	var b strings.Builder
	later := s.later(a)
	if len(next) == 0 {
		fmt.Fprintf(&b, "script: %s is one too many: every line has been played", stepName(path))
	} else {
		fmt.Fprintf(&b, "script: %s is not as expected", stepName(path))
	}
	es := make([]*expectation, len(next))
	for i, c := range next {
		es[i] = &c.expectation
	}
	near, diff := nearest(es, a)
	for i, c := range next {
		label := "want"
		if i > 0 {
			label = "or"
		}
		fmt.Fprintf(&b, "\n  %-5s %s", label+":", c)
	}
	fmt.Fprintf(&b, "\n  got:  %s", show.Action(a))
	if near != nil {
		for _, d := range diff {
			b.WriteString("\n        " + d)
		}
	}
	if later != nil {
		b.WriteString("\n  it is expected later: " + later.at)
	}
	b.WriteString(soFar(s.trace))
	return b.String()
}

// later finds the cue that an action comes too early for.
func (s *Scripted) later(a actions.Action) *cue {
	for _, c := range (&inTurn{nodes: s.parts.nodes}).all(false) {
		if c.match(a) {
			return c
		}
	}
	return nil
}

func (s *Scripted) usedTwiceText(a actions.Action) string {
	return "script: used for a second run, which yielded " + show.Action(a) +
		"\n  a script is for one run: make another one with Script" + soFar(s.trace)
}

func (s *Scripted) endlessText(path string, a actions.Action) string {
	return fmt.Sprintf("script: the orchestration does not end: step %s is %s", path, show.Action(a))
}

// inVain says that an action is never answered, although nothing else goes on.
func (s *Scripted) inVain(step executor.Step, a actions.Action, err error) string {
	if _, ok := errors.AsType[*vainError](err); !ok {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = &unexpectedError{"script", a}
	return fmt.Sprintf("script: %s: %s is never answered, and nothing goes on that could make up for it%s",
		stepName(step.Path()), show.Action(a), soFar(s.trace))
}

// leftText says which lines were not played.
func (s *Scripted) leftText(left []*cue) string {
	return "script: " + count(len(left)) + " left:" + listed(left) + soFar(s.trace)
}

// missedText says which lines no branch has played.
func (s *Scripted) missedText(path string, missed []*cue) string {
	return fmt.Sprintf("script: %s comes after a group in which %s left:%s%s", stepName(path),
		count(len(missed)), listed(missed), soFar(s.trace))
}

func count(n int) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}

func listed(cues []*cue) string {
	var b strings.Builder
	for i, c := range cues {
		if i == maxLines {
			fmt.Fprintf(&b, "\n  … and %d more", len(cues)-i)
			break
		}
		b.WriteString("\n  " + c.String())
	}
	return b.String()
}

// mandatory lists the cues that have still to be played.
func mandatory(nodes []node) (cues []*cue) {
	for _, c := range (&inTurn{nodes: nodes}).all(false) {
		if !c.optional {
			cues = append(cues, c)
		}
	}
	return cues
}

// String is the expectation, and where it is written.
func (c *cue) String() string {
	text := c.what
	if c.optional {
		text += ", optional"
	}
	return text + "  (" + c.at + ")"
}

// soFar shows the end of a trace.
func soFar(trace Trace) string {
	if len(trace) == 0 {
		return "\nso far: nothing"
	}
	var b strings.Builder
	b.WriteString("\nso far:")
	if more := len(trace) - maxLines; more > 0 {
		fmt.Fprintf(&b, "\n  … %d more, and then", more)
		trace = trace[more:]
	}
	b.WriteString("\n  " + strings.ReplaceAll(trace.String(), "\n", "\n  "))
	return b.String()
}
