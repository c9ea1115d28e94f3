package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// List returns runs: see [store.Store]. A query for IDs, for a parent, for labels or for what has expired looks at
// those runs only; any other goes along the order until it has found enough.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	var runs []store.Run
	err := s.read(ctx, func(c *conn) (err error) {
		runs, err = s.list(ctx, c, q)
		return err
	})
	if err != nil {
		return nil, s.fail("list", err)
	}
	return runs, nil
}

// spot is where a run stands in the order.
type spot struct {
	id, created int64
	run         string
}

func (s *Store) list(ctx context.Context, c *conn, q store.Query) ([]store.Run, error) {
	if q.Limit <= 0 {
		q.Limit = store.DefaultLimit
	}
	spots, err := s.spots(ctx, c, q)
	if err != nil {
		return nil, err
	}
	runs := make([]store.Run, 0, len(spots))
	for _, sp := range spots {
		found, err := s.runs(ctx, c, selectRun+"WHERE r.id = ?", sp.id)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			runs = append(runs, f.Run)
		}
	}
	return runs, nil
}

// spots finds the runs of a page.
func (s *Store) spots(ctx context.Context, c *conn, q store.Query) ([]spot, error) {
	where := describeQuery(q)
	where.behind(q)
	direct := len(q.IDs) > 0 || q.Parent != "" || len(q.Labels) > 0
	if !direct && !q.Expired.IsZero() {
		few, err := fewExpired(ctx, c, q)
		if err != nil {
			return nil, err
		}
		direct = few
	}
	if direct {
		return readSpots(ctx, c, q, where, "baton_runs r")
	}
	// The index has the order for each status: the page is merged from the pages of each.
	statuses := q.Statuses
	if len(statuses) == 0 {
		for st := range store.Paused + 1 {
			statuses = append(statuses, st)
		}
	}
	var all []spot
	for _, st := range slices.Compact(slices.Sorted(slices.Values(statuses))) {
		one := conditions{terms: append([]string{"r.status = ?"}, where.terms...)}
		one.args = append([]any{int64(st)}, where.args...)
		page, err := readSpots(ctx, c, q, one, "baton_runs r INDEXED BY baton_status")
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	slices.SortFunc(all, func(a, b spot) int {
		order := cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.run, b.run))
		if q.Newest {
			return -order
		}
		return order
	})
	return all[:min(len(all), q.Limit)], nil
}

// fewExpired tells whether so few runs have expired that they can be sorted. Otherwise they are met soon enough along
// the order.
func fewExpired(ctx context.Context, c *conn, q store.Query) (bool, error) {
	few := int64(10 * q.Limit)
	n := int64(0)
	err := c.each(ctx, "SELECT count(*) FROM (SELECT 1 FROM baton_runs WHERE expires <= ? LIMIT ?)",
		func(row []driver.Value) error {
			n = row[0].(int64)
			return nil
		}, q.Expired.UnixMicro(), few)
	return n < few, err
}

func readSpots(ctx context.Context, c *conn, q store.Query, where conditions, from string) ([]spot, error) {
	order := " ORDER BY r.created, r.run LIMIT ?"
	if q.Newest {
		order = " ORDER BY r.created DESC, r.run DESC LIMIT ?"
	}
	var page []spot
	err := c.once(ctx, "SELECT r.id, r.created, r.run FROM "+from+where.where()+order, func(row []driver.Value) error {
		page = append(page, spot{row[0].(int64), row[1].(int64), row[2].(string)})
		return nil
	}, append(where.args, int64(q.Limit))...)
	return page, err
}
