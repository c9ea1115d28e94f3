package durable

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// finish writes how the run has ended.
func (l *loaded) finish(j *journal.Journal, result any, err error) {
	var payload store.Payload
	if err == nil {
		payload, err = l.rt.encode("result", result) // what cannot be kept is how the run ends
	}
	if p, ok := err.(*executor.PanicError); ok { //nolint:errorlint // of the flow itself, not of a handler
		err = panicked{p}
	}
	if !l.endChildren() {
		l.stopped(j, context.Cause(l.life))
		return
	}
	pending := j.Pending()
	l.why = err
	failed := l.conclude(l.life, func(row store.Run) store.Write {
		s := l.rt.finished(row, payload, err)
		l.accounted(&s)
		return store.Write{
			Records: pending.Records, Consumed: pending.Consumed, State: &s, Release: true, Send: childEnd(row, s),
		}
	})
	if !errors.Is(failed, store.ErrFinished) { // or else by somebody else
		l.left("finish", failed)
	}
}

// finished is the state of a run that ends with a result or an error. One that is to be cancelled is, whatever it came
// to.
func (c *Client) finished(row store.Run, result store.Payload, err error) store.State {
	now := exact(time.Now())
	if row.Retention == 0 {
		row.Retention = c.retention
	}
	s := row.State
	s.Due, s.Finished, s.Expires, s.Result = time.Time{}, now, expires(row, now), store.Payload{}
	switch {
	case !s.Cancelled.IsZero():
		cancelled := c.cancellation(row, err)
		s.Status, s.Reason = store.Cancelled, cancelled.Reason
		s.Failure = c.encodeFailure(cancelled)
	case err != nil:
		s.Status = store.Failed
		s.Failure = c.encodeFailure(err)
	default:
		s.Status = store.Completed
		s.Result = result
	}
	return s
}

// cancellation is the error of a run that was cancelled, and then ended with err.
func (c *Client) cancellation(row store.Run, err error) *CancelledError {
	cancelled := &CancelledError{Run: row.ID, Reason: c.cancelReason(row)}
	if err != nil && !strings.HasSuffix(err.Error(), cancelled.Error()) && !onlyCancelled(err) {
		cancelled.Err = err // more than the cancellation, as it came through a few layers
	}
	return cancelled
}

// onlyCancelled tells whether an error is that of a context and nothing else, at whichever step: handlers return
// ctx.Err(), and not its cause.
func onlyCancelled(err error) bool {
	for {
		step, ok := err.(*executor.StepError) //nolint:errorlint // each layer, and no other
		if !ok {
			return errors.Is(err, context.Canceled) && err.Error() == context.Canceled.Error() // and nothing around it
		}
		err = step.Err
	}
}

func (c *Client) encodeFailure(err error) store.Payload {
	p, bad := c.errors.Encode(c.codecs, err)
	if bad != nil {
		p, _ = c.errors.Encode(c.codecs, fmt.Errorf("%s (which could not be kept as it was: %w)", err.Error(), bad))
	}
	return p
}

// panicked is the error of a run whose flow panicked: its code is "panic", and its details hold the stack.
type panicked struct{ *executor.PanicError }

func (e panicked) Unwrap() error { return e.PanicError }

func (panicked) Code() string { return "panic" }

func (e panicked) Details() any { return map[string]string{"stack": string(e.Stack)} }
