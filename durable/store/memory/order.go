package memory

import (
	"cmp"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// order keeps the runs in the order in which they are listed. Runs are nearly always created in that order, so it is a
// slice, which is put in order when somebody looks: those that came since are few, and belong near the end. Runs that
// are removed leave a mark, until there are many.
type order struct {
	rows    []*row
	ordered int // how many of the first rows are in order
	removed int
}

func (o *order) add(r *row) {
	if n := len(o.rows); n == o.ordered && (n == 0 || compareRows(o.rows[n-1], r) < 0) {
		o.ordered++
	}
	o.rows = append(o.rows, r)
}

// remove is called once a run was marked as removed, and returns how many are left.
func (o *order) remove() int {
	if o.removed++; o.removed > len(o.rows)/2 {
		o.rows = slices.DeleteFunc(o.sorted(), func(r *row) bool { return r.removed })
		o.ordered, o.removed = len(o.rows), 0
	}
	return len(o.rows) - o.removed
}

// sorted returns the runs in order, those that were removed among them.
func (o *order) sorted() []*row {
	if o.ordered == len(o.rows) {
		return o.rows
	}
	late := slices.Clone(o.rows[o.ordered:])
	slices.SortFunc(late, compareRows)
	early := o.ordered
	for to := len(o.rows) - 1; len(late) > 0; to-- {
		if last := len(late) - 1; early > 0 && compareRows(o.rows[early-1], late[last]) > 0 {
			early--
			o.rows[to] = o.rows[early]
		} else {
			o.rows[to] = late[last]
			late = late[:last]
		}
	}
	o.ordered = len(o.rows)
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
	at, _ := slices.BinarySearchFunc(rows, c, func(r *row, c cursor) int {
		order := cmp.Or(cmp.Compare(r.created, c.created), cmp.Compare(r.id, c.id))
		if order == 0 && !newest {
			return -1 // behind all that are at the cursor, of which all but one were removed
		}
		return order
	})
	if newest {
		return rows[:at]
	}
	return rows[at:]
}

func compareRows(a, b *row) int {
	return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
}
