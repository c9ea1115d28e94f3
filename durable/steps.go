package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// Step is what a run's journal says about one step, for people.
type Step struct {
	// Kind is "step"; "decision" for the branch that decided a group; "change" for a version of the code that the run
	// follows.
	Kind string
	// Path is where it stands in the run, such as "3.1.0". Of a change, it is the strand, and the step before which it
	// stands.
	Path string
	// Name is that of the action, or of the change.
	Name string
	// Action is the action, and Result what it returned, if they were written as JSON; the action is kept if it is small.
	Action, Result json.RawMessage
	// Error is the text of the action's error, or "".
	Error string
	// Number is the branch of a decision, or the version of a change.
	Number int64
	// Started and Finished are when the action was begun to be carried out, and when it had been.
	Started, Finished time.Time
}

// Steps returns what the journal of a run says, in the order in which it was written: each step that has an outcome. A
// run that has continued as new has the steps since then. It reads the whole journal.
func (c *Client) Steps(ctx context.Context, id string) ([]Step, error) {
	if err := c.ready(ctx); err != nil {
		return nil, fmt.Errorf("steps of run %s: %w", quote(id), err)
	}
	if err := checkID(id); err != nil {
		return nil, err
	}
	h, err := c.store.Load(ctx, id, store.Mark{})
	if err != nil {
		return nil, fmt.Errorf("steps of run %q: %w", id, err)
	}
	steps := make([]Step, len(h.Records))
	for i, r := range h.Records {
		steps[i] = c.step(r)
	}
	return steps, nil
}

func (c *Client) step(r store.Record) Step {
	s := Step{
		Kind: r.Kind.String(), Path: r.Path, Name: r.Name, Action: jsonOf(r.Action), Result: jsonOf(r.Result),
		Started: r.Started, Finished: r.Finished,
	}
	if r.Kind != store.Step {
		s.Number = r.Number
	}
	if codec.IsError(r.Failure) {
		s.Error = c.failure(r.Failure).Error()
	}
	return s
}
