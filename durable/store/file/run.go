package file

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// run is a run as it stands. Once others see it, it is not changed any more: a change makes another one of it.
type run struct {
	// Run has of the records only those that are not in the run's file yet.
	whole.Run
	seq    int64   // of the last change
	log    int64   // counts how often it began again
	filed  []int64 // the numbers of the records in the file, in order, if they are known
	known  bool
	damage string // why the history cannot be trusted; empty: it can
	file   onDisk
}

// onDisk is what is known of the file of a run.
type onDisk struct {
	size int64 // of what is whole; 0: there is no file
	seq  int64 // of the last change that is in it
	log  int64 // of which its last records are
	// records and bytes are how many records of the log there are, and how large their lines.
	records, bytes int64
	// damaged says that the file tells that the run is.
	damaged bool
	// broken says that nothing may be appended: nobody knows what the disk has behind the size.
	broken bool
}

// change returns a copy that may be changed.
func (r *run) change() *run {
	c := *r
	c.Messages = slices.Clone(r.Messages)
	return &c
}

// write makes a write, of which the records that are in the file are known.
func (r *run) write(w store.Write, now time.Time) error {
	if err := w.Refused(r.Run.Run.Status, r.Run.Run.Lease); err != nil {
		return err
	}
	if w.State != nil && w.Restart != nil {
		r.log++
		r.filed, r.known, r.damage = nil, true, ""
	}
	w.Records = slices.DeleteFunc(w.Records, func(w store.Record) bool {
		_, found := slices.BinarySearch(r.filed, w.N)
		return found
	})
	if n := len(r.Records); n > 0 && slices.ContainsFunc(w.Records, func(w store.Record) bool {
		return w.N <= r.Records[n-1].N
	}) {
		r.Records = slices.Clone(r.Records) // it may be inserted among what others see
	}
	if w.State != nil && w.State.Status.Finished() {
		w.Release = true
	}
	return r.Run.Write(w, now)
}

// send puts a message into the inbox, and tells whether it was not dropped.
func (r *run) send(m store.Message, now time.Time) (sent bool, err error) {
	if m.Key != "" && !r.Keys[m.Key] {
		r.Keys = maps.Clone(r.Keys)
	}
	last := r.Last
	err = r.Send(m, now)
	return r.Last > last, err
}

// added are the records that r has and the run before it has not.
func (r *run) added(before *run) []store.Record {
	if before == nil || before.log != r.log {
		return r.Records
	}
	var added []store.Record
	old := before.Records
	for _, record := range r.Records {
		if len(old) > 0 && old[0].N == record.N {
			old = old[1:]
		} else {
			added = append(added, record)
		}
	}
	return added
}

// fileRecords says that the records of the run are in its file now.
func (r *run) fileRecords() {
	if r.known {
		for i := range r.Records {
			at, found := slices.BinarySearch(r.filed, r.Records[i].N)
			if !found && at < len(r.filed) {
				r.filed = slices.Clone(r.filed)
			}
			if !found {
				r.filed = slices.Insert(r.filed, at, r.Records[i].N)
			}
		}
	}
	r.Records = nil
}

// add adds records, of which it may have some.
func (r *run) add(records []store.Record) {
	for _, record := range records {
		at, found := slices.BinarySearchFunc(r.Records, record, byNumber)
		if !found {
			r.Records = slices.Insert(r.Records, at, record)
		}
	}
}

func byNumber(a, b store.Record) int { return cmp.Compare(a.N, b.N) }

func (r *run) notice() store.Notice {
	n := store.Notice{Run: r.Run.Run.ID, Status: r.Run.Run.Status, Revision: r.Run.Run.Revision}
	if r.Run.Run.Owner == "" && !n.Status.Finished() {
		n.Due = r.Run.Run.Due
	}
	return n
}

// newRun makes a run that is created.
func newRun(r *store.Run) *run {
	return &run{Run: *whole.New(cloneRun(r)), known: true}
}

// copied is the run with what its file does not have, as a copy.
func (r *run) copied() store.History {
	return store.History{
		Run: cloneRun(&r.Run.Run), Records: cloneAll(r.Records, cloneRecord), Messages: cloneAll(r.Messages, cloneMessage),
	}
}

// receive adds messages that were sent, and removes those that were consumed.
func (r *run) receive(sent []store.Message, consumed []int64) {
	for _, m := range sent {
		r.Last = m.Seq
		r.Messages = append(r.Messages, m)
		if m.Key != "" {
			if r.Keys == nil {
				r.Keys = map[string]bool{}
			}
			r.Keys[m.Key] = true
		}
	}
	r.Messages = slices.DeleteFunc(r.Messages, func(m store.Message) bool { return slices.Contains(consumed, m.Seq) })
}
