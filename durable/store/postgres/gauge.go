package postgres

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
)

const (
	// someQueuesText are the pairs of queue and flow that there are in the queues that are given.
	someQueuesText = `WITH RECURSIVE pairs (queue, flow) AS (
	SELECT q.queue, n.flow FROM unnest($2::bytea[]) AS q (queue) CROSS JOIN LATERAL (SELECT flow FROM baton.runs
		WHERE queue = q.queue AND ` + free + ` ORDER BY flow LIMIT 1) n
	UNION ALL
	SELECT p.queue, n.flow FROM pairs p CROSS JOIN LATERAL (SELECT flow FROM baton.runs
		WHERE queue = p.queue AND flow > p.flow AND ` + free + ` ORDER BY flow LIMIT 1) n
), `

	backlogsOfText = `counts AS (
	SELECT l.queue, n.runs, n.oldest FROM lanes l CROSS JOIN LATERAL (SELECT count(*) AS runs, min(due) AS oldest
		FROM (SELECT due FROM baton.runs
			WHERE queue = l.queue AND flow = l.flow AND priority = l.priority AND ` + free + ` AND due <= now()
			ORDER BY due LIMIT $1) d) n
)
SELECT queue, least(sum(runs), $1)::bigint, min(oldest) FROM counts WHERE runs > 0 GROUP BY queue ORDER BY queue`

	backlogsText     = thereText + "pairs AS (SELECT queue, flow FROM there), " + lanesText + backlogsOfText
	someBacklogsText = someQueuesText + lanesText + backlogsOfText
)

// Backlogs measures what waits in queues: see [store.Gauge]. It reads an entry of an index for each run that it counts.
func (s *Store) Backlogs(ctx context.Context, queues []string, most int) (all []store.Backlog, err error) {
	if most <= 0 {
		most = math.MaxInt64
	}
	err = s.call(ctx, "backlogs", func(c *change) error {
		all = nil
		text, args := c.sql.backlogs, []any{int64(most)}
		if len(queues) > 0 {
			text, args = c.sql.someBacklogs, append(args, names(queues))
		}
		rows, err := c.q.Query(c.ctx, text, args...)
		if err != nil {
			return err
		}
		var queue []byte
		var runs int64
		var oldest pgtype.Timestamptz
		_, err = pgx.ForEachRow(rows, []any{&queue, &runs, &oldest}, func() error {
			all = append(all, store.Backlog{Queue: string(queue), Runs: runs, Oldest: c.s.clocks.Here(moment(oldest))})
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
