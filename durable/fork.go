package durable

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// Fork makes a new run of any other, which goes its own way from a step on, and returns its ID. It has the records of
// the steps before that one, and of other branches if the step is in a group; the rest is carried out. So a run that is
// blocked because the code has changed goes on with the new code from the step before which the change is, and one that
// took a wrong turn takes it again. The other run stays what it is, and goes on if it has not ended: [Client.Terminate]
// ends it.
//
// The step is a path, as in a [BlockedError] or [Client.Steps]: "0" keeps nothing, "3.1.0" keeps what the branch 1 of
// the group at 3 has done before its first step, and the other branches of that group. It is new work: the keys of its
// steps are its own, and NewID and Random answer anew, but for what is before a record that is kept. What is kept must
// fit the code, as ever, or the new run is blocked; a Version that was asked right before the step is asked anew.
//
// Events that the kept steps have received are part of their records. Those that later steps have received are given
// to the new run again, as far as these were yielded as actions.Receive or [Await], and so are those that nobody has
// received. A child that has not ended tells the run that started it, and no other.
//
// Without [WithID] the new run has a UUID; with the same ID, Fork is idempotent. Flow, input, labels, priority,
// retention, queue and the key in it are those of the other run unless options say otherwise; its deadline is that of
// [Client.Retry]. It can be found by [LabelForkOf]. It has no parent. [Flow.Fork] gives it another input.
//
// What is no step is an error that says why. Of a run that is not there the error is [ErrNotFound], and if the new ID
// is that of another run it is [ErrConflict]. A client that lacks a codec of the run's is told so by
// a [codec.UnknownCodecError], and nothing is made.
func (c *Client) Fork(ctx context.Context, id, at string, opts ...StartOption) (fork string, err error) {
	fork, err = c.fork(ctx, id, at, nil, nil, opts)
	if err != nil {
		return "", fmt.Errorf("fork run %s at step %s: %w", quote(id), quote(at), err)
	}
	return fork, nil
}

// Fork is [Client.Fork] of a run of this flow, with another input.
func (f Flow[In, Out]) Fork(
	ctx context.Context, s Starter, id, at string, in In, opts ...StartOption,
) (*Handle[Out], error) {
	c, err := clientOf(s)
	if err == nil && f.def == nil {
		err = errUndefined
	}
	var input store.Payload
	if err == nil {
		input, err = c.encode("input", in)
	}
	var fork string
	if err == nil {
		fork, err = c.fork(ctx, id, at, f.def, &input, opts)
	}
	if err != nil {
		return nil, fmt.Errorf("fork run %s at step %s: %w", quote(id), quote(at), err)
	}
	return Attach[Out](c, fork), nil
}

// fork makes a fork of a run of the flow, if that is not nil, with another input, if that is not.
func (c *Client) fork(
	ctx context.Context, id, at string, def *definition, input *store.Payload, opts []StartOption,
) (string, error) {
	h, err := c.history(ctx, id)
	if err != nil {
		return "", err
	}
	switch {
	case def == nil:
		def = &definition{name: h.Run.Flow, version: h.Run.Version}
	case def.name != h.Run.Flow:
		return "", badOption("it is a run of flow %q, not of %q", h.Run.Flow, def.name)
	}
	if len(at) > maxName {
		return "", errors.New("that is no path of a step: it is too long")
	}
	d := descendant{c: c, of: &h, at: at, label: LabelForkOf, input: input}
	if d.kept, d.dropped, err = journal.Part(h.Records, at); err != nil {
		return "", err
	}
	return d.make(ctx, def, opts)
}
