package sqlite

import (
	"context"
	"database/sql/driver"
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
		return c.once(ctx, query, func(row []driver.Value) error {
			took, _ := row[2].(int64)
			counts[store.Status(row[0].(int64))] = store.Count{
				Runs: row[1].(int64), Took: time.Duration(took) * time.Microsecond,
			}
			return nil
		}, where.args...)
	})
	if err != nil {
		return nil, s.fail("count", err)
	}
	return counts, nil
}
