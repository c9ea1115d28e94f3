package durable_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// scene is a part of a workflow that is made up: what it does, how long that takes, and its parts.
type scene struct {
	ID    int
	Kind  string
	Fails bool
	Parts []scene
}

// act is a step of a scene.
type act struct {
	actions.Returns[string]
	ID    int
	Fails bool
}

var (
	simple = []string{"act", "sleep", "receive"}
	// What the timeless ones come to does not depend on how long anything takes.
	timeless = []string{"sequence", "settle", "shield", "saga", "scope"}
	nested   = append([]string{"all", "any", "race", "timeout"}, timeless...)
	// In these one part has the others stopped, of which those go on for a while that put things right.
	racing = []string{"any", "race", "timeout"}
	tidy   = []string{"shield", "saga"}
)

// scenes generates workflows, of the kinds of parts that are given. A race within a race has events, or parts that put
// things right, but not both: on a runtime, but not in a process, what was given an event there is not overtaken while
// it waits for those parts to end.
func scenes(t *rapid.T, nested []string) scene {
	ids := 0
	var generate func(depth int, raced bool, without []string) scene
	generate = func(depth int, raced bool, without []string) scene {
		kinds := slices.Clone(simple)
		if depth > 0 {
			kinds = append(kinds, nested...)
		}
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return slices.Contains(without, k) })
		s := scene{ID: ids, Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		ids++
		if slices.Contains(racing, s.Kind) {
			if raced && without == nil {
				without = rapid.SampledFrom([][]string{{"receive"}, tidy}).Draw(t, "without")
			}
			raced = true
		}
		switch {
		case s.Kind == "act":
			s.Fails = rapid.IntRange(0, 4).Draw(t, "fails") == 0
		case slices.Contains(nested, s.Kind):
			for range rapid.IntRange(1, 4).Draw(t, "parts") {
				s.Parts = append(s.Parts, generate(depth-1, raced, without))
			}
		}
		return s
	}
	root := scene{ID: -1, Kind: "sequence"}
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		root.Parts = append(root.Parts, generate(3, false, nil))
	}
	return root
}

// events are the IDs of the parts that receive. Each has an event of its own: who of several gets one is up to the
// host.
func (s scene) events() (ids []int) {
	if s.Kind == "receive" {
		ids = append(ids, s.ID)
	}
	for _, p := range s.Parts {
		ids = append(ids, p.events()...)
	}
	return ids
}

// duration is that of something, and no other's: no two things happen in the same moment. That goes for sums, too, for
// which a hash that is nearly linear would not do.
func duration(what string, id int) time.Duration {
	sum := sha256.Sum256(fmt.Append(nil, what, id))
	return time.Duration(1+binary.LittleEndian.Uint64(sum[:])%2_000_000) * time.Microsecond
}

// play is the workflow that a scene describes. It returns all that it has seen.
func play(y actions.Yield, s scene) (string, error) {
	parts := make([]orchestrate.Orchestration[string], len(s.Parts))
	for i, p := range s.Parts {
		parts[i] = orchestrate.Bind(play, p)
	}
	switch s.Kind {
	case "act":
		return orchestrate.Do(y, act{ID: s.ID, Fails: s.Fails})
	case "sleep":
		return "slept", orchestrate.Tell(y, actions.Sleep{For: duration("sleep", s.ID)})
	case "receive": // not in the moment in which something else begins
		if err := orchestrate.Tell(y, actions.Sleep{For: duration("listen", s.ID)}); err != nil {
			return "", err
		}
		return orchestrate.Do(y, actions.Receive[string]{Name: strconv.Itoa(s.ID)})
	case "all":
		all, err := orchestrate.All(y, parts...)
		return fmt.Sprint(all), err
	case "settle":
		all, err := orchestrate.Settle(y, parts...)
		var seen []string
		for _, o := range all {
			seen = append(seen, o.Value+text(o.Err))
			if stopped(o.Err) {
				err = o.Err
			}
		}
		return strings.Join(seen, ","), err
	case "any":
		return orchestrate.Any(y, parts...)
	case "race":
		return orchestrate.Race(y, parts...)
	case "shield":
		return orchestrate.Shield(y, orchestrate.Bind(sequence, s))
	case "scope":
		return orchestrate.Scope(y, "scope", orchestrate.Bind(sequence, s))
	case "timeout":
		return orchestrate.WithTimeout(y, duration("timeout", s.ID), orchestrate.Bind(sequence, s))
	case "saga":
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
			first, err := orchestrate.Undoable(y, undo, act{ID: 1000 + s.ID}, act{ID: 2000 + s.ID})
			if err != nil {
				return first, err
			}
			rest, err := sequence(y, s)
			return first + rest, err
		})
	}
	return sequence(y, s)
}

