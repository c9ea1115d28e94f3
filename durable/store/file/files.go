package file

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// The file of a run has a line for each record, and behind those that came together one with all the rest of the run:
// the last line is always such a one, and is all that is read when the store is opened.

type fileLine struct {
	Log    int64   `json:"log"`
	Record *record `json:"record,omitempty"`

	Seq int64 `json:"seq,omitempty"`
	Row *row  `json:"row,omitempty"`
	// Records and Bytes are how many records of the log are in the file, and how large their lines.
	Records int64 `json:"records,omitempty"`
	Bytes   int64 `json:"bytes,omitempty"`
	// Fresh is how many bytes before this line were appended together with it. A power failure may leave the line and
	// not all of them: then it does not count.
	Fresh int64 `json:"fresh,omitempty"`
}

func fileOf(id string) string { return path.Join(runsDir, nameOf(id)+suffix) }

// history returns all of a run. The error is [store.ErrCorrupt] if a part of it is lost.
func (s *Store) history(r *run) (store.History, error) {
	id := r.Run.Run.ID
	if r.damage != "" {
		return store.History{}, corrupt(id, "%s", r.damage)
	}
	h := r.copied()
	if r.file.log != r.log || r.file.records == 0 {
		return h, nil
	}
	data, err := read(s.disk, fileOf(id), 0, r.file.size)
	if errors.Is(err, fs.ErrNotExist) {
		return store.History{}, corrupt(id, "its file %q is missing", fileOf(id))
	}
	if err != nil {
		return store.History{}, err
	}
	records, bad := readRecords(data, r.log)
	if int64(len(records)) != r.file.records {
		if bad > 0 {
			return store.History{}, corrupt(id, "line %d of its file %q cannot be read", bad, fileOf(id))
		}
		return store.History{}, corrupt(id, "its file %q has %d records, and not %d",
			fileOf(id), len(records), r.file.records)
	}
	h.Records = append(records, h.Records...)
	if !slices.IsSortedFunc(h.Records, byNumber) {
		slices.SortStableFunc(h.Records, byNumber)
	}
	return h, nil
}

// know is history, after which the run knows the numbers of the records that are in its file.
func (s *Store) know(r *run) (store.History, error) {
	h, err := s.history(r)
	if err != nil || r.known {
		return h, err
	}
	r.filed, r.known = nil, true
	for i := range h.Records {
		if _, fresh := slices.BinarySearchFunc(r.Records, h.Records[i], byNumber); !fresh {
			r.filed = append(r.filed, h.Records[i].N)
		}
	}
	return h, nil
}

// readRecords returns the records of a log that are in the lines, and the number of the last line that cannot be read;
// 0 is none.
func readRecords(data []byte, log int64) (records []store.Record, bad int) {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		var l fileLine
		if !readPart(bytes.TrimSuffix(line, []byte("\n")), &l) {
			bad = number
		} else if l.Record != nil && l.Log == log {
			records = append(records, l.Record.record())
		}
	}
	return records, bad
}

// lines are what is added to the file of a run: records, and the rest. The file is then as told. It is whole or not
// there, unless the lines are appended to it.
func (r *run) lines(b []byte, records []store.Record, file onDisk, appended bool) ([]byte, onDisk, error) {
	var err error
	before := len(b)
	for _, form := range recordForms(records) {
		from := len(b)
		if b, err = appendPart(b, fileLine{Log: r.log, Record: &form}); err != nil {
			return nil, file, err
		}
		b = append(b, '\n')
		file.bytes += int64(len(b) - from)
	}
	file.records += int64(len(records))
	file.log, file.seq, file.damaged = r.log, r.seq, r.damage != ""
	l := fileLine{Log: r.log, Seq: r.seq, Row: r.row(), Records: file.records, Bytes: file.bytes}
	if appended {
		l.Fresh = int64(len(b) - before)
	}
	b, err = appendPart(b, l)
	return append(b, '\n'), file, err
}

// bringUpToDate writes to the file of a run what has changed since that was done last. Afterwards the journal is not
// needed for it, once the directory was synced.
func (s *Store) bringUpToDate(id string) error {
	r := s.runs[id]
	if r == nil {
		s.unsynced = true
		if err := s.disk.Remove(fileOf(id)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if r.file.size > 0 && r.file.seq == r.seq && r.file.damaged == (r.damage != "") && !r.file.broken {
		return nil
	}
	if r.file.size == 0 || r.file.broken || r.file.log != r.log {
		return s.rewrite(r)
	}
	lines, file, err := r.lines(nil, r.Records, r.file, true)
	if err != nil {
		return err
	}
	file.size += int64(len(lines))
	if file.size > enough && file.size > 2*(file.bytes+int64(len(lines))) {
		return s.rewrite(r)
	}
	w, err := s.disk.Append(fileOf(id), r.file.size)
	if err == nil {
		err = finish(w, lines)
	}
	c := r.change()
	if err != nil {
		c.file.broken = true
	} else {
		c.file = file
		c.fileRecords()
	}
	s.put(c)
	return err
}

// enough is how large a file becomes before it matters how much of it is outdated.
const enough = 64 << 10

// rewrite makes the file of a run anew, without what is outdated. If something in it cannot be read it is kept as it
// is.
func (s *Store) rewrite(r *run) error {
	id := r.Run.Run.ID
	h, err := s.history(r)
	var b []byte
	var file onDisk
	switch {
	case err == nil:
		b, file, err = r.lines(nil, h.Records, onDisk{}, false)
	case errors.Is(err, store.ErrCorrupt):
		file = r.file
		if b, err = read(s.disk, fileOf(id), 0, r.file.size); err == nil || errors.Is(err, fs.ErrNotExist) {
			b, file, err = r.lines(b, r.Records, file, false)
		}
	}
	if err != nil {
		return err
	}
	file.size, file.broken = int64(len(b)), false
	if err := prepare(s.disk, fileOf(id), b); err != nil {
		return err
	}
	c := r.change()
	c.file = file
	c.fileRecords()
	s.mu.Lock() // nobody reads the one file and believes it to be the other
	defer s.mu.Unlock()
	if err := s.disk.Rename(fileOf(id)+temporarySuffix, fileOf(id)); err != nil {
		return err
	}
	s.unsynced = true
	s.set(id, c)
	return nil
}

func (s *Store) put(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(r.Run.Run.ID, r)
}
