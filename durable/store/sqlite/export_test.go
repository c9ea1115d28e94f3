package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Set makes a setting of the connection that writes.
func (s *Store) Set(name, set, is string) error {
	return use(context.Background(), s.writers, func(c *conn) error {
		return c.assert(context.Background(), pragma{name, set, is})
	})
}

// OnWriter reads a setting of the connection that writes.
func (s *Store) OnWriter(name string) (is string, err error) {
	err = use(context.Background(), s.writers, func(c *conn) error {
		return c.once(context.Background(), "PRAGMA "+name, func(r *row) error {
			is = fmt.Sprint(r.values[0])
			return nil
		})
	})
	return is, err
}

// Statements are those that the store's connections have prepared.
func (s *Store) Statements() []string {
	all := map[string]bool{}
	for _, pool := range []*sql.DB{s.writers, s.readers} {
		_ = use(context.Background(), pool, func(c *conn) error {
			for query := range c.statements {
				all[query] = true
			}
			return nil
		})
	}
	var sorted []string
	for query := range all {
		sorted = append(sorted, query)
	}
	slices.Sort(sorted)
	return sorted
}

// Gate lets one write through at a time.
type Gate struct{ g *gate }

// NewGate makes a gate in which somebody may stay that long while others wait.
func NewGate(patient time.Duration) Gate { return Gate{newGate(patient)} }

// Pass waits for a turn.
func (g Gate) Pass(ctx context.Context) error { return g.g.pass(ctx) }

// Leave ends the turn.
func (g Gate) Leave() { g.g.leave() }

// SelectRun is how a run is read.
const SelectRun = selectRun

// Plan is what SQLite means to do for a query, line by line.
func (s *Store) Plan(query string) (lines []string, err error) {
	err = use(context.Background(), s.writers, func(c *conn) error {
		rows, err := c.raw.(driver.QueryerContext).QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, nulls)
		if err != nil {
			return err
		}
		return drain(context.Background(), rows, func(r *row) error {
			lines = append(lines, r.text(3))
			return nil
		})
	})
	return lines, err
}

// nulls are arguments for any query.
var nulls = func() []driver.NamedValue {
	all := make([]driver.NamedValue, 32)
	for i := range all {
		all[i].Ordinal = i + 1
	}
	return all
}()

// PageQuery is the query for a page of runs, along the order or not.
func PageQuery(q store.Query, along bool) string {
	query, _ := page{Query: q, along: along}.query()
	return query
}

// Uncertain is what becomes of an error of a commit.
func Uncertain(err error) error { return uncertain(err) }

// NothingCommitted tells whether a commit that failed with a code of SQLite's left nothing.
func NothingCommitted(code int) bool { return nothingCommitted(code) }

// OpenDriver is OpenConfig with a driver that the test has put something around.
func OpenDriver(ctx context.Context, path string, c Config, wrap func(driver.Driver) driver.Driver) (*Store, error) {
	return open(ctx, path, c, wrap(registered()))
}

// Settle settles all that is in the tail.
func (s *Store) Settle(ctx context.Context) error {
	return s.locked(ctx, func(c *conn) error {
		defer func(most int64) { s.tailMost = most }(s.tailMost)
		s.tailMost = 0
		return s.tidy(ctx, c)
	})
}

// SetTailMost sets how many bytes the tail gets before it is settled.
func (s *Store) SetTailMost(n int64) { s.tailMost = n }

// InMemory is how many leases are known, and how many records of the tail.
func (s *Store) InMemory() (leases, entries int) {
	s.leases.mu.RLock()
	defer s.leases.mu.RUnlock()
	for _, l := range s.leases.byRun {
		entries += len(l.entries)
	}
	return len(s.leases.byRun), entries
}
