package sqlite

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

const selectHeld = `SELECT run, epoch, revision, CASE WHEN seq = 0 THEN 0
	ELSE coalesce((SELECT max(m.seq) FROM baton_messages m WHERE m.run = r.id), 0) END
	FROM baton_runs r INDEXED BY baton_leases WHERE owner = ? AND owner <> '' ORDER BY id`

// Renew lets leases last: see [store.Store]. Nothing is written: a lease ends with the process that has it.
func (s *Store) Renew(ctx context.Context, owner string, d time.Duration) ([]store.Held, error) {
	if err := s.claims.take(ctx); err != nil {
		return nil, s.fail("renew", err)
	}
	defer s.claims.give()
	var all []store.Held
	err := s.read(ctx, func(c *conn) error {
		return c.each(ctx, selectHeld, func(r *row) error {
			all = append(all, store.Held{
				Run: r.text(0), Epoch: r.int(1), Revision: r.int(2), Messages: r.int(3),
			})
			return nil
		}, owner)
	})
	if err != nil {
		return nil, s.fail("renew", err)
	}
	s.leases.renew(owner, time.Now().Add(d))
	return all, nil
}
