package sqlite

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// A chunk is found at a place, which is an integer: the id of its run, and the number of its last record in the last 24
// bits. So whoever wants the records from a number on looks from its place on, however the records of the chunks
// overlap. A table with such a key fills its pages to the end when a run is appended to, where an index divides each
// page in two that are half full, and writes both.
const placeBits = 24

const (
	// Records whose numbers are no numbers of steps.
	insertStray  = "INSERT OR IGNORE INTO baton_strays (run, n, data) VALUES (?, ?, ?)"
	selectStrays = "SELECT n, data FROM baton_strays WHERE run = ? AND n >= ? AND n <= ? ORDER BY n"
	deleteStrays = "DELETE FROM baton_strays WHERE run = ?"
)

// strays tells whether records of the write have no place.
func strays(w *store.Write) bool {
	for i := range w.Records {
		if !placed(w.Records[i].N) {
			return true
		}
	}
	return false
}

// placed tells whether a record with this number has a place.
func placed(n int64) bool { return n >= 0 && n < 1<<placeBits }

// places are the first and the last of a run from a number on.
func places(run, from int64) (first, last int64) {
	return run<<placeBits + max(from, 0), run<<placeBits + 1<<placeBits - 1
}

// deleteRecords removes all records of a run but those in the tail.
func (w *work) deleteRecords(run int64) error {
	first, last := places(run, 0)
	if _, err := w.exec(deleteChunks, first, last); err != nil {
		return err
	}
	_, err := w.exec(deleteStrays, run)
	return err
}

// records reads those of a run from a number on. Nearly always nothing has ever strayed.
func (s *Store) records(ctx context.Context, c *conn, f found, from int64) (all []store.Record, err error) {
	strayed := s.strayed.Load()
	if strayed && from < 0 {
		if all, err = readStrays(ctx, c, f, all, from, -1); err != nil {
			return all, err
		}
	}
	if from < 1<<placeBits {
		if all, err = s.placed(ctx, c, f, all, from); err != nil {
			return all, err
		}
	}
	if strayed {
		all, err = readStrays(ctx, c, f, all, max(from, 1<<placeBits), math.MaxInt64)
	}
	return all, err
}

// placed reads the records that have places: those in chunks, and those in the tail.
func (s *Store) placed(
	ctx context.Context, c *conn, f found, all []store.Record, from int64,
) (_ []store.Record, err error) {
	if f.settled < 0 {
		return all, hidden(f.ID, -f.settled)
	}
	err = c.chunks(ctx, f.id, from, func(last int64, chunk []entry, ok bool) (err error) {
		if !ok {
			return corrupt(f.ID, "the records up to %d cannot be read", last)
		}
		all, err = readEntries(f.ID, chunk, from, all)
		return err
	})
	if err != nil {
		return all, err
	}
	tail, err := s.inTail(ctx, c, f, from)
	if err != nil {
		return all, err
	}
	all, err = readEntries(f.ID, tail, from, all)
	order := func(a, b store.Record) int { return cmp.Compare(a.N, b.N) }
	if !slices.IsSortedFunc(all, order) {
		slices.SortFunc(all, order)
	}
	return all, err
}

func readStrays(
	ctx context.Context, c *conn, f found, to []store.Record, from, last int64,
) ([]store.Record, error) {
	err := c.each(ctx, selectStrays, func(r *row) error {
		record := store.Record{N: r.int(0)}
		if !packed.ReadRecord(r.blob(1), &record) {
			return corrupt(f.ID, "record %d cannot be read", record.N)
		}
		to = append(to, record)
		return nil
	}, f.id, from, last)
	return to, err
}
