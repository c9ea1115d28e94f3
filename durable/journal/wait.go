package journal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// waiter is a strand that waits for a time or an event.
type waiter struct {
	strand *strand
	ctx    context.Context
	action actions.Action
	path   string
	until  time.Time     // zero without a timer
	atMost time.Duration // however the clock is set
	event  string        // empty without an event
	woken  chan struct{}

	// What it was given, or why it did not wait to the end:
	seq   int64
	value any
	why   error
}

// wait carries out a Sleep, or an action that waits for an event.
func (j *Journal) wait(ctx context.Context, s *strand, a actions.Action, r store.Record) (any, error) {
	if why := executor.Refuse(ctx); why != nil { // for certain: had it been given something, there would be a record
		if err := j.refuse(s, r.Path); err != nil {
			return nil, err
		}
		return j.record(ctx, s, a, r, nil, why, Synchronous)
	}
	w := &waiter{strand: s, ctx: ctx, action: a, path: r.Path, woken: make(chan struct{}, 1)}
	switch a := a.(type) {
	case actions.Sleep:
		w.until, w.atMost = after(j.nowAt(s, r.Path), a.For), a.For
	case interface{ EventName() string }:
		if w.event = a.EventName(); w.event == "" {
			return j.record(ctx, s, w.action, r, nil, errNoEvent, Synchronous)
		}
	}
	if err := j.flush(ctx, s); err != nil { // a run that only waits may be unloaded
		return nil, err
	}
	if err := j.await(w); err != nil {
		return nil, err
	}
	if w.why == nil || w.seq > 0 {
		s.tally.refused = 0
		r.Finished = instant(w.until) // at the earliest; the clock may have been set back
	} else if err := j.refuse(s, r.Path); err != nil {
		return nil, err
	}
	r.Number = w.seq
	return j.record(ctx, s, a, r, w.value, w.why, Synchronous)
}

var errNoEvent = fmt.Errorf("the name of the event is empty, so that it never comes: %w", executor.ErrNotDone)

// await returns when the time of the waiter has come, it was given something, or its context is done. The error says
// that the journal has stopped.
func (j *Journal) await(w *waiter) error {
	var left time.Duration
	if w.event == "" {
		if left = min(time.Until(w.until), w.atMost); left <= 0 {
			return nil
		}
	}
	j.mu.Lock()
	if j.phase != live || j.offer(w) {
		j.mu.Unlock()
		return j.leave()
	}
	j.waiting = append(j.waiting, w)
	idle := j.rests()
	j.mu.Unlock()
	if idle {
		j.idle()
	}
	var timer <-chan time.Time
	if left > 0 {
		t := time.NewTimer(left)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-w.woken:
	case <-timer:
		j.goOn(w, nil)
	case <-w.ctx.Done():
		j.goOn(w, doneError(w.ctx))
	}
	return j.leave()
}

// goOn takes the waiter off the list, unless it was given something, or the journal has stopped, a moment ago.
func (j *Journal) goOn(w *waiter, why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at := slices.Index(j.waiting, w); at >= 0 {
		j.waiting = slices.Delete(j.waiting, at, at+1)
		j.busy++
		w.why = why
	}
}

// rests notes that a strand does nothing for now, and tells whether they all do. The caller holds the lock.
func (j *Journal) rests() bool {
	j.busy--
	return j.busy == 0 && j.phase == live
}

// wake lets a waiter go on, which is to be taken off the list. The caller holds the lock.
func (j *Journal) wake(w *waiter) {
	j.busy++
	w.woken <- struct{}{}
}

// Deliver gives messages to the run, in the order of their Seqs: to strands that wait for such an event, or else to
// those that will. Messages that it has had are dropped. A journal that has stopped takes none, and has not seen them.
func (j *Journal) Deliver(ms ...store.Message) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.phase != live || j.inbox.add(slices.Clone(ms)) == 0 {
		return
	}
	j.distribute()
}

// distribute gives what is in the inbox to the strands that wait for it. The caller holds the lock.
func (j *Journal) distribute() {
	j.waiting = slices.DeleteFunc(j.waiting, func(w *waiter) bool {
		if !j.offer(w) {
			return false
		}
		j.wake(w)
		return true
	})
}

// Seen is the Seq of the last message that was delivered.
func (j *Journal) Seen() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.inbox.seen
}

// offer gives the waiter the first message of its name, if there is one and the strand may have it: not if its context
// is done, or another branch has decided a group around it, or may be about to, because it would be lost there. If it
// is all that a branch consists of, that decides the group in the same moment. The caller holds the lock.
func (j *Journal) offer(w *waiter) bool {
	s := w.strand
	if w.event == "" || len(j.inbox.byName[w.event]) == 0 || w.ctx.Err() != nil || s.loses(w.ctx.Done()) {
		return false
	}
	if s.rivals() {
		j.withheld = true
		return false
	}
	m := j.inbox.take(w.event)
	s.hold()
	w.seq = m.Seq
	w.value, w.why = j.open(w.action, m.Payload)
	if s.isLeaf(w.path) && s.group.decided < 0 && decides(s.group.mode, w.why) {
		s.group.decided = s.branch
	}
	return true
}

// open decodes the payload of an event for the action that receives it.
func (j *Journal) open(a actions.Action, p store.Payload) (any, error) {
	if codec.IsError(p) {
		e, err := j.Errors.Decode(j.Codecs, p)
		if err != nil {
			return nil, err
		}
		return nil, e
	}
	value, err := j.decode(a, p)
	if err != nil {
		return nil, fmt.Errorf("the payload of the event does not fit: %w", err)
	}
	return value, nil
}

// inbox holds the messages that nobody has received.
type inbox struct {
	byName map[string][]*store.Message
	seen   int64
	had    map[int64]bool // consumed in an earlier life
}

func newInbox(h *history) inbox {
	b := inbox{byName: map[string][]*store.Message{}, had: map[int64]bool{}}
	for _, p := range h.steps {
		if p.Number > 0 {
			b.had[p.Number] = true
		}
	}
	return b
}

// add takes in messages and returns how many are new.
func (b *inbox) add(ms []store.Message) (added int) {
	for i := range ms {
		m := &ms[i]
		if m.Seq <= b.seen {
			continue
		}
		b.seen = m.Seq
		if !b.had[m.Seq] {
			b.byName[m.Name] = append(b.byName[m.Name], m)
			added++
		}
	}
	return added
}

func (b *inbox) take(name string) *store.Message {
	ms := b.byName[name]
	if len(ms) == 0 {
		return nil
	}
	if b.byName[name] = ms[1:]; len(ms) == 1 {
		delete(b.byName, name)
	}
	return ms[0]
}

// after is t and d later, or the end of time.
func after(t time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return t
	}
	if end := time.Unix(0, math.MaxInt64).UTC(); t.After(end.Add(-d)) {
		return end
	}
	return t.Add(d)
}

// doneError says why a context is done: both its error and its cause.
func doneError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
