package durable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// ErrNotFailed says that the run has not failed, which what was asked for requires.
var ErrNotFailed = errors.New("the run has not failed")

// Retry makes a new run of one that has failed, and returns its ID. It goes on from the last good step: it has the
// records of the failed run up to the step whose error that one ended with; this step is carried out again, and what
// comes after it. If the flow ended with an error of its own, that is the last step that failed; if it panicked, or was
// terminated, every record is good, and the flow is called again to go on behind them. The failed run stays what it is.
//
// The new run is the same work: the keys of its steps are those of the failed run, so that whoever keeps them
// recognises what may have been done already; NewID and Random answer the same. A service that remembers a failure
// under its key answers the same again: then, and if the failed run has undone what it did before it failed,
// [Client.Fork] is what is wanted. A child that failed is started anew, if it was awaited directly after its start. One
// whose ID was chosen has that still, and the new run fails with an [ErrConflict]: [Client.Delete] it before.
//
// The ID is that of the failed run and ".retry-1", or one more than the number that it has, unless [WithID] says
// another one; with the same ID, Retry is idempotent. Flow, input, labels, priority, retention, queue and the key in it
// are those of the failed run unless options say otherwise, and its deadline is as long after its start as that of the
// failed run was after that had been created, a delay included: [WithTimeLimit] says another one. It can be found by
// [LabelRetryOf]. It has no parent: that has been told of the failure.
//
// Of a run that has not failed the error is [ErrNotFailed], of one that is not there [ErrNotFound], and if the new ID
// is that of another run it is [ErrConflict]. A client that lacks a codec of the run's is told so by
// a [codec.UnknownCodecError], and nothing is made.
func (c *Client) Retry(ctx context.Context, id string, opts ...StartOption) (retry string, err error) {
	h, err := c.history(ctx, id)
	if err == nil && h.Run.Status != Failed {
		err = fmt.Errorf("%w: it is %s", ErrNotFailed, h.Run.Status)
	}
	if err == nil {
		retry, err = c.retry(ctx, &h, opts)
	}
	if err != nil {
		return "", fmt.Errorf("retry run %s: %w", quote(id), err)
	}
	return retry, nil
}

func (c *Client) retry(ctx context.Context, h *store.History, opts []StartOption) (string, error) {
	var at []string
	_, bad := c.errors.Decode(c.codecs, h.Run.Failure)
	if unknown, ok := errors.AsType[*codec.UnknownCodecError](bad); ok {
		return "", fmt.Errorf("its error: %w", unknown)
	}
	if failed := c.failedAt(h); failed != "" {
		at = []string{failed}
	}
	d := descendant{c: c, of: h, label: LabelRetryOf, sameKeys: true}
	var err error
	for more := true; more; {
		if d.kept, d.dropped, err = journal.Part(h.Records, at...); err != nil {
			return "", err
		}
		starts := d.startsToRepeat()
		at, more = append(at, starts...), len(starts) > 0
	}
	id := WithID(nextRetry(h.Run.ID))
	return d.make(ctx, &definition{name: h.Run.Flow, version: h.Run.Version}, append([]StartOption{id}, opts...))
}

var retried = regexp.MustCompile(`^(.*\.retry-)([1-9][0-9]{0,8})$`)

// nextRetry is the ID of the run that a run is retried by.
func nextRetry(id string) string {
	if m := retried.FindStringSubmatch(id); m != nil {
		n, _ := strconv.Atoi(m[2])
		return m[1] + strconv.Itoa(n+1)
	}
	return id + ".retry-1"
}

// failedAt is the step by which a run has failed; empty if it was none.
func (c *Client) failedAt(h *store.History) string {
	failed, last := map[string]bool{}, ""
	for i := range h.Records {
		if r := &h.Records[i]; r.Kind == store.Step {
			bad := codec.IsError(r.Failure)
			if failed[r.Path] = bad; bad {
				last = r.Path
			}
		}
	}
	err := c.failure(h.Run.Failure)
	step, ofStep := errors.AsType[*executor.StepError](err)
	_, panicked := errors.AsType[*executor.PanicError](err)
	switch {
	case ofStep:
		if at, ok := nearest(step.Path, failed); ok {
			return at
		}
	case panicked, errors.Is(err, ErrTerminated), errors.Is(err, context.DeadlineExceeded):
		return ""
	}
	return last
}

// nearest finds the step that failed at a path, or around it. If there is no record at all, it left none.
func nearest(path string, failed map[string]bool) (at string, ok bool) {
	for at = path; ; {
		if bad, known := failed[at]; known {
			return at, bad
		}
		for range 2 { // the branch and the group
			dot := strings.LastIndexByte(at, '.')
			if dot < 0 {
				return path, true
			}
			at = at[:dot]
		}
	}
}

var awaitName = actions.Name(Await[struct{}]{})

// startsToRepeat are the starts of children that are to be awaited again, and have not come to a good end.
func (d *descendant) startsToRepeat() (paths []string) {
	kept := map[string]bool{}
	for i := range d.kept {
		if r := &d.kept[i]; r.Name == startName && !codec.IsError(r.Failure) {
			kept[r.Path] = true
		}
	}
	for i := range d.dropped {
		r := &d.dropped[i]
		if r.Name != awaitName || !codec.IsError(r.Failure) {
			continue
		}
		dot := strings.LastIndexByte(r.Path, '.')
		index, err := strconv.Atoi(r.Path[dot+1:])
		if before := r.Path[:dot+1] + strconv.Itoa(index-1); err == nil && kept[before] {
			paths = append(paths, before)
		}
	}
	return paths
}

// deadlineFrom is the deadline of a run that begins at a time, and has as long as another one had. When that was to
// start is not known any more.
func deadlineFrom(of *store.Run, begin time.Time) time.Time {
	if of.Deadline.IsZero() {
		return time.Time{}
	}
	return exact(begin.Add(max(of.Deadline.Sub(of.Created), time.Microsecond)))
}
