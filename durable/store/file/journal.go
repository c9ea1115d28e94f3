package file

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// A line of the journal is a batch of changes, in a part each; the first part says what is in the line, so that of a
// change that is damaged it is known whose it was. Lines are numbered. One that has the number of a line of an earlier
// segment takes its place, and that of all behind it: they were never acknowledged.

type head struct {
	Seq  int64    `json:"seq"`
	Runs []string `json:"runs"`
}

// change is what became of one run.
type change struct {
	Seq int64 `json:"seq"`
	// After is the Seq of the change to the run before this one.
	After   int64  `json:"after,omitempty"`
	Run     string `json:"run"`
	Deleted bool   `json:"deleted,omitempty"`
	// Row is all of the run, if it was created, began again or is damaged; else there is what has changed.
	Row       *row      `json:"row,omitempty"`
	State     *state    `json:"state,omitempty"`
	Published *[]byte   `json:"published,omitempty"`
	Records   []record  `json:"records,omitempty"`
	Sent      []message `json:"sent,omitempty"`
	Consumed  []int64   `json:"consumed,omitempty"`
}

// write appends what is to last of a transaction to the journal. It returns how many bytes that were.
func (s *Store) write(t *transaction) (int64, error) {
	h := head{Seq: s.seq + 1}
	var ids []string
	for _, id := range t.order {
		if c := t.batch[id]; c.lasting && (c.before != nil || c.after != nil) {
			ids = append(ids, id)
			h.Runs = append(h.Runs, textForm(id))
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	line, err := appendPart(nil, h)
	for _, id := range ids {
		if err == nil {
			line, err = appendPart(append(line, '\t'), t.batch[id].form(id, h.Seq))
		}
	}
	if err != nil {
		return 0, err
	}
	line = append(line, '\n')
	current, err := s.segment()
	if err == nil {
		err = s.journal.append(line)
	}
	if err != nil {
		s.abandon()
		return 0, err
	}
	s.seq = h.Seq
	for _, id := range ids {
		current.add(id)
		if r := t.batch[id].after; r != nil {
			r.seq = h.Seq
		}
	}
	return int64(len(line)), nil
}

// form is the change as it is written.
func (c *changed) form(id string, seq int64) change {
	f := change{Seq: seq, Run: textForm(id)}
	if c.before != nil && !c.created {
		f.After = c.before.seq
	}
	switch {
	case c.after == nil:
		f.Deleted = true
	case c.created || c.before.log != c.after.log || c.after.damage != "":
		f.Row, f.Records = c.after.row(), recordForms(c.after.Records)
	default:
		before, after := &c.before.Run.Run, &c.after.Run.Run
		if before.Lease != after.Lease || before.Status != after.Status || !before.Due.Equal(after.Due) {
			form := stateForm(after)
			f.State = &form
		}
		if c.published {
			f.Published = &after.Published
		}
		f.Records = recordForms(c.after.added(c.before))
		f.Sent, f.Consumed = messageForms(c.sent), c.consumed
	}
	return f
}

// apply makes the change to a run; nil is none.
func (f *change) apply(r *run) *run {
	switch {
	case f.Deleted:
		return nil
	case f.Row != nil:
		before := r
		r = f.Row.run()
		if f.After != 0 && before != nil && before.log == r.log {
			r.file, r.Records = before.file, slices.Clone(before.Records)
		} else {
			r.known = true // there are none
		}
	default:
		r = r.change()
	}
	if f.State != nil {
		f.State.set(&r.Run.Run)
	}
	if f.Published != nil {
		r.Run.Run.Published = *f.Published
	}
	for i := range f.Records {
		r.add([]store.Record{f.Records[i].record()})
	}
	r.receive(messagesOf(r.Run.Run.ID, f.Sent), f.Consumed)
	r.seq = f.Seq
	return r
}

// segment is a file of the journal.
type segment struct {
	number int
	// dirty are the runs of which it may have what their files have not, in the order in which they came.
	dirty []string
	has   map[string]bool
	// total is how many runs were dirty when the first of them was brought up to date.
	total int
}

func (g *segment) add(id string) {
	if !g.has[id] {
		g.has[id] = true
		g.dirty = append(g.dirty, id)
	}
}

func (g *segment) name() string {
	return path.Join(journalDir, fmt.Sprintf("%08d%s", g.number, suffix))
}

// suffix ends the names of files of lines.
const suffix = ".jsonl"

// segmentSize is how large a segment becomes.
const segmentSize = 4 << 20

// journal is the segment that is being written.
type journal struct {
	disk  disk
	limit int64
	last  int // the number of the newest segment that there ever was
	file  writer
	size  int64
}

// segment returns the segment to which is written. It begins one if there is none.
func (s *Store) segment() (*segment, error) {
	j := &s.journal
	if j.file != nil {
		return s.segments[len(s.segments)-1], nil
	}
	j.last++
	g := &segment{number: j.last, has: map[string]bool{}}
	f, err := s.disk.Create(g.name())
	if err != nil {
		return nil, err
	}
	s.segments = append(s.segments, g)
	if err := s.disk.SyncDir(journalDir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	j.file, j.size = f, 0
	return g, nil
}

// abandon removes the newest segment if nothing was ever acknowledged in it, so that who tries again and again while
// the disk is full does not fill the directory. If it does not go it is as one in which a line failed: see append.
func (s *Store) abandon() {
	last := len(s.segments) - 1
	if last >= 0 && len(s.segments[last].has) == 0 && ignoreMissing(s.disk.Remove(s.segments[last].name())) == nil {
		s.segments = s.segments[:last]
	}
}

// append writes a line, and has the disk keep it. If that fails nobody knows what is there, and a system may believe
// that the disk has what it has not: the segment is left as it is, and the next line goes to another.
func (j *journal) append(line []byte) error {
	_, err := j.file.Write(line)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(err, j.end())
	}
	if j.size += int64(len(line)); j.size >= j.limit {
		return j.end()
	}
	return nil
}

// end closes the segment.
func (j *journal) end() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}
