package cassette

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// Write writes the cassette of a run that was not recorded but traced: of its calls in the order in which they ended,
// single actions and, with their results, groups. Log, Progress and Publish are left out. It writes nothing if a call
// cannot be recorded: the error says which and why. Write panics if two kinds of errors have one name.
func Write(file string, trace orchestratetest.Trace, c Config) error {
	w := traceWriter{
		writer: newWriter(c), tape: &tape{Format: format, Workflow: c.Workflow, Calls: []*call{}},
		groups: map[string]*call{}, orders: map[string]*order{},
	}
	for _, made := range trace {
		if g, ok := made.Action.(actions.Group); ok {
			w.group(made, g)
		}
	}
	var problems []error
	for _, made := range trace {
		problems = append(problems, w.single(made))
	}
	for path, o := range w.orders {
		o.write(w.groups[path])
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("cassette %s is not written: %w", file, err)
	}
	if err := w.tape.write(file); err != nil {
		return fmt.Errorf("cassette %s: %w", file, err)
	}
	return nil
}

// traceWriter makes a tape of a trace.
type traceWriter struct {
	writer
	tape   *tape
	groups map[string]*call  // by path
	orders map[string]*order // of what is in outermost groups
}

// group takes in a group.
func (w *traceWriter) group(made orchestratetest.Call, g actions.Group) {
	c, _ := w.callAt(made.Path, 1, g) // it has no fields
	w.tape.Calls = append(w.tape.Calls, c)
	w.groups[made.Path] = c
	if r, ok := made.Result.(actions.GroupResult); ok && r.Decided >= 0 && len(g.Branches) > 1 {
		w.order(made.Path).counts = true
	}
}

// single takes in a single action.
func (w *traceWriter) single(made orchestratetest.Call) error {
	switch made.Action.(type) {
	case actions.Group, actions.Log, actions.Progress, actions.Publish:
		return nil
	}
	c, err := w.callAt(made.Path, 1, made.Action)
	if err == nil {
		err = w.outcome(c, made.Action, made.Result, made.Err)
	}
	if err != nil {
		return err
	}
	w.tape.Calls = append(w.tape.Calls, c)
	if o := w.order(made.Path); o != nil {
		o.ended = append(o.ended, c)
	}
	return nil
}

// order is that of the outermost group at a path, or around it. It is nil if there is none.
func (w *traceWriter) order(path string) *order {
	for i := range len(path) + 1 {
		if i < len(path) && path[i] != '.' || w.groups[path[:i]] == nil {
			continue
		}
		if w.orders[path[:i]] == nil {
			w.orders[path[:i]] = &order{}
		}
		return w.orders[path[:i]]
	}
	return nil
}
