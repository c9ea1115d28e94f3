package sqlite

import (
	"slices"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// entry is a record of a bundle: of a row of the tail, which is then the Row, or of a chunk, where the Run is 0.
type entry = packed.Part

// readEntries appends the records from a number on.
func readEntries(run string, all []entry, from int64, to []store.Record) ([]store.Record, error) {
	to = slices.Grow(to, len(all))
	for _, e := range all {
		if e.N < from {
			continue
		}
		r := store.Record{N: e.N}
		if !packed.ReadRecord(e.Data, &r) {
			return to, corrupt(run, "record %d cannot be read", e.N)
		}
		to = append(to, r)
	}
	return to, nil
}

// among tells whether one of the entries has the number.
func among(all []entry, n int64) bool {
	return slices.ContainsFunc(all, func(e entry) bool { return e.N == n })
}
