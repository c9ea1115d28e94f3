package file

import (
	"bytes"
	"fmt"
)

// entry is a line of the journal, as far as it can be read.
type entry struct {
	segment *segment
	line    int
	text    []byte
	// seq is 0, and there are no runs, if the first part cannot be read and no other one says it.
	seq     int64
	runs    []string
	changes []*change // nil: it cannot be read
	whole   bool
}

// unknown tells whether nothing can be read of the line.
func (e *entry) unknown() bool { return e.seq == 0 }

func readEntry(g *segment, number int, line []byte) *entry {
	e := &entry{segment: g, line: number, text: line}
	text, ended := bytes.CutSuffix(line, []byte("\n"))
	parts := bytes.Split(text, []byte("\t"))
	var h head
	known := readPart(parts[0], &h) && len(h.Runs) > 0
	if known {
		e.seq = h.Seq
		for _, id := range h.Runs {
			e.runs = append(e.runs, ofText(id))
		}
		e.changes = make([]*change, len(e.runs))
	}
	e.whole = known && ended && len(parts) == len(e.runs)+1
	for i, part := range parts[1:] {
		c := &change{}
		switch {
		case !readPart(part, c):
			e.whole = false
		case !known:
			e.seq = c.Seq
			e.runs, e.changes = append(e.runs, ofText(c.Run)), append(e.changes, c)
		case i < len(e.changes) && c.Seq == e.seq && ofText(c.Run) == e.runs[i]:
			e.changes[i] = c
		default:
			e.whole = false
		}
	}
	return e
}

// replay makes the changes of the journal that the files of the runs do not have.
func (v *recovery) replay() error {
	entries, err := v.entries()
	if err != nil {
		return err
	}
	entries = valid(entries)
	for i, e := range entries {
		if i > 0 && e.seq > entries[i-1].seq+1 {
			v.spoilLeased(e, "lines of the journal before line %d of %q are missing")
		}
		if !e.whole {
			if err := keep(v.disk, fmt.Sprintf("%s-%d", e.segment.name(), e.line), e.text); err != nil {
				return err
			}
		}
		if e.changes == nil {
			v.spoilLeased(e, "line %d of %q cannot be read")
		}
		for at, id := range e.runs {
			v.change(e, id, e.changes[at])
		}
		v.seq = max(v.seq, e.seq)
	}
	return nil
}

// entries reads the journal.
func (v *recovery) entries() (all []*entry, err error) {
	if v.segments, err = segmentsOf(v.disk); err != nil {
		return nil, err
	}
	for _, g := range v.segments {
		v.journal.last = g.number
		data, err := read(v.disk, g.name(), 0, -1)
		if err != nil {
			return nil, err
		}
		number := 0
		for line := range bytes.Lines(data) {
			number++
			e := readEntry(g, number, line)
			for _, id := range e.runs {
				g.add(id)
			}
			all = append(all, e)
		}
	}
	return all, nil
}

// valid leaves out what was never acknowledged: lines in whose place there are others of a later segment, and the last
// one if it is not whole. Of a line whose number cannot be read it is presumed that it is the next one.
func valid(all []*entry) []*entry {
	var kept []*entry
	known := 0 // how many there are up to the last one whose number is known
	for _, e := range all {
		if e.unknown() {
			if len(kept) == 0 {
				continue
			}
			e.seq = kept[len(kept)-1].seq + 1
			kept = append(kept, e)
			continue
		}
		for len(kept) > 0 && kept[len(kept)-1].seq >= e.seq {
			kept = kept[:len(kept)-1]
		}
		kept = append(kept, e)
		known = len(kept)
	}
	kept = kept[:min(known, len(kept))]
	if n := len(kept); n > 0 && !kept[n-1].whole {
		kept = kept[:n-1]
	}
	return kept
}

// change makes a change; one that is nil cannot be read.
func (v *recovery) change(e *entry, id string, c *change) {
	r := v.runs[id]
	switch {
	case r != nil && r.seq >= e.seq:
	case c == nil && r != nil:
		r.spoil("line %d of %q, which holds changes of it, cannot be read", e.line, e.segment.name())
	case c == nil:
		v.lost[id] = fmt.Sprintf("line %d of %q, which holds changes of it, cannot be read", e.line, e.segment.name())
	case r == nil && !c.Deleted && c.Row == nil:
		if v.lost[id] == "" {
			v.lost[id] = fmt.Sprintf("its file %q is missing", fileOf(id))
		}
	default:
		broken := r != nil && c.Row == nil && c.After != r.seq
		delete(v.lost, id)
		if r = c.apply(r); r == nil {
			delete(v.runs, id)
			return
		}
		if broken {
			r.spoil("changes of it before line %d of %q are missing", e.line, e.segment.name())
		}
		v.runs[id] = r
	}
}

// spoilLeased is for what was lost of the journal without a trace of whose it was: it is of those that had a lease then
// that records may be missing, and to go on without a record would be to do again what was done.
func (v *recovery) spoilLeased(e *entry, what string) {
	for id, r := range v.runs {
		if r.Run.Run.Owner != "" && r.seq < e.seq {
			r.spoil(what+", and may have held changes of it", e.line, e.segment.name())
			e.segment.add(id)
		}
	}
}
