package sqlite

import (
	"context"
	"math"
	"time"

	"github.com/baton-go/baton/durable/store"
)

const (
	// backlogsOf goes on where the queues are known: see lanes_query.go.
	backlogsOf = flowsOf + `, pairs (queue, flow) AS (
	SELECT flows.queue, flows.flow FROM flows WHERE flows.flow IS NOT NULL
), ` + lanesOf + `
	SELECT l.queue, (SELECT count(*) FROM (SELECT 1 FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = l.queue AND r.flow = l.flow AND r.priority = l.priority AND r.due <= ?1` + claimableNow + `
		LIMIT ?2)), (SELECT min(r.due) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = l.queue AND r.flow = l.flow AND r.priority = l.priority AND r.due <= ?1` + claimableNow + `)
	FROM lanes l WHERE l.priority IS NOT NULL ORDER BY l.queue`

	selectBacklogs     = looseQueues + backlogsOf
	selectSomeBacklogs = `WITH RECURSIVE queues (queue) AS (SELECT ` + listed + ` FROM json_each(?3))` + backlogsOf
)

// Backlogs measures what waits in queues: see [store.Gauge]. It reads an entry of an index for each run that it counts.
func (s *Store) Backlogs(ctx context.Context, queues []string, most int) (all []store.Backlog, err error) {
	if most <= 0 {
		most = math.MaxInt64
	}
	query, args := selectBacklogs, []any{time.Now().UnixMicro(), int64(most)}
	if len(queues) > 0 {
		query, args = selectSomeBacklogs, append(args, list(queues))
	}
	err = s.read(ctx, func(c *conn) error {
		return c.each(ctx, query, func(r *row) error {
			queue, n, oldest := r.text(0), r.int(1), r.time(2)
			if n == 0 {
				return nil
			}
			if last := len(all) - 1; last >= 0 && all[last].Queue == queue {
				all[last].Runs = min(all[last].Runs+n, int64(most))
				all[last].Oldest = earlier(all[last].Oldest, oldest)
				return nil
			}
			all = append(all, store.Backlog{Queue: queue, Runs: n, Oldest: oldest})
			return nil
		}, args...)
	})
	if err != nil {
		return nil, s.fail("backlogs", err)
	}
	return all, nil
}
