package durable

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/durable/store"
)

// Handle is for one run whose flow has outputs of type Out. It holds nothing but the run's ID and the client; it may be
// dropped, copied, made again with [Attach], and used concurrently. Every method asks the store: if there is no run
// with the ID, because there never was or it was deleted, the error is [ErrNotFound]; if the ID is none, [ErrBadID].
type Handle[Out any] struct {
	c    *Client
	id   string
	made bool
}

// Attach makes a handle for a run that anybody started, in whatever process. It asks nothing: whether the run is there,
// and whether Out is the type of its outputs, comes out when the handle is used. It panics if the client is nil.
func Attach[Out any](c Starter, id string) *Handle[Out] {
	cl, err := clientOf(c)
	if err != nil {
		panic("durable.Attach: " + err.Error())
	}
	return &Handle[Out]{c: cl, id: id}
}

// Attach is the function [Attach] for a run of this flow, whose outputs it knows the type of.
func (f Flow[In, Out]) Attach(c Starter, id string) *Handle[Out] { return Attach[Out](c, id) }

// ID is the ID of the run.
func (h *Handle[Out]) ID() string { return h.id }

// New tells whether the call that returned the handle started the run; if not, it was there already.
func (h *Handle[Out]) New() bool { return h.made }

// String names the run.
func (h *Handle[Out]) String() string { return fmt.Sprintf("run %q", h.id) }

// Status returns where the run stands.
func (h *Handle[Out]) Status(ctx context.Context) (Status, error) {
	r, err := h.c.row(ctx, h.id)
	return r.Status, err
}

// Ready tells whether the run has ended, so that Result returns at once.
func (h *Handle[Out]) Ready(ctx context.Context) (bool, error) {
	s, err := h.Status(ctx)
	return s.Finished(), err
}

// Result waits until the run has ended and returns what it returned. The error of one that failed is a [*RunError], of
// one that was cancelled a [*CancelledError]. Of one that is blocked, or becomes so meanwhile, the error is
// a [*BlockedError] at once, since somebody must do something about it; once that was done Result can be called again.
// Paused and waiting runs are waited for.
//
// When ctx is done the wait ends, and the run does not: the error is then that of ctx and none of these. An error of
// the store ends the wait too. Many may wait for one run. A store that tells about changes (see store.Watcher) is not
// polled for them.
func (h *Handle[Out]) Result(ctx context.Context) (Out, error) {
	r, err := h.c.ended(ctx, h.id)
	if err != nil {
		var none Out
		return none, err
	}
	out, _, err := outcome[Out](h.c, r)
	return out, err
}

// TryResult is Result without the wait: done is false if the run has not ended.
func (h *Handle[Out]) TryResult(ctx context.Context) (out Out, done bool, err error) {
	r, err := h.c.row(ctx, h.id)
	if err != nil {
		return out, false, err
	}
	return outcome[Out](h.c, r)
}

// Cancel is [Client.Cancel].
func (h *Handle[Out]) Cancel(ctx context.Context, reason string) (cancelled bool, err error) {
	return h.c.Cancel(ctx, h.id, reason)
}

// Pause is [Client.Pause].
func (h *Handle[Out]) Pause(ctx context.Context, reason string) error {
	return h.c.Pause(ctx, h.id, reason)
}

// Resume is [Client.Resume].
func (h *Handle[Out]) Resume(ctx context.Context) error { return h.c.Resume(ctx, h.id) }

// Terminate is [Client.Terminate].
func (h *Handle[Out]) Terminate(ctx context.Context, reason string) error {
	return h.c.Terminate(ctx, h.id, reason)
}

// Metadata returns what is known about the run besides its input and its output.
func (h *Handle[Out]) Metadata(ctx context.Context) (Metadata, error) {
	r, err := h.c.row(ctx, h.id)
	if err != nil {
		return Metadata{}, err
	}
	return h.c.metadata(r), nil
}

// Progress returns how far the run has come, as it told last. What is told is kept with the steps that come after it,
// so that it may be behind by a moment, and stays when the run has ended.
func (h *Handle[Out]) Progress(ctx context.Context) (Progress, error) {
	p, err := h.published(ctx)
	if err != nil || p.Progress == nil {
		return Progress{}, err
	}
	return *p.Progress, nil
}

// Published decodes the value that the run published last under a name (see actions.Publish), and tells whether there
// is one. It may be behind by a moment, as [Handle.Progress] may be.
func (h *Handle[Out]) Published(ctx context.Context, name string, into any) (bool, error) {
	p, err := h.published(ctx)
	if err != nil {
		return false, err
	}
	v, ok := p.Values[name]
	if !ok {
		return false, nil
	}
	if err := h.c.codecs.Decode(v, into); err != nil {
		return true, fmt.Errorf("run %q: what is published as %s: %w", h.id, quote(name), err)
	}
	return true, nil
}

// Steps is [Client.Steps].
func (h *Handle[Out]) Steps(ctx context.Context) ([]Step, error) { return h.c.Steps(ctx, h.id) }

func (h *Handle[Out]) published(ctx context.Context) (published, error) {
	r, err := h.c.row(ctx, h.id)
	if err != nil {
		return published{}, err
	}
	return decodePublished(h.id, r.Published)
}

// outcome is what a run has come to, if it has ended or is blocked.
func outcome[Out any](c *Client, r store.Run) (out Out, done bool, err error) {
	switch r.Status {
	case Completed:
		if err := c.codecs.Decode(r.Result, &out); err != nil {
			return out, true, fmt.Errorf("the result of run %q: %w", r.ID, err)
		}
		return out, true, nil
	case Failed:
		return out, true, c.runError(r)
	case Cancelled:
		return out, true, c.cancelledError(r)
	case Blocked:
		return out, false, &BlockedError{Run: r.ID, Reason: r.Reason}
	default:
		return out, false, nil
	}
}
