package file

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// recovery puts together what the files of the runs and the journal say.
type recovery struct {
	*Store
	// torn are the files, by run, that end with what cannot be read. It was never finished if the journal has it.
	torn map[string]tear
	// lost are runs of which there are changes but nothing else, and why.
	lost map[string]string
}

// tear is the end of a file that cannot be read.
type tear struct {
	line int
	// newest is the run as the end of the file has it, if that can be read and only records that were appended with it
	// cannot.
	newest *run
}

func (s *Store) recover(now time.Time) error {
	v := recovery{s, map[string]tear{}, map[string]string{}}
	if err := v.files(); err != nil {
		return err
	}
	if err := v.replay(); err != nil {
		return err
	}
	for id, end := range v.torn {
		if r := s.runs[id]; r != nil && r.seq == r.file.seq {
			if end.newest != nil {
				r, s.runs[id] = end.newest, end.newest
			}
			r.spoil("line %d of its file %q cannot be read", end.line, fileOf(id))
			if err := s.keepFile(fileOf(id)); err != nil {
				return err
			}
		}
	}
	for id, why := range v.lost {
		s.runs[id] = unreadable(id, why)
	}
	for id, r := range s.runs {
		if r.Run.Run.Owner != "" {
			r.Run.Run.Owner = ""
			if !r.Run.Run.Due.IsZero() && r.Run.Run.Due.After(now) {
				r.Run.Run.Due = now
			}
		}
		s.set(id, r)
	}
	return nil
}

// spoil says that the history of a run cannot be trusted.
func (r *run) spoil(format string, args ...any) {
	if r.damage == "" {
		r.damage = fmt.Sprintf(format, args...)
	}
}

// unreadable stands for a run of which nothing is known but the ID.
func unreadable(id, why string) *run {
	r := newRun(&store.Run{ID: id, State: store.State{Status: store.Blocked}})
	r.Run.Run.Reason = corrupt(id, "%s", why).Error()
	r.damage = why
	return r
}

// files reads the last lines of the files of the runs.
func (v *recovery) files() error {
	if err := removeTemporary(v.disk, runsDir); err != nil {
		return err
	}
	names, err := v.disk.List(runsDir)
	if err != nil {
		return err
	}
	for _, name := range names {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		id := idOf(stem)
		r, end, err := v.last(path.Join(runsDir, name))
		if err != nil {
			return err
		}
		why := ""
		switch {
		case r == nil:
			why = fmt.Sprintf("its file %q cannot be read", path.Join(runsDir, name))
		case nameOf(r.Run.Run.ID) != stem:
			why = fmt.Sprintf("its file %q is that of run %q", path.Join(runsDir, name), r.Run.Run.ID)
		default:
			id = r.Run.Run.ID
		}
		if why != "" {
			r = unreadable(id, why)
		}
		if why != "" {
			if err := v.keepFile(path.Join(runsDir, name)); err != nil {
				return err
			}
		}
		if end.line > 0 {
			v.torn[id] = end
		}
		v.runs[id] = r
		v.seq = max(v.seq, r.seq)
	}
	return nil
}

// last reads a run from the last line of a file that counts; it is nil if there is none. If there is more behind it,
// the end is torn.
func (v *recovery) last(name string) (r *run, end tear, err error) {
	const some = 16 << 10
	size, err := sizeOf(v.disk, name)
	if err != nil {
		return nil, end, err
	}
	for part := int64(some); ; part *= 8 {
		from := max(size-part, 0)
		data, err := read(v.disk, name, from, size)
		if err != nil {
			return nil, end, err
		}
		start := bytes.LastIndexByte(bytes.TrimSuffix(data, []byte("\n")), '\n') + 1
		if start > 0 || from == 0 {
			if r, fresh := readRow(data[start:]); r != nil && fresh <= start && readable(data[start-fresh:start]) {
				r.file.size = size
				return r, end, nil
			}
		}
		if from == 0 {
			r, end = lastRow(data)
			return r, end, nil
		}
	}
}

// lastRow finds the last line about a run as a whole before which nothing that was appended with it is missing.
func lastRow(data []byte) (last *run, end tear) {
	number, at := 0, 0
	for line := range bytes.Lines(data) {
		number++
		start := at
		at += len(line)
		r, fresh := readRow(line)
		if r != nil {
			r.file.size, r.file.broken = int64(at), true
		}
		switch {
		case r == nil:
			if end.line == 0 || !readable(line) {
				end.line = number
			}
		case fresh > start || !readable(data[start-fresh:start]):
			end.newest = r
			if end.line == 0 {
				end.line = number
			}
		default:
			last, end = r, tear{}
		}
	}
	if last == nil {
		last = end.newest
	}
	return last, end
}

// readable tells whether all of the lines can be read.
func readable(lines []byte) bool {
	for line := range bytes.Lines(lines) {
		if !readPart(bytes.TrimSuffix(line, []byte("\n")), &fileLine{}) {
			return false
		}
	}
	return true
}

// readRow reads a run from a line about it as a whole; it is nil if that is none. Fresh is how much was appended
// together with the line.
func readRow(line []byte) (r *run, fresh int) {
	var l fileLine
	text, ok := bytes.CutSuffix(line, []byte("\n"))
	if !ok || !readPart(text, &l) || l.Row == nil || l.Fresh < 0 {
		return nil, 0
	}
	r = l.Row.run()
	r.seq = l.Seq
	r.file = onDisk{seq: l.Seq, log: l.Log, records: l.Records, bytes: l.Bytes, damaged: r.damage != ""}
	return r, int(l.Fresh)
}

func sizeOf(d disk, name string) (size int64, err error) {
	f, err := d.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Size()
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// keep keeps a copy of what cannot be read. The same thing is kept once.
func keep(d disk, name string, data []byte) error {
	name = path.Join(damagedDir, fmt.Sprintf("%s-%08x", path.Base(name), crc32.Checksum(data, castagnoli)))
	if _, err := sizeOf(d, name); err == nil {
		return nil
	}
	if err := write(d, name, data); err != nil {
		return err
	}
	return d.SyncDir(damagedDir)
}

func (s *Store) keepFile(name string) error {
	data, err := read(s.disk, name, 0, -1)
	if err != nil {
		return err
	}
	return keep(s.disk, name, data)
}

// segmentsOf finds the segments of the journal.
func segmentsOf(d disk) ([]*segment, error) {
	names, err := d.List(journalDir)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []*segment
	for _, name := range names {
		g := &segment{has: map[string]bool{}}
		if _, err := fmt.Sscanf(name, "%08d", &g.number); err == nil && path.Base(g.name()) == name {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *segment) int { return a.number - b.number })
	return all, nil
}
