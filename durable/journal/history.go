package journal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/paths"
)

// history is what earlier lives of the run have recorded. It does not change; that a record was visited is noted by
// the one strand that comes by, and read when that strand has ended.
type history struct {
	steps     map[string]*past
	decisions map[string]*past
	changes   map[change]*store.Record
	// last holds the greatest index of each strand at which, or inside which, there is a record.
	last       map[string]int64
	sorted     []*past // steps and decisions by path
	lastNumber int64
}

// past is a record, and whether this life has come by.
type past struct {
	*store.Record
	visited bool
}

// change is what the record of a change is found by.
type change struct{ strand, name string }

func newHistory(records []store.Record) (*history, error) {
	h := &history{
		steps:      make(map[string]*past, len(records)),
		decisions:  map[string]*past{},
		changes:    map[change]*store.Record{},
		last:       map[string]int64{},
		sorted:     make([]*past, 0, len(records)),
		lastNumber: -1,
	}
	all := make([]past, len(records))
	for i := range records {
		all[i].Record = &records[i]
		if err := h.add(&all[i]); err != nil {
			r := &records[i]
			return nil, fmt.Errorf("record %d, a %s of %q at %q: %w: %w", r.N, r.Kind, r.Name, r.Path, err, store.ErrCorrupt)
		}
	}
	slices.SortFunc(h.sorted, func(a, b *past) int { return paths.Compare(a.Path, b.Path) })
	return h, nil
}

func (h *history) add(p *past) error {
	r := p.Record
	h.lastNumber = max(h.lastNumber, r.N)
	strand, index, err := split(r.Path)
	if err != nil {
		return err
	}
	switch r.Kind {
	case store.Step:
		if h.steps[r.Path] != nil {
			return errTwice
		}
		h.steps[r.Path] = p
	case store.Decision:
		if h.decisions[r.Path] != nil {
			return errTwice
		}
		h.decisions[r.Path] = p
	case store.Change: // it stands before a step, and is none
		h.changes[change{strand, r.Name}] = r
		return nil
	default:
		return fmt.Errorf("records of kind %d are not known", r.Kind)
	}
	h.sorted = append(h.sorted, p)
	for {
		if known, ok := h.last[strand]; ok && known >= index {
			return nil // and so do the strands around it
		}
		h.last[strand] = index
		if strand == "" {
			return nil
		}
		group := strand[:strings.LastIndexByte(strand, '.')]
		if strand, index, err = split(group); err != nil {
			return err
		}
	}
}

// split takes the path of a step apart: the strand that it is on, "" for the main one, and its index there.
func split(path string) (strand string, index int64, err error) {
	dot := strings.LastIndexByte(path, '.')
	if dot >= 0 {
		strand = path[:dot]
		if strings.LastIndexByte(strand, '.') < 0 {
			return "", 0, fmt.Errorf("%q is not the path of a step", path)
		}
	}
	index, err = strconv.ParseInt(path[dot+1:], 10, 32)
	if err != nil || index < 0 {
		return "", 0, fmt.Errorf("%q is not the path of a step", path)
	}
	return strand, index, nil
}

// beyond tells whether the strand of the path has a record there, inside, or later.
func (h *history) beyond(path string) bool {
	strand, index, err := split(path)
	if err != nil {
		return false
	}
	last, ok := h.last[strand]
	return ok && last >= index
}

// unvisited finds the first record inside the group at a path, or anywhere if that is "", which this life did not come
// by.
func (h *history) unvisited(group string) *store.Record {
	prefix, from := "", 0
	if group != "" {
		prefix = group + "."
		from, _ = slices.BinarySearchFunc(h.sorted, group, func(p *past, g string) int { return paths.Compare(p.Path, g) })
	}
	for _, p := range h.sorted[from:] {
		if p.Path == group {
			continue
		}
		if !strings.HasPrefix(p.Path, prefix) {
			break
		}
		if !p.visited {
			return p.Record
		}
	}
	return nil
}

var errTwice = errors.New("it is there twice")
