package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

const blockedText = `SELECT id FROM baton.runs WHERE run = ANY($1::bytea[]) AND status = 7 AND owner IS NULL
	ORDER BY run`

// Take leases runs that are blocked: see [store.Taker].
func (s *Store) Take(
	ctx context.Context, owner string, lease time.Duration, runs []string,
) (histories []store.History, err error) {
	var spoilt []store.Write
	err = s.call(ctx, "take", func(c *change) error {
		histories, spoilt = nil, nil
		rows, err := c.q.Query(c.ctx, c.sql.blocked, names(runs))
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(ids) == 0 {
			return err
		}
		var batch pgx.Batch
		lent := batch.Queue(c.sql.takeBlocked, ids, []byte(owner), lease.Microseconds())
		taken, err := c.take(&batch, lent, ids)
		if err != nil {
			return err
		}
		for i := range taken {
			if t := &taken[i]; t.spoilt != nil {
				spoilt = append(spoilt, blocked(t))
			} else {
				histories = append(histories, t.history)
			}
		}
		return nil
	})
	if err == nil && len(spoilt) > 0 {
		_, err = s.Commit(ctx, spoilt)
	}
	if err != nil {
		return nil, err
	}
	return histories, nil
}