// text is that of an error. Which of several parts was the first to notice that they were stopped, nobody knows.
func text(err error) string {
	if stopped(err) {
		return "stopped"
	}
	return fmt.Sprint(err)
}

// stopped tells whether an error says that its part was cancelled, or the run too late.
func stopped(err error) bool {
	return errors.Is(err, context.Canceled) || err != nil && strings.Contains(err.Error(), "the deadline of run")
}

// sequence plays the parts one after the other. Every second one may fail, but not because it is stopped: several
// things then happen in one moment.
func sequence(y actions.Yield, s scene) (string, error) {
	var seen []string
	for i, p := range s.Parts {
		got, err := play(y, p)
		switch {
		case err != nil && (i%2 == 0 || stopped(err)):
			return strings.Join(seen, ","), err
		case err != nil:
			got = text(err)
		}
		seen = append(seen, got)
	}
	return strings.Join(seen, ","), nil
}

// theatre is where a workflow is played: it writes down what happens, and when.
type theatre struct {
	began time.Time

	mu     sync.Mutex
	script []string
	result string
	ended  time.Duration
	events map[string]bool // which have come
	came   chan struct{}
}

func newTheatre() *theatre {
	return &theatre{began: time.Now(), events: map[string]bool{}, came: make(chan struct{})}
}

func (w *theatre) says(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.script = append(w.script, fmt.Sprint(time.Since(w.began), " ", fmt.Sprintf(format, args...)))
}

func (w *theatre) act(ctx context.Context, a act) (string, error) {
	step := executor.StepFrom(ctx)
	w.says("%s begins %d", step.Path(), a.ID)
	if err := pause(ctx, duration("act", a.ID)); err != nil {
		w.says("%s is stopped", step.Path())
		return "", err
	}
	w.says("%s ends", step.Path())
	if a.Fails {
		return "", fmt.Errorf("act %d: %w", a.ID, errBroken)
	}
	return fmt.Sprint("act ", a.ID), nil
}

// receive delivers events to workflows that no runtime carries out.
func (w *theatre) receive(ctx context.Context, a actions.Receive[string]) (string, error) {
	for {
		w.mu.Lock()
		if ctx.Err() == nil && w.events[a.Name] {
			w.mu.Unlock()
			return "event " + a.Name, nil
		}
		came := w.came
		w.mu.Unlock()
		select {
		case <-came:
		case <-ctx.Done():
			return "", doneError(ctx)
		}
	}
}

func (w *theatre) send(e string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events[e] = true
	close(w.came)
	w.came = make(chan struct{})
}

// doneError is why a context has ended: both its error and its cause.
func doneError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// played is the workflow, which writes down what it has come to.
func (w *theatre) played(y actions.Yield, s scene) (string, error) {
	result, err := play(y, s)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result = fmt.Sprintf("%s: %s", result, text(err))
	w.ended = time.Since(w.began)
	return result, err
}

// told is what happened, in an order that does not depend on who was quicker within a moment.
func (w *theatre) told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	script := slices.Clone(w.script)
	slices.Sort(script)
	return strings.Join(append(script, fmt.Sprint(w.ended, " ", w.result)), "\n")
}

var errPlayCancelled = &durable.CancelledError{Run: "r", Reason: "no more"}
