package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

const lockFinishedText = `SELECT id FROM baton.runs WHERE run = ANY($1::bytea[]) AND status BETWEEN 4 AND 6
	ORDER BY run FOR UPDATE`

// Delete removes runs that have finished: see [store.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (n int, err error) {
	err = s.call(ctx, "delete", func(c *change) (err error) {
		n, err = c.delete(ids)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (c *change) delete(ids []string) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	var first pgx.Batch
	if !c.inner {
		first.Queue(begin)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var gone []int64
	first.Queue(c.sql.lockFinished, names(ids)).Query(func(rows pgx.Rows) (err error) {
		gone, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err := c.q.SendBatch(c.ctx, &first).Close(); err != nil {
		return 0, err
	}
	if len(gone) > 0 {
		for _, text := range c.sql.deletes {
			c.batch.Queue(text, gone)
		}
	}
	return len(gone), c.finish()
}
