package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// The tail is where records are appended: one row for each transaction, with the records of all its runs, at the right
// end of a table. So many runs together write one page, or two, where each would have written one of its own. Only runs
// that are leased have records there that count. When a lease ends they are settled: moved to chunks of the run. The
// row of the run then says up to which row the tail has nothing of it any more; rows that have nothing of anybody are
// removed all together, when the tail has become long.

// tailMost is how many bytes the tail gets before all of it is settled.
const tailMost = 1 << 20

// recordMost is how large records are that go through the tail.
const recordMost = 16 << 10

const (
	insertTail = "INSERT INTO baton_tail (id, data) VALUES (?, ?)"
	selectTail = "SELECT id, data FROM baton_tail WHERE id > ? ORDER BY id"
	clearTail  = "DELETE FROM baton_tail WHERE id <= ?"
)

// small tells whether records are to go through the tail.
func small(records []store.Record) bool {
	n := 0
	for i := range records {
		r := &records[i]
		n += len(r.Path) + len(r.Name) + len(r.Digest) + len(r.Action.Data) + len(r.Result.Data) + len(r.Failure.Data)
	}
	return n <= recordMost
}

// pend has records of a run that is leased appended to the tail with the transaction.
func (w *work) pend(l *lease, all []entry) {
	for _, e := range all {
		l.newest = max(l.newest, e.N)
		w.pending = append(w.pending, e)
		w.pendingOf = append(w.pendingOf, l)
	}
}

// unpend takes back what pends of a run.
func (w *work) unpend(run int64) (all []entry) {
	kept := 0
	for i, e := range w.pending {
		if e.Run == run {
			all = append(all, e)
			continue
		}
		w.pending[kept], w.pendingOf[kept] = e, w.pendingOf[i]
		kept++
	}
	w.pending, w.pendingOf = w.pending[:kept], w.pendingOf[:kept]
	return all
}

// pends tells whether a record is about to be written.
func (w *work) pends(run, n int64) bool {
	return slices.ContainsFunc(w.pending, func(e entry) bool { return e.Run == run && e.N == n })
}

// flush writes what pends.
func (w *work) flush() error {
	if len(w.pending) == 0 {
		return nil
	}
	return w.addTail()
}

// addTail adds a row to the tail: with what pends, or with nothing.
func (w *work) addTail() error {
	w.row = w.store.leases.last + 1
	blob := packed.Bundle(w.pending)
	w.size = int64(len(blob))
	_, err := w.exec(insertTail, w.row, blob)
	return err
}

// live is what the tail has of a run, but for what pends.
func (w *work) live(t *target, l *lease) ([]entry, error) {
	switch {
	case t.owner == "":
		return nil, nil
	case l == nil:
		return readTail(context.Background(), w.conn, t.run, t.id, t.settled)
	}
	return l.behind(t.settled), nil
}

// behind returns the entries in rows after the given one.
func (l *lease) behind(row int64) []entry {
	i, _ := slices.BinarySearchFunc(l.entries, row+1, func(e entry, row int64) int { return int(e.Row - row) })
	return l.entries[i:len(l.entries):len(l.entries)]
}

// inTail returns what the tail has of a run from a number on, as the connection sees it on which the run was read.
func (s *Store) inTail(ctx context.Context, c *conn, f found, from int64) ([]entry, error) {
	if f.Owner == "" {
		return nil, nil
	}
	if known, ok := s.leases.inTail(f); ok {
		var all []entry
		for _, e := range known {
			if e.N >= from {
				e.Data = bytes.Clone(e.Data) // the record is to be the caller's
				all = append(all, e)
			}
		}
		return all, nil
	}
	return readTail(ctx, c, f.ID, f.id, f.settled)
}

// inTail is what is known in memory of that, if it is the same: the run had nothing settled since, and the newest row
// that the connection sees is known.
func (l *leases) inTail(f found) ([]entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v, ok := l.byRun[f.ID]
	if !ok || v.id != f.id || v.floor > f.settled || l.last < f.tail {
		return nil, false
	}
	all := v.behind(f.settled)
	for len(all) > 0 && all[len(all)-1].Row > f.tail {
		all = all[:len(all)-1]
	}
	return all, true
}

// readTail reads what the tail has of a run, after a row, from the file.
func readTail(ctx context.Context, c *conn, run string, id, after int64) (all []entry, err error) {
	err = c.tail(ctx, after, func(row, _ int64, entries []entry, ok bool) error {
		if !ok {
			return hidden(run, row)
		}
		for _, e := range entries {
			if e.Run == id {
				all = append(all, e)
			}
		}
		return nil
	})
	return all, err
}

// tail calls f with the rows of the tail after one: how large they are, and their entries, or ok is false if it cannot
// be told which records they are.
func (c *conn) tail(ctx context.Context, after int64, f func(row, size int64, all []entry, ok bool) error) error {
	return c.each(ctx, selectTail, func(r *row) error {
		row, blob := r.int(0), r.blob(1)
		all, ok := packed.ReadBundle(blob)
		for i := range all {
			all[i].Row = row
		}
		return f(row, int64(len(blob)), all, ok)
	}, after)
}

// hidden is the error for a run of which there may be records in a row of the tail that cannot be read.
func hidden(run string, row int64) error {
	return corrupt(run, "row %d of the tail is damaged, and may hold records of it", row)
}

func unreadable(row int64) error {
	return fmt.Errorf("%w: row %d of the tail is damaged", store.ErrCorrupt, row)
}
