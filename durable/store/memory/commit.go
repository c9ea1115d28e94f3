package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// Commit makes writes: see [store.Store]. A write that has neither an Epoch nor a State is refused with ErrFenced.
func (s *Store) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	var notices []store.Notice
	for i := range writes {
		told, err := s.write(&writes[i], notices)
		if err != nil {
			if errs == nil {
				errs = make([]error, len(writes))
			}
			errs[i] = err
		}
		notices = told
	}
	s.mu.Unlock()
	s.Tell(notices...)
	return errs, nil
}

func (s *Store) write(w *store.Write, notices []store.Notice) ([]store.Notice, error) {
	r := s.runs[w.Run]
	if err := r.allows(w); err != nil {
		return notices, err
	}
	if w.State != nil && w.Restart != nil {
		r.records, r.input = nil, clonePayload(*w.Restart)
	}
	r.append(w.Records)
	r.inbox.consume(w.Consumed)
	if w.Published != nil {
		r.setPublished(w.Published)
	}
	if w.State != nil {
		leased := r.place.owner != nil
		s.changeState(r, w)
		n := r.notice()
		if leased && r.place.owner == nil {
			n.Freed, n.Queue = true, r.lane.queue
		}
		notices = append(notices, n)
	}
	for i := range w.Send {
		if n, err := s.deliver(&w.Send[i]); err == nil && n.Sent {
			notices = append(notices, n)
		}
	}
	return notices, nil
}

// allows tells whether a write may be made, by its conditions. They are written out here once more, and not taken from
// [store.Write.Refused]: other stores are compared with this one.
func (r *row) allows(w *store.Write) error {
	switch {
	case r == nil:
		return store.ErrNotFound
	case r.status.Finished():
		return store.ErrFinished
	case w.Epoch == 0 && w.State == nil:
		return store.ErrFenced
	case w.Epoch != 0 && (r.place.owner == nil || r.epoch != w.Epoch):
		return store.ErrFenced
	case w.State != nil && r.revision != w.Revision:
		return store.ErrChanged
	}
	return nil
}

func (s *Store) changeState(r *row, w *store.Write) {
	leaseEnds := r.due
	r.setState(w.State)
	r.revision++
	if w.Release || r.status.Finished() {
		s.setOwner(r, "")
		if w.Epoch == 0 {
			r.epoch++
		}
		if r.status == store.Waiting && r.inbox.newest() > w.Seen {
			r.wake()
		}
	} else if r.place.owner != nil {
		r.due = leaseEnds
	}
	r.enqueue()
}

// wake makes the run due, unless it is.
func (r *row) wake() {
	if now := now(); r.due == 0 || r.due > now {
		r.due = now
	}
}

// append adds the records that are not there. Nearly always they belong at the end.
func (r *row) append(records []store.Record) {
	for i := range records {
		if n := len(r.records); n == 0 || r.records[n-1].N < records[i].N {
			r.records = append(r.records, cloneRecord(&records[i]))
		} else if at, found := r.find(records[i].N); !found {
			r.records = slices.Insert(r.records, at, cloneRecord(&records[i]))
		}
	}
}

func (r *row) find(n int64) (int, bool) {
	return slices.BinarySearchFunc(r.records, n, func(r *store.Record, n int64) int { return cmp.Compare(r.N, n) })
}

// recordsFrom copies the records from a number on. All their bytes are one allocation.
func (r *row) recordsFrom(n int64) []store.Record {
	at, _ := r.find(n)
	if at == len(r.records) {
		return nil
	}
	size := 0
	for _, rec := range r.records[at:] {
		size += sizeOf(rec)
	}
	all := make([]byte, 0, size)
	records := make([]store.Record, len(r.records)-at)
	for i := range records {
		records[i] = *r.records[at+i]
		all = moveBytes(&records[i], all)
	}
	return records
}

// cloneRecord copies a record.
func cloneRecord(r *store.Record) *store.Record {
	c := *r
	c.Started, c.Finished = momentOf(r.Started).time(), momentOf(r.Finished).time()
	moveBytes(&c, make([]byte, 0, sizeOf(r)))
	return &c
}

func sizeOf(r *store.Record) int {
	return len(r.Digest) + len(r.Action.Data) + len(r.Result.Data) + len(r.Failure.Data)
}

// moveBytes copies the bytes of a record to the end of others, which have room for them.
func moveBytes(r *store.Record, all []byte) []byte {
	for _, b := range []*[]byte{&r.Digest, &r.Action.Data, &r.Result.Data, &r.Failure.Data} {
		if *b == nil {
			continue
		}
		start := len(all)
		all = append(all, *b...)
		*b = all[start:len(all):len(all)]
	}
	return all
}
