package explore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// sketch is a small flow as data, which the explorer runs as an orchestration and the brute force interprets.
type sketch struct {
	kind  kind
	n     int // of act: which; of sleep: how long
	mode  actions.Mode
	parts []sketch
}

type kind string

const (
	act   kind = "act" // from bad on it fails by itself, after its effect
	nap   kind = "sleep"
	await kind = "await" // an event
	stop  kind = "stop"  // with an error of the flow's own
	seq   kind = "seq"
	group kind = "group"
	armor kind = "shield"
	try   kind = "try"
	undos kind = "saga" // in which each act is undone
)

const bad = 100

func a(n int) sketch { return sketch{kind: act, n: n} }

func sleep(n int) sketch { return sketch{kind: nap, n: n} }

func of(k kind, parts ...sketch) sketch { return sketch{kind: k, parts: parts} }

func all(parts ...sketch) sketch { return sketch{kind: group, parts: parts} }

func settle(parts ...sketch) sketch { return sketch{kind: group, mode: actions.Settle, parts: parts} }

func either(parts ...sketch) sketch { return sketch{kind: group, mode: actions.Any, parts: parts} }

func race(parts ...sketch) sketch { return sketch{kind: group, mode: actions.Race, parts: parts} }

func (k sketch) String() string {
	text := string(k.kind)
	switch k.kind {
	case act, nap:
		return fmt.Sprintf("%s%d", text, k.n)
	case await, stop:
		return text
	case group:
		text = k.mode.String()
	}
	parts := make([]string, len(k.parts))
	for i, p := range k.parts {
		parts[i] = p.String()
	}
	return text + "(" + strings.Join(parts, " ") + ")"
}

// told is what a flow is told, as an error too, which says nothing else to those outside.
type told struct{ text string }

func (t *told) Error() string { return t.text }

var errBad = errors.New("bad")

// tell is an answer in a word.
func tell(err error) (string, error) {
	var text string
	switch {
	case err == nil:
		return "ok", nil
	case errors.Is(err, errBad):
		text = "bad"
	case errors.Is(err, context.Canceled):
		text = "cut"
	case errors.Is(err, explore.ErrFault):
		text = "fault"
	default:
		text = err.Error()
	}
	if !executor.NotDone(err) {
		text += "?"
	}
	return text, &told{text}
}

func (k sketch) run(y actions.Yield) (string, error) {
	switch k.kind {
	case act:
		_, err := orchestrate.Do(y, do{N: k.n})
		return tell(err)
	case nap:
		return tell(orchestrate.Tell(y, actions.Sleep{For: time.Duration(k.n) * time.Hour}))
	case await:
		_, err := orchestrate.Do(y, actions.Receive[string]{Name: "event"})
		return tell(err)
	case stop:
		return "stop", &told{"stop"}
	case seq:
		return k.inOrder(func(part sketch) (string, error) { return part.run(y) })
	case group:
		return k.together(y)
	case armor:
		return orchestrate.Shield(y, k.parts[0].run)
	case try:
		text, _ := k.parts[0].run(y)
		return "try " + text, nil
	default:
		return k.undoing(y)
	}
}

func (k sketch) inOrder(run func(sketch) (string, error)) (string, error) {
	texts := make([]string, 0, len(k.parts))
	for _, part := range k.parts {
		text, err := run(part)
		texts = append(texts, text)
		if err != nil {
			text = strings.Join(texts, " ")
			return text, &told{text}
		}
	}
	return strings.Join(texts, " "), nil
}

func (k sketch) together(y actions.Yield) (string, error) {
	texts := make([]string, len(k.parts))
	flows := make([]orchestrate.Orchestration[int], len(k.parts))
	for i, part := range k.parts {
		flows[i] = func(y actions.Yield) (int, error) {
			text, err := part.run(y)
			if texts[i] = text; err != nil {
				return i, &told{strconv.Itoa(i)}
			}
			return i, nil
		}
	}
	decided, err := -1, error(nil)
	switch k.mode {
	case actions.All:
		_, err = orchestrate.All(y, flows...)
	case actions.Settle:
		_, err = orchestrate.Settle(y, flows...)
	case actions.Any:
		decided, err = orchestrate.Any(y, flows...)
	case actions.Race:
		decided, err = orchestrate.Race(y, flows...)
	}
	if err != nil {
		decided = -1
		if t := (*told)(nil); k.mode != actions.Any && errors.As(err, &t) {
			_, _ = fmt.Sscan(t.text, &decided)
		}
	}
	text := fmt.Sprintf("%s %d%q", k.mode, decided, texts)
	if err != nil {
		return text, &told{text}
	}
	return text, nil
}

func (k sketch) undoing(y actions.Yield) (string, error) {
	text := ""
	_, err := orchestrate.Saga(y, func(y actions.Yield, u *orchestrate.Undo) (_ string, err error) {
		text, err = k.inOrder(func(part sketch) (string, error) {
			if part.kind != act {
				return part.run(y)
			}
			_, err := orchestrate.Undoable(y, u, do{N: part.n}, undo{N: part.n})
			return tell(err)
		})
		return text, err
	})
	if err == nil {
		return text, nil
	}
	if e, ok := errors.AsType[*orchestrate.SagaError](err); ok {
		text += strings.Repeat("!", len(e.Undo))
	}
	return text, &told{text}
}
