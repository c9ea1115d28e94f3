package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

const renewText = `UPDATE baton.runs r SET due = clock_timestamp() + $2 * interval '1 microsecond'
	WHERE r.id = ANY(ARRAY(SELECT id FROM baton.runs
		WHERE owner IS NOT NULL AND owner = $1 ORDER BY run FOR NO KEY UPDATE)) AND r.owner = $1
	RETURNING r.run, r.epoch, r.revision, CASE WHEN r.seq = 0 THEN 0
		ELSE coalesce((SELECT m.seq FROM baton.messages m WHERE m.run = r.id ORDER BY m.seq DESC LIMIT 1), 0) END`

// Renew lets leases last: see [store.Store].
func (s *Store) Renew(ctx context.Context, owner string, d time.Duration) (all []store.Held, err error) {
	err = s.call(ctx, "renew", func(c *change) error {
		rows, err := c.q.Query(c.ctx, c.sql.renew, []byte(owner), d.Microseconds())
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h store.Held, err error) {
			var run []byte
			err = row.Scan(&run, &h.Epoch, &h.Revision, &h.Messages)
			h.Run = string(run)
			return h, err
		})
		return err
	})
	return all, err
}
