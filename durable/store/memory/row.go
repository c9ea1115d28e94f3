package memory

import (
	"bytes"
	"maps"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// row is a run, laid out so that one that waits is small: what most runs do not have is in others.
type row struct {
	id      string
	lane    *lane
	version string
	seed    string
	input   store.Payload
	labels  map[string]string
	others  *others // nil: none

	created, due, started    moment
	epoch, revision, settled int64
	retention                time.Duration
	priority                 int
	status                   store.Status
	onParentClose            store.ParentClose
	removed                  bool

	place place

	records []*store.Record // in order
	inbox   *inbox          // nil: it never had a message
}

// others is what most runs do not have, at least while they wait.
type others struct {
	parent, key, reason         string
	deadline, finished, expires moment
	cancelled                   moment
	generation, trials          int64
	result, failure             store.Payload
	published                   []byte
}

var none others

// rare reads what most runs do not have.
func (r *row) rare() *others {
	if r.others == nil {
		return &none
	}
	return r.others
}

func newRow(run *store.Run, l *lane) *row {
	r := &row{
		id: run.ID, lane: l, version: run.Version, seed: string(run.Seed),
		input: clonePayload(run.Input), labels: maps.Clone(run.Labels),
		created: momentOf(run.Created), retention: run.Retention, priority: run.Priority,
		onParentClose: run.OnParentClose,
	}
	if run.Parent != "" || run.Key != "" || !run.Deadline.IsZero() || run.Published != nil {
		r.others = &others{
			parent: run.Parent, key: run.Key, deadline: momentOf(run.Deadline), published: bytes.Clone(run.Published),
		}
	}
	r.setState(&run.State)
	return r
}

// setState replaces the state, the due time included.
func (r *row) setState(s *store.State) {
	r.status, r.due, r.started, r.settled = s.Status, momentOf(s.Due), momentOf(s.Started), s.Settled
	o := *r.rare()
	o.finished, o.expires, o.cancelled = momentOf(s.Finished), momentOf(s.Expires), momentOf(s.Cancelled)
	o.result, o.failure = clonePayload(s.Result), clonePayload(s.Failure)
	o.reason, o.generation, o.trials = s.Reason, s.Generation, s.Trials
	r.setOthers(o)
}

func (r *row) setPublished(published []byte) {
	o := *r.rare()
	o.published = bytes.Clone(published)
	r.setOthers(o)
}

func (r *row) setOthers(o others) {
	if r.others == nil && o.isNone() {
		return
	}
	if r.others == nil {
		r.others = &others{}
	}
	*r.others = o
}

func (o *others) isNone() bool {
	return o.parent == "" && o.key == "" && o.reason == "" && o.deadline == 0 && o.finished == 0 && o.expires == 0 &&
		o.cancelled == 0 && o.generation == 0 && o.trials == 0 && isNone(o.result) && isNone(o.failure) &&
		o.published == nil
}

func isNone(p store.Payload) bool { return p.Codec == "" && p.Data == nil }

// run makes a copy that is the caller's.
func (r *row) run() store.Run {
	o := r.rare()
	return store.Run{
		ID: r.id, Flow: r.lane.flow, Version: r.version, Input: clonePayload(r.input), Seed: bytesOf(r.seed),
		Parent: o.parent, OnParentClose: r.onParentClose, Queue: r.lane.queue, Key: o.key,
		Priority: r.priority, Labels: maps.Clone(r.labels), Created: r.created.time(), Deadline: o.deadline.time(),
		Retention: r.retention,
		State: store.State{
			Status: r.status, Due: r.due.time(), Started: r.started.time(), Finished: o.finished.time(),
			Expires: o.expires.time(), Result: clonePayload(o.result), Failure: clonePayload(o.failure), Reason: o.reason,
			Cancelled: o.cancelled.time(), Generation: o.generation, Settled: r.settled,
			Trials: o.trials,
		},
		Lease:     store.Lease{Owner: r.place.ownerName(), Epoch: r.epoch, Revision: r.revision},
		Published: bytes.Clone(o.published),
	}
}

func (r *row) history(from store.Mark) store.History {
	return store.History{Run: r.run(), Records: r.recordsFrom(from.Records), Messages: r.inbox.after(from.Messages)}
}

func (r *row) notice() store.Notice {
	n := store.Notice{Run: r.id, Status: r.status, Revision: r.revision}
	if r.place.owner == nil && !r.status.Finished() {
		n.Due = r.due.time()
	}
	return n
}

func clonePayload(p store.Payload) store.Payload {
	return store.Payload{Codec: p.Codec, Data: bytes.Clone(p.Data)}
}

func bytesOf(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}
