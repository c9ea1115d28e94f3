package whole

import (
	"cmp"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Run is a run with everything that belongs to it. Its fields are exported so that any codec can keep it. The methods
// keep what they are given, and return what the run refers to: a store copies what comes in or goes out. They are not
// safe for concurrent use.
type Run struct {
	store.History
	// Last is the Seq of the last message that came, Keys are those of all that ever came.
	Last int64
	Keys map[string]bool
}

// New makes a run as [store.Store] creates it: without a lease.
func New(r store.Run) *Run {
	r.Lease = store.Lease{}
	return &Run{History: store.History{Run: r}}
}

// Claim leases the run, whether it is due or not: see [Due].
func (r *Run) Claim(c store.Claim, now time.Time) {
	r.Run.Owner = c.Owner
	r.Run.Epoch++
	r.Run.Revision++
	r.Run.Status, r.Run.Due = store.Running, now.Add(c.Lease)
	if r.Run.Started.IsZero() {
		r.Run.Started = now
	}
}

// Renew lets the lease last longer, if it is the owner's.
func (r *Run) Renew(owner string, lease time.Duration, now time.Time) (held store.Held, ok bool) {
	if r.Run.Owner != owner {
		return store.Held{}, false
	}
	r.Run.Due = now.Add(lease)
	return store.Held{Run: r.Run.ID, Epoch: r.Run.Epoch, Revision: r.Run.Revision, Messages: r.newest()}, true
}

// newest is the Seq of the last message that is there, or 0.
func (r *Run) newest() int64 {
	if n := len(r.Messages); n > 0 {
		return r.Messages[n-1].Seq
	}
	return 0
}

// Write makes a write, but for what it sends: that is the business of the runs to which it is sent, and to be sent if
// there is no error. If there is one nothing was changed.
func (r *Run) Write(w store.Write, now time.Time) error {
	if refused := w.Refused(r.Run.Status, r.Run.Lease); refused != nil {
		return refused
	}
	if w.State != nil && w.Restart != nil {
		r.Records, r.Run.Input = nil, *w.Restart
	}
	for _, record := range w.Records {
		at, found := slices.BinarySearchFunc(r.Records, record, byNumber)
		if !found {
			r.Records = slices.Insert(r.Records, at, record)
		}
	}
	r.Messages = slices.DeleteFunc(r.Messages, func(m store.Message) bool { return slices.Contains(w.Consumed, m.Seq) })
	if w.Published != nil {
		r.Run.Published = w.Published
	}
	if w.State != nil {
		r.setState(w, now)
	}
	return nil
}

func byNumber(a, b store.Record) int { return cmp.Compare(a.N, b.N) }

func (r *Run) setState(w store.Write, now time.Time) {
	leaseEnds := r.Run.Due
	r.Run.State = *w.State
	r.Run.Revision++
	switch {
	case w.Release:
		r.Run.Owner = ""
		if w.Epoch == 0 {
			r.Run.Epoch++
		}
		if r.Run.Status == store.Waiting && r.newest() > w.Seen {
			r.wake(now)
		}
	case r.Run.Owner != "":
		r.Run.Due = leaseEnds
	}
}

// Send puts a message into the inbox. One whose key was sent before is dropped, without an error.
func (r *Run) Send(m store.Message, now time.Time) error {
	if r.Run.Status.Finished() {
		return store.ErrFinished
	}
	if m.Key != "" {
		if r.Keys[m.Key] {
			return nil
		}
		if r.Keys == nil {
			r.Keys = map[string]bool{}
		}
		r.Keys[m.Key] = true
	}
	r.Last++
	m.Seq = r.Last
	r.Messages = append(r.Messages, m)
	if r.Run.Status == store.Waiting && r.Run.Owner == "" {
		r.wake(now)
	}
	return nil
}

// wake makes the run due, unless it is.
func (r *Run) wake(now time.Time) {
	if r.Run.Due.IsZero() || r.Run.Due.After(now) {
		r.Run.Due = now
	}
}

// From returns the run with what its log and its inbox have from a mark on.
func (r *Run) From(m store.Mark) store.History {
	h := r.History
	at, _ := slices.BinarySearchFunc(h.Records, store.Record{N: m.Records}, byNumber)
	h.Records = h.Records[at:]
	at = slices.IndexFunc(h.Messages, func(sent store.Message) bool { return sent.Seq > m.Messages })
	if at < 0 {
		at = len(h.Messages)
	}
	h.Messages = h.Messages[at:]
	return h
}
