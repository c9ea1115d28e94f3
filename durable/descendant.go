package durable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// Labels of runs that were made of others: see [Client.Retry] and [Client.Fork].
const (
	// LabelRetryOf has the ID of the run that failed.
	LabelRetryOf = reserved + "retry-of"
	// LabelForkOf has the ID of the run that was forked.
	LabelForkOf = reserved + "fork-of"
)

// descendant is a run that is being made of another one.
type descendant struct {
	c             *Client
	of            *store.History
	at            string // where somebody said that they part; "" is nowhere
	label         string
	sameKeys      bool
	input         *store.Payload // nil is that of the other run
	kept, dropped []store.Record
}

// make puts the run into the store and returns its ID.
func (d *descendant) make(ctx context.Context, def *definition, opts []StartOption) (string, error) {
	switch {
	case importing(&d.of.Run.State):
		return "", errImporting
	case d.of.Run.Flow == scheduleFlow:
		return "", badOption("it is a schedule")
	}
	r, err := d.run(def, opts)
	if err != nil {
		return "", err
	}
	runs := []store.Run{r}
	d.c.links(ctx, runs)
	r = runs[0]
	h := store.History{Run: r, Records: d.kept}
	if h.Messages, err = d.messages(ctx); err != nil {
		return "", err
	}
	mine, _, err := lineageOf(&r)
	if err != nil {
		return "", err
	}
	mark := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", mine.Of, mine.At, mine.Key))
	return r.ID, d.c.bringAs(ctx, &bringer{
		c: d.c, h: &h, mark: store.Payload{Codec: importCodec, Data: mark[:]}, descended: true,
		same: func(_ context.Context, have store.Run) error { return d.same(def, mine, &r, &have) },
	})
}

// run is the row.
func (d *descendant) run(def *definition, opts []StartOption) (store.Run, error) {
	of := &d.of.Run
	inherited := []StartOption{WithPriority(of.Priority)}
	if of.Queue != "" {
		inherited = append(inherited, WithQueue(of.Queue))
	}
	if of.Key != "" {
		inherited = append(inherited, WithQueueKey(of.Key))
	}
	if of.Retention != 0 {
		inherited = append(inherited, WithRetention(of.Retention))
	}
	r, err := d.c.bareRun(def, gather(append(inherited, opts...)))
	switch {
	case err != nil:
		return r, err
	case r.Parent != "":
		return r, badOption("a run that is made of another one has no parent")
	case r.Deadline.IsZero():
		r.Deadline = deadlineFrom(of, r.Due)
	}
	if err := inTime(r); err != nil {
		return r, err
	}
	labels := maps.Clone(of.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, r.Labels)
	labels[d.label] = of.ID
	if err := checkLabels(labels); err != nil {
		return r, err
	}
	r.Labels, r.Input = labels, of.Input
	if d.input != nil {
		r.Input = *d.input
	}
	last := int64(-1)
	for i := range d.kept {
		last = max(last, d.kept[i].N)
	}
	l, err := descent(of, d.at, last, r.Created)
	if err != nil {
		return r, err
	}
	if d.sameKeys {
		l.Key = l.Origins[len(l.Origins)-1].ID
	}
	r.Seed = l.with(seedOf(of))
	if !of.Started.IsZero() && (len(d.kept) > 0 || d.sameKeys) {
		r.Started = of.Started
		if !r.Due.After(r.Created) { // or else an event would have it due before its time
			r.Status = store.Waiting
		}
	}
	return r, nil
}

// same is nil if the run that is there is the one that was to be made, by an earlier call.
func (d *descendant) same(def *definition, mine lineage, want, have *store.Run) error {
	its, ok, err := lineageOf(have)
	switch {
	case err != nil:
		return err
	case ok && its.Of == mine.Of && its.At == mine.At && its.Key == mine.Key && have.Flow == want.Flow &&
		bytes.Equal(seedOf(have), seedOf(want)) && d.sameInput(def, have, want):
		return nil
	}
	return &ConflictError{Run: want.ID, Have: d.c.describe(*have), Want: d.c.describe(*want)}
}

