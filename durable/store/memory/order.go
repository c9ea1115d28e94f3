package memory

import (
	"cmp"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// order keeps the runs in the order in which they are listed. Runs are nearly always created in that order, so it is a
// slice, which is sorted when somebody looks and it is not. Runs that are removed leave a mark, until there are many.
type order struct {
	rows     []*row
	removed  int
	unsorted bool
}

func (o *order) add(r *row) {
	if n := len(o.rows); n > 0 && compareRows(o.rows[n-1], r) > 0 {
		o.unsorted = true
	}
	o.rows = append(o.rows, r)
}

// remove is called once a run was marked as removed, and returns how many are left.
func (o *order) remove() int {
	if o.removed++; o.removed > len(o.rows)/2 {
		o.rows = slices.DeleteFunc(o.rows, func(r *row) bool { return r.removed })
		o.removed = 0
	}
	return len(o.rows) - o.removed
}

// sorted returns the runs in order, those that were removed among them.
func (o *order) sorted() []*row {
	if o.unsorted {
		slices.SortFunc(o.rows, compareRows)
		o.unsorted = false
	}
	return o.rows
}

// cursor is a place in the order of runs. The zero cursor is before all, or behind all, depending on the direction.
type cursor struct {
	created moment
	id      string
}

func cursorOf(c store.Cursor) cursor { return cursor{momentOf(c.Created), c.ID} }

// beyond returns those of sorted runs that are beyond the cursor.
func (c cursor) beyond(rows []*row, newest bool) []*row {
	if c == (cursor{}) {
		return rows
	}
	at, found := slices.BinarySearchFunc(rows, c, func(r *row, c cursor) int {
		return cmp.Or(cmp.Compare(r.created, c.created), cmp.Compare(r.id, c.id))
	})
	if newest {
		return rows[:at]
	}
	if found {
		at++
	}
	return rows[at:]
}

func compareRows(a, b *row) int {
	return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
}
