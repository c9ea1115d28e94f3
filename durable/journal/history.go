package journal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/baton-go/baton/actions"
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
	last map[string]int64
	// width holds, for each group inside which there is a record, a number of branches that it must have at least.
	width      map[string]int64
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
		width:      map[string]int64{},
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
		group, branch, err := around(strand)
		if err != nil {
			return err
		}
		h.width[group] = max(h.width[group], branch+1)
		if strand, index, err = split(group); err != nil {
			return err
		}
	}
}

// split takes the path of a step apart: the strand that it is on, "" for the main one, and its index there.
func split(path string) (strand string, index int64, err error) {
	dot := strings.LastIndexByte(path, '.')
	if dot >= 0 {
		if strand = path[:dot]; strings.LastIndexByte(strand, '.') < 0 {
			return "", 0, notAPath(path)
		}
	}
	if index, err = number(path[dot+1:]); err != nil {
		return "", 0, notAPath(path)
	}
	return strand, index, nil
}

// around takes a strand apart: the group that it is a branch of, and the number of the branch.
func around(strand string) (group string, branch int64, err error) {
	dot := strings.LastIndexByte(strand, '.')
	if branch, err = number(strand[dot+1:]); err != nil {
		return "", 0, notAPath(strand + ".0")
	}
	return strand[:dot], branch, nil
}

// number reads a part of a path, which is written in one way only.
func number(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err == nil && len(text) > 1 && text[0] == '0' {
		err = strconv.ErrSyntax
	}
	return int64(n), err
}

func notAPath(path string) error { return fmt.Errorf("%q is not the path of a step", path) }

// beyond tells whether an earlier life went past the path: there is a record there, inside, or later on the strand, or
// one that was made when the strand had ended.
func (h *history) beyond(path string) bool {
	if len(h.sorted) == 0 {
		return false
	}
	strand, index, err := split(path)
	if err != nil {
		return false
	}
	if last, ok := h.last[strand]; ok && last >= index {
		return true
	}
	for strand != "" {
		group, branch, err := around(strand)
		if err != nil {
			return false
		}
		if d := h.decisions[group]; d != nil && d.Number == branch {
			return true
		}
		if strand, index, err = split(group); err != nil {
			return false
		}
		if h.last[strand] > index {
			return true
		}
	}
	return false
}

// inside tells whether the history has a group at the path.
func (h *history) inside(path string) bool { return h.width[path] > 0 || h.decisions[path] != nil }

// instead finds what the history has where the group is, and what cannot be part of it.
func (h *history) instead(path string, g actions.Group) *store.Record {
	if p := h.steps[path]; p != nil {
		return p.Record
	}
	n := int64(len(g.Branches))
	if d := h.decisions[path]; d != nil && (n < 2 || d.Name != g.Mode.String() || d.Number < 0 || d.Number >= n) {
		return d.Record
	}
	if h.width[path] <= n {
		return nil
	}
	for _, p := range h.within(path) {
		if rest := p.Path[len(path)+1:]; paths.Compare(rest, strconv.FormatInt(n, 10)) > 0 {
			return p.Record
		}
	}
	return nil
}

// within are the records inside the group at a path, in order.
func (h *history) within(group string) []*past {
	prefix := group + "."
	from, _ := slices.BinarySearchFunc(h.sorted, prefix+"0", func(p *past, at string) int {
		return paths.Compare(p.Path, at)
	})
	to := from
	for to < len(h.sorted) && strings.HasPrefix(h.sorted[to].Path, prefix) {
		to++
	}
	return h.sorted[from:to]
}

// unvisited finds the first record inside the group at a path, or anywhere if that is "", which this life did not come
// by.
func (h *history) unvisited(group string) *store.Record {
	all := h.sorted
	if group != "" {
		if h.width[group] == 0 {
			return nil
		}
		all = h.within(group)
	}
	for _, p := range all {
		if !p.visited {
			return p.Record
		}
	}
	return nil
}

var errTwice = errors.New("it is there twice")

// Check tells whether the records can be those of a run, as [New] does.
func Check(records []store.Record) error {
	_, err := newHistory(records)
	return err
}
