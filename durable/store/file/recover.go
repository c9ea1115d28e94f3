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
	// torn are the runs whose files end with what cannot be read. It was never finished if the journal has it.
	torn map[string]int
	// lost are runs of which there are changes but nothing else, and why.
	lost map[string]string
}

func (s *Store) recover(now time.Time) error {
	v := recovery{s, map[string]int{}, map[string]string{}}
	if err := v.files(); err != nil {
		return err
	}
	if err := v.replay(); err != nil {
		return err
	}
	for id, line := range v.torn {
		if r := s.runs[id]; r != nil && r.seq == r.file.seq {
			r.spoil("line %d of its file %q cannot be read", line, fileOf(id))
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
		r, bad, err := v.last(path.Join(runsDir, name))
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
		if bad > 0 {
			v.torn[id] = bad
		}
		v.runs[id] = r
		v.seq = max(v.seq, r.seq)
	}
	return nil
}

// last reads a run from the last line of a file; it is nil if there is none that can be read. If there is more behind
// it, bad is the number of a line that cannot be read.
func (v *recovery) last(name string) (r *run, bad int, err error) {
	const some = 16 << 10
	size, err := sizeOf(v.disk, name)
	if err != nil {
		return nil, 0, err
	}
	for part := int64(some); ; part *= 8 {
		from := max(size-part, 0)
		data, err := read(v.disk, name, from, size)
		if err != nil {
			return nil, 0, err
		}
		start := bytes.LastIndexByte(bytes.TrimSuffix(data, []byte("\n")), '\n') + 1
		if start > 0 || from == 0 {
			if r := readRow(data[start:]); r != nil {
				r.file.size = size
				return r, 0, nil
			}
		}
		if from == 0 {
			r, bad = lastRow(data)
			return r, bad, nil
		}
	}
}

// lastRow finds the last line that is about a run as a whole.
func lastRow(data []byte) (last *run, bad int) {
	number, end := 0, int64(0)
	for line := range bytes.Lines(data) {
		number++
		end += int64(len(line))
		if r := readRow(line); r != nil {
			last, bad = r, 0
			r.file.size, r.file.broken = end, true
		} else {
			bad = number
		}
	}
	return last, bad
}

func readRow(line []byte) *run {
	var l fileLine
	text, ok := bytes.CutSuffix(line, []byte("\n"))
	if !ok || !readPart(text, &l) || l.Row == nil {
		return nil
	}
	r := l.Row.run()
	r.seq = l.Seq
	r.file = onDisk{seq: l.Seq, log: l.Log, records: l.Records, bytes: l.Bytes, damaged: r.damage != ""}
	return r
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
