package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// List returns runs: see [store.Store]. A query for IDs, for a parent, for labels or for what has expired looks at
// those runs only; any other goes along the order until it has found enough. A run of which something cannot be read is
// there without that, and its Reason says what.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	var runs []store.Run
	var err error
	if id, ok := onlyID(q); ok {
		err = s.look(ctx, func(c *conn) (err error) {
			runs, err = s.single(ctx, c, selectRun+"WHERE r.run = ?", id)
			return err
		})
	} else {
		err = s.read(ctx, func(c *conn) (err error) {
			runs, err = s.list(ctx, c, q)
			return err
		})
	}
	if err != nil {
		return nil, s.fail("list", err)
	}
	return runs, nil
}

// onlyID returns the ID of a query for that and for nothing else: what those ask all the time who wait for a run.
func onlyID(q store.Query) (id string, ok bool) {
	if len(q.IDs) != 1 || len(q.Statuses) > 0 || len(q.Flows) > 0 || len(q.Queues) > 0 || q.Parent != "" ||
		len(q.Labels) > 0 || !q.Expired.IsZero() || q.After != (store.Cursor{}) {
		return "", false
	}
	return q.IDs[0], true
}

// single returns a run, or none. One of which something cannot be read is there without that.
func (s *Store) single(ctx context.Context, c *conn, query string, arg any) ([]store.Run, error) {
	f, err := s.run(ctx, c, query, arg)
	switch {
	case f.id != 0 && errors.Is(err, store.ErrCorrupt):
		f.Reason = err.Error()
	case err != nil || f.id == 0:
		return nil, err
	}
	return []store.Run{f.Run}, nil
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
		one, err := s.single(ctx, c, selectRun+"WHERE r.id = ?", sp.id)
		if err != nil {
			return nil, err
		}
		runs = append(runs, one...)
	}
	return runs, nil
}

// spots finds the runs of a page.
func (s *Store) spots(ctx context.Context, c *conn, q store.Query) ([]spot, error) {
	direct := len(q.IDs) > 0 || q.Parent != "" || len(q.Labels) > 0
	if !direct && !q.Expired.IsZero() {
		few, err := fewExpired(ctx, c, q)
		if err != nil {
			return nil, err
		}
		direct = few
	}
	if direct {
		return readSpots(ctx, c, page{Query: q})
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
		spots, err := readSpots(ctx, c, page{Query: q, along: true, status: st})
		if err != nil {
			return nil, err
		}
		all = append(all, spots...)
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
	const query = `SELECT count(*) FROM
		(SELECT 1 FROM baton_runs INDEXED BY baton_expires WHERE expires <= ? LIMIT ?)`
	err := c.each(ctx, query, func(r *row) error {
		n = r.int(0)
		return nil
	}, q.Expired.UnixMicro(), few)
	return n < few, err
}

func readSpots(ctx context.Context, c *conn, p page) (spots []spot, err error) {
	query, args := p.query()
	err = c.once(ctx, query, func(r *row) error {
		spots = append(spots, spot{r.int(0), r.int(1), r.text(2)})
		return nil
	}, args...)
	return spots, err
}
