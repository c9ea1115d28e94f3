package journal

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
)

// Part tells which records of a run another one may go on from that parts from it before the given steps: those of the
// steps before them, and of other branches of the groups that these are in. What came after them on their own strands
// is dropped, and after the groups that they are in, and so are the decisions of those groups. What such a decision had
// a branch fail with is dropped with it, and what the branch did after that.
//
// Both results have the order of the records, which are left as they are. The error says that one of the steps cannot
// be a step of the run, or wraps [store.ErrCorrupt] if the records cannot be those of one.
func Part(records []store.Record, at ...string) (kept, dropped []store.Record, err error) {
	h, err := newHistory(records)
	if err != nil {
		return nil, nil, err
	}
	c := cuts{from: map[string]int64{}, inside: map[string]bool{}}
	for len(at) > 0 {
		groups, err := c.cut(at[0])
		if err != nil {
			return nil, nil, err
		}
		at = at[1:]
		for _, g := range groups {
			if s := h.steps[g]; s != nil {
				return nil, nil, fmt.Errorf("step %s is no group, but %s", g, s.Name)
			}
			at = append(at, h.ended(g, &c)...)
		}
	}
	for _, r := range records {
		if c.drop(&r) {
			dropped = append(dropped, r)
		} else {
			kept = append(kept, r)
		}
	}
	return kept, dropped, nil
}

// ended finds what has failed in a group because of its decision, or together with what decided it.
func (h *history) ended(group string, c *cuts) (paths []string) {
	d := h.decisions[group]
	if d == nil {
		return nil
	}
	for _, p := range h.within(group) {
		if p.Kind != store.Step || !isError(p.Failure) || c.drop(p.Record) {
			continue
		}
		strand, index, err := split(p.Path)
		if err == nil && (p.N > d.N || d.Name == actions.All.String() && h.last[strand] == index) {
			paths = append(paths, p.Path)
		}
	}
	return paths
}

// cuts say from where on the strands of a run are dropped.
type cuts struct {
	from   map[string]int64 // by strand, the first index that is
	inside map[string]bool  // groups of which a part is
}

// cut drops what comes from a step on. The groups are those around it that nothing was dropped of before.
func (c *cuts) cut(path string) (groups []string, err error) {
	strand, index, err := split(path)
	if err != nil {
		return nil, err
	}
	c.least(strand, index)
	for strand != "" {
		group, _, err := around(strand)
		if err != nil {
			return nil, err
		}
		if !c.inside[group] {
			c.inside[group] = true
			groups = append(groups, group)
		}
		if strand, index, err = split(group); err != nil {
			return nil, err
		}
		c.least(strand, index+1)
	}
	return groups, nil
}

func (c *cuts) least(strand string, index int64) {
	if from, ok := c.from[strand]; !ok || index < from {
		c.from[strand] = index
	}
}

// drop tells whether a record is dropped.
func (c *cuts) drop(r *store.Record) bool {
	if r.Kind == store.Decision && c.inside[r.Path] {
		return true
	}
	strand, index, err := split(r.Path)
	for err == nil {
		if from, ok := c.from[strand]; ok && index >= from {
			return true
		}
		if strand == "" {
			return false
		}
		var group string
		if group, _, err = around(strand); err == nil {
			strand, index, err = split(group)
		}
	}
	return false // no such record gets here
}
