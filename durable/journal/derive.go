package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// derive answers what follows from the records and the path.
func (j *Journal) derive(ctx context.Context, s *strand, a actions.Action) (any, error) {
	path := executor.StepFrom(ctx).Path()
	if err := j.unrecordedAt(s, path, a); err != nil {
		return nil, err
	}
	switch a.(type) {
	case actions.NewID:
		b := j.bits(path)
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16]), nil
	case actions.Random:
		b := j.bits(path)
		return binary.LittleEndian.Uint64(b[:]), nil
	}
	return j.nowAt(s, path), j.flush(ctx, s) // it may be the end of a record that is not durable yet
}

// unrecordedAt stops the journal if it has something at the path of what leaves no record, or there is no end of that.
func (j *Journal) unrecordedAt(s *strand, path string, a actions.Action) error {
	if p := j.past.steps[path]; p != nil {
		return j.mismatch(p.Record, a, nil)
	}
	if j.past.inside(path) {
		return j.misplaced(path, a, nil)
	}
	return j.spin(s, path)
}

// bits are random, and the same each time.
func (j *Journal) bits(path string) [sha256.Size]byte {
	text := make([]byte, 0, 128)
	text = append(text, j.Seed...)
	text = append(text, 0)
	text = append(text, j.derivedBy(path)...)
	text = append(text, '/')
	return sha256.Sum256(append(text, path...))
}

// version answers which version of a change the strand follows: the one on record; Min, if the strand has been here, or
// further, without asking; else Max.
func (j *Journal) version(ctx context.Context, s *strand, a actions.Version) (any, error) {
	path := executor.StepFrom(ctx).Path()
	if err := j.spin(s, path); err != nil {
		return nil, err
	}
	if a.Min > a.Max {
		return nil, fmt.Errorf("version %q: Min %d is greater than Max %d", a.Change, a.Min, a.Max)
	}
	strand, _, _ := split(path) // a step's
	v, isNew := j.changes.version(change{strand, a.Change}, func(c change) (int, bool) {
		if r := j.past.changes[c]; r != nil {
			return int(r.Number), false
		}
		if j.past.beyond(path) {
			return a.Min, false
		}
		return a.Max, true
	})
	if v < a.Min || v > a.Max {
		return nil, j.stop(&MismatchError{
			Run: j.ID, Path: path,
			Recorded: fmt.Sprintf("version %d of the change %q", v, a.Change),
			Yielded:  fmt.Sprintf("a choice from %d to %d", a.Min, a.Max),
		})
	}
	if isNew {
		s.unkept = append(s.unkept, store.Record{
			N: j.number.Add(1), Kind: store.Change, Path: path, Name: a.Change, Number: int64(v),
			Started: s.now, Finished: s.now,
		})
	}
	return v, nil
}

// changes holds what Version has answered in this life.
type changes struct {
	mu       sync.Mutex
	versions map[change]int
}

// version is what was answered about a change before, or else what choose says, and whether that is to be recorded.
func (c *changes) version(of change, choose func(change) (int, bool)) (v int, isNew bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.versions[of]; ok {
		return v, false
	}
	if c.versions == nil {
		c.versions = map[change]int{}
	}
	v, isNew = choose(of)
	c.versions[of] = v
	return v, isNew
}