// sameInput compares inputs by what they are encoded as, and one that was given for the fork also by what it is.
func (d *descendant) sameInput(def *definition, have, want *store.Run) bool {
	if d.input == nil {
		return have.Generation > 0 || samePayload(have.Input, want.Input)
	}
	return d.c.sameInput(def, *have, *want)
}

// messages are those that the run is to have: what the dropped steps have received, what nobody has, and the ends of
// children that it may await.
func (d *descendant) messages(ctx context.Context) ([]store.Message, error) {
	var ms []store.Message
	anew := map[string]bool{} // the ends of children that are started once more, maybe under the IDs that they had
	for i := range d.dropped {
		r := &d.dropped[i]
		if r.Name == startName && !codec.IsError(r.Failure) {
			id, err := d.child(r)
			if err != nil {
				return nil, err
			}
			anew[childEvent(id)] = true
		}
		if r.Number == 0 {
			continue
		}
		name, err := d.received(r)
		if err != nil {
			return nil, err
		}
		if name == "" {
			continue
		}
		m := store.Message{Name: name, Payload: r.Result, Sent: r.Finished}
		if codec.IsError(r.Failure) {
			m.Payload = r.Failure
		}
		ms = append(ms, m)
	}
	ms = slices.DeleteFunc(append(ms, d.of.Messages...), func(m store.Message) bool { return anew[m.Name] })
	ends, err := d.ends(ctx, ms)
	ms = append(ms, ends...)
	for i := range ms {
		ms[i].Seq = int64(i + 1)
	}
	return ms, err
}

// received is the name of the event that a step has received, as far as that is known.
func (d *descendant) received(r *store.Record) (string, error) {
	if r.Action.Codec == "" || r.Name != awaitName && !strings.HasPrefix(r.Name, "actions.Receive") {
		return "", nil
	}
	var a struct{ Name, ID string }
	var text json.RawMessage
	err := d.c.codecs.Decode(r.Action, &text)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return "", fmt.Errorf("what step %s has received: %w", r.Path, err)
	}
	if r.Name == awaitName {
		return childEvent(a.ID), nil
	}
	return a.Name, nil
}

// child is the ID of the child that a step has started.
func (d *descendant) child(r *store.Record) (id string, err error) {
	if err := d.c.codecs.Decode(r.Result, &id); err != nil {
		return "", fmt.Errorf("the child that step %s has started: %w", r.Path, err)
	}
	return id, nil
}

// ends are messages of the ends of children that the kept steps have started and not awaited. They were told to the
// other run, or nobody.
func (d *descendant) ends(ctx context.Context, known []store.Message) (ends []store.Message, err error) {
	had := map[string]bool{}
	for _, m := range known {
		had[m.Name] = true
	}
	var started []string
	for i := range d.kept {
		r := &d.kept[i]
		switch {
		case r.Name == awaitName:
			name, err := d.received(r)
			if err != nil {
				return nil, err
			}
			had[name] = true
		case r.Name == startName && !codec.IsError(r.Failure):
			id, err := d.child(r)
			if err != nil {
				return nil, err
			}
			started = append(started, id)
		}
	}
	started = slices.DeleteFunc(started, func(id string) bool { return had[childEvent(id)] })
	for len(started) > 0 {
		n := min(len(started), listPage)
		page, err := d.c.store.List(ctx, store.Query{IDs: started[:n], Limit: n})
		if err != nil {
			return nil, err
		}
		for _, child := range page {
			if child.Status.Finished() && child.Parent != "" {
				m := childEnd(child, child.State)
				m[0].Key, m[0].Sent = "", child.Finished
				ends = append(ends, m[0])
			}
		}
		started = started[n:]
	}
	return ends, nil
}
