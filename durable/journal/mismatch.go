package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/jsondiff"
)

// MismatchError says that the code does not do what the run's records say it did, or cannot read them. The run cannot
// go on with this code. Nothing is lost, and at this step nothing was carried out or written.
type MismatchError struct {
	Run string
	// Path is the step. Recorded is the action that the journal has there, Yielded the one that the code came with:
	// both are empty if there is none. Of an action that a codec of the user's own writes they have the name alone: the
	// error is kept, and logged, as it is.
	Path              string
	Recorded, Yielded string
	// Diff tells what differs, if both are of the same name and the journal has kept the action.
	Diff []string
	// Err is why the outcome on record cannot be read, if that is what is wrong.
	Err error
}

// Error says what differs, and what to do.
func (e *MismatchError) Error() string {
	var what string
	switch {
	case e.Err != nil:
		what = fmt.Sprintf("the outcome of %s that the journal has cannot be read: %v", e.Recorded, e.Err)
	case e.Yielded == "":
		what = fmt.Sprintf("the journal has %s, which the code did not yield", e.Recorded)
	case e.Recorded == "":
		what = "the journal has nothing, and goes on behind it; the code yielded " + e.Yielded
	default:
		what = fmt.Sprintf("the journal has %s, the code yielded %s", e.Recorded, e.Yielded)
	}
	if len(e.Diff) > 0 {
		what += " (" + strings.Join(e.Diff, "; ") + ")"
	}
	return fmt.Sprintf("run %q: step %s: %s: run the code that the run was begun with, or let the new code ask "+
		"actions.Version which way to go, or fork the run before this step with Client.Fork", e.Run, e.Path, what)
}

// Unwrap returns Err.
func (e *MismatchError) Unwrap() error { return e.Err }

// Permanent is true: the same code comes to the same step.
func (e *MismatchError) Permanent() bool { return true }

// mismatch stops the journal because an action is not the recorded one. The data is the action as JSON, if it is known.
func (j *Journal) mismatch(r *store.Record, a actions.Action, data []byte) error {
	return j.stop(j.mismatched(r, a, data))
}

// misplaced stops the journal because it has a group where another action was yielded.
func (j *Journal) misplaced(path string, a actions.Action, data []byte) error {
	return j.stop(&MismatchError{
		Run: j.ID, Path: path, Recorded: "a group of branches", Yielded: j.described(a, data),
	})
}

// unreadable stops the journal because a record of an action cannot be read.
func (j *Journal) unreadable(r *store.Record, err error) error {
	return j.stop(&MismatchError{Run: j.ID, Path: r.Path, Recorded: r.Name, Yielded: r.Name, Err: err})
}

// missing stops the journal because it has no record of an action, but of what came behind it.
func (j *Journal) missing(path string, a actions.Action, data []byte) error {
	return j.stop(&MismatchError{Run: j.ID, Path: path, Yielded: j.described(a, data)})
}

func (j *Journal) mismatched(r *store.Record, a actions.Action, data []byte) error {
	e := &MismatchError{Run: j.ID, Path: r.Path}
	recorded := j.recorded(r)
	if e.Recorded = r.Name; isOpen(r.Action) {
		e.Recorded += string(recorded)
	}
	if r.Kind == store.Decision {
		e.Recorded = fmt.Sprintf("a group %s that branch %d decided", r.Name, r.Number)
	}
	if a == nil {
		return e
	}
	if e.Yielded = j.described(a, data); data == nil {
		if g, ok := a.(actions.Group); ok {
			e.Yielded = fmt.Sprintf("a group %s of %d branches", actions.Name(a), len(g.Branches))
		}
	}
	switch {
	case r.Name != actions.Name(a) || recorded == nil || data == nil:
	case isOpen(r.Action) && j.shows(data):
		e.Diff = jsondiff.Lines(recorded, data)
	default:
		e.Diff = differing(recorded, data)
	}
	return e
}

// recorded is the action of a record as JSON, or nil if it was not kept.
func (j *Journal) recorded(r *store.Record) []byte {
	if r.Action.Codec == "" {
		return nil
	}
	var data json.RawMessage
	if err := j.Codecs.Decode(r.Action, &data); err != nil {
		return nil
	}
	return data
}

// described is an action as an error has it, which is kept and logged: what a codec of somebody else's may be there to
// hide is not shown.
func (j *Journal) described(a actions.Action, data []byte) string {
	if j.shows(data) {
		return actions.Name(a) + string(data)
	}
	return actions.Name(a)
}

// shows tells whether anybody may read what the journal writes.
func (j *Journal) shows(data []byte) bool {
	p, err := j.Codecs.Encode(json.RawMessage(data))
	return err == nil && isOpen(p)
}

// isOpen tells whether a payload is written by a codec that hides nothing.
func isOpen(p store.Payload) bool {
	return p.Codec == codec.JSON().Name() || p.Codec == codec.Gob().Name()
}

// differing names the fields in which two actions differ, without what they hold.
func differing(recorded, got []byte) (lines []string) {
	var r, g map[string]json.RawMessage
	if json.Unmarshal(recorded, &r) != nil || json.Unmarshal(got, &g) != nil {
		return nil
	}
	all := maps.Clone(r)
	maps.Copy(all, g)
	for _, field := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(r[field], g[field]) {
			lines = append(lines, field+" differs")
		}
	}
	return lines
}
