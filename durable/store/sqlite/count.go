package sqlite

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Count counts runs: see [store.Counter].
func (s *Store) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	counts := map[store.Status]store.Count{}
	var where conditions
	where.describe(q)
	query := "SELECT r.status, count(*), sum(r.finished - r.started) FROM baton_runs r" + where.where() +
		" GROUP BY r.status"
	err := s.read(ctx, func(c *conn) error {
		return c.once(ctx, query, func(r *row) error {
			took := r.int(2)
			counts[store.Status(r.int(0))] = store.Count{
				Runs: r.int(1), Took: time.Duration(took) * time.Microsecond,
			}
			return nil
		}, where.args...)
	})
	if err != nil {
		return nil, s.fail("count", err)
	}
	return counts, nil
}
