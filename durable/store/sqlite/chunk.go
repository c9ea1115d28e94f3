package sqlite

import (
	"cmp"
	"context"
	"slices"

	"github.com/baton-go/baton/internal/packed"
)

// chunkMost is how many bytes of records are put into one chunk.
const chunkMost = 32 << 10

const (
	insertChunk  = "INSERT OR IGNORE INTO baton_records (place, data) VALUES (?, ?)"
	selectChunks = "SELECT place & 16777215, data FROM baton_records WHERE place >= ? AND place <= ? ORDER BY place"
	deleteChunks = "DELETE FROM baton_records WHERE place >= ? AND place <= ?"
)

// addChunks adds records to the chunks of a run. They are not there yet.
func (w *work) addChunks(t *target, l *lease, all []entry) error {
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.N, b.N) })
	if l != nil {
		l.top = max(l.top, all[len(all)-1].N)
	}
	for len(all) > 0 {
		n, size := 1, len(all[0].Data)
		for n < len(all) && size+len(all[n].Data) <= chunkMost {
			size += len(all[n].Data)
			n++
		}
		chunk := make([]entry, n)
		for i, e := range all[:n] {
			chunk[i] = entry{N: e.N, Data: e.Data}
		}
		last := all[n-1].N
		added, err := w.exec(insertChunk, t.id<<placeBits+last, packed.Bundle(chunk))
		if err != nil {
			return err
		}
		if added == 0 {
			return corrupt(t.run, "there are other records up to %d", last)
		}
		all = all[n:]
	}
	return nil
}

// chunks calls f with the chunks of a run that may have records from a number on: the number of the last record of
// each, and its records, or ok is false if they cannot be read.
func (c *conn) chunks(
	ctx context.Context, run, from int64, f func(last int64, all []entry, ok bool) error,
) error {
	first, end := places(run, from)
	return c.each(ctx, selectChunks, func(r *row) error {
		last := r.int(0)
		all, ok := packed.ReadBundle(r.blob(1))
		return f(last, all, ok)
	}, first, end)
}

// inChunks tells whether a chunk of the run has the record, and whether there may be later ones. Of a chunk that cannot
// be read it is known that it has the record whose place it is at.
func (w *work) inChunks(run, n int64) (there, later bool, err error) {
	err = w.chunks(context.Background(), run, n, func(last int64, all []entry, _ bool) error {
		later = true
		there = there || last == n || among(all, n)
		return nil
	})
	return there, later, err
}
