package sqlite

import (
	"context"
	"math"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// A record is found at a place, which is an integer: the id of its run, and the number of the record in the last 24
// bits. A table with such a key fills its pages to the end when a run is appended to, where an index divides each page
// in two that are half full, and writes both.
const placeBits = 24

const (
	insertRecord  = "INSERT OR IGNORE INTO baton_records (place, data) VALUES (?, ?)"
	selectRecords = "SELECT place & 16777215, data FROM baton_records WHERE place >= ? AND place <= ? ORDER BY place"
	deleteRecords = "DELETE FROM baton_records WHERE place >= ? AND place <= ?"

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

// addRecord adds a record to a run, unless it has one with that number.
func (w *work) addRecord(run int64, r *store.Record) (err error) {
	if placed(r.N) {
		_, err = w.exec(insertRecord, run<<placeBits+r.N, packed.Record(r))
	} else {
		_, err = w.exec(insertStray, run, r.N, packed.Record(r))
	}
	return err
}

// deleteRecords removes all records of a run.
func (w *work) deleteRecords(run int64) error {
	first, last := places(run, 0)
	if _, err := w.exec(deleteRecords, first, last); err != nil {
		return err
	}
	_, err := w.exec(deleteStrays, run)
	return err
}

// records reads those of a run from a number on. Nearly always nothing has ever strayed.
func (s *Store) records(ctx context.Context, c *conn, f found, from int64) (all []store.Record, err error) {
	read := func(query string, args ...any) error {
		return c.each(ctx, query, func(r *row) error {
			record, err := readRecord(f.ID, r)
			all = append(all, record)
			return err
		}, args...)
	}
	strayed := s.strayed.Load()
	if strayed && from < 0 {
		if err := read(selectStrays, f.id, from, int64(-1)); err != nil {
			return all, err
		}
	}
	if from < 1<<placeBits {
		first, last := places(f.id, from)
		if err := read(selectRecords, first, last); err != nil {
			return all, err
		}
	}
	if strayed {
		err = read(selectStrays, f.id, max(from, 1<<placeBits), int64(math.MaxInt64))
	}
	return all, err
}
