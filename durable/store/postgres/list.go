package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

// conditions are the part of a statement that says which runs are meant.
type conditions struct {
	terms []string
	args  []any
}

// arg adds an argument, and returns what stands for it.
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// add adds a condition, in which a question mark stands for each argument.
func (c *conditions) add(term string, args ...any) {
	for _, v := range args {
		term = strings.Replace(term, "?", c.arg(v), 1)
	}
	c.terms = append(c.terms, term)
}

// where is the text of the conditions.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

// describe adds the conditions of a query but those on the status, and not its place, order and limit.
func (c *conditions) describe(q store.Query) {
	if len(q.IDs) > 0 {
		c.add("r.run = ANY(?::bytea[])", names(q.IDs))
	}
	if len(q.Flows) > 0 {
		c.add("r.flow = ANY(?::bytea[])", names(q.Flows))
	}
	if len(q.Queues) > 0 {
		c.add("r.queue = ANY(?::bytea[])", names(q.Queues))
	}
	if q.Parent != "" {
		c.add("r.parent = ?", []byte(q.Parent))
	}
	for name, value := range q.Labels {
		c.add("EXISTS (SELECT FROM baton.labels l WHERE l.label = ? AND l.run = r.id)", label(name, value))
	}
	if !q.Expired.IsZero() {
		c.add("r.expires <= ?", exact(q.Expired))
	}
}

// behind adds the condition that a run comes after the place.
func (c *conditions) behind(q store.Query) {
	if q.After == (store.Cursor{}) {
		return
	}
	comparison := ">"
	if q.Newest {
		comparison = "<"
	}
	c.add("(r.created, r.run) "+comparison+" (?, ?)", exact(q.After.Created), []byte(q.After.ID))
}

func statuses(all []store.Status) []int16 {
	numbers := make([]int16, 0, len(all))
	for _, s := range all {
		numbers = append(numbers, int16(s))
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// query is the text for a page of runs. Where few runs can be meant they are sorted. Otherwise the index has the order
// for each status: the page is merged from the pages of each.
func query(q store.Query) (string, []any) {
	if q.Limit <= 0 {
		q.Limit = store.DefaultLimit
	}
	var c conditions
	order := " ORDER BY r.created, r.run LIMIT "
	if q.Newest {
		order = " ORDER BY r.created DESC, r.run DESC LIMIT "
	}
	if len(q.IDs) > 0 || q.Parent != "" || len(q.Labels) > 0 || !q.Expired.IsZero() {
		c.describe(q)
		if len(q.Statuses) > 0 {
			c.add("r.status = ANY(?::smallint[])", statuses(q.Statuses))
		}
		c.behind(q)
		return "SELECT" + runColumns + "FROM baton.runs r" + c.where() + order + c.arg(q.Limit), c.args
	}
	if len(q.Statuses) == 0 {
		for st := range store.Paused + 1 {
			q.Statuses = append(q.Statuses, st)
		}
	}
	wanted := c.arg(statuses(q.Statuses))
	c.terms = append(c.terms, "r.status = s.status")
	c.describe(q)
	c.behind(q)
	order += c.arg(q.Limit)
	return "SELECT" + runColumns + "FROM unnest(" + wanted + "::smallint[]) AS s (status) CROSS JOIN LATERAL " +
		"(SELECT * FROM baton.runs r" + c.where() + order + ") r" + order, c.args
}

// List returns runs: see [store.Store]. One of which something cannot be read is there without that, and its Reason
// says what.
func (s *Store) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	err = s.call(ctx, "list", func(c *change) (err error) {
		runs, err = c.list(q)
		return err
	})
	return runs, err
}

func (c *change) list(q store.Query) ([]store.Run, error) {
	var rows pgx.Rows
	var err error
	switch {
	case !onlyIDs(&q):
		text, args := query(q)
		rows, err = c.q.Query(c.ctx, c.sql.in(text), args...)
	case len(q.IDs) == 1:
		rows, err = c.q.Query(c.ctx, c.sql.selectRun, []byte(q.IDs[0]))
	default:
		rows, err = c.q.Query(c.ctx, c.sql.selectSorted, names(q.IDs))
	}
	if err != nil {
		return nil, err
	}
	found, err := c.collect(rows)
	runs := make([]store.Run, len(found))
	for i := range found {
		runs[i] = found[i].Run
		if found[i].spoilt != nil {
			runs[i].Reason = found[i].spoilt.Error()
		}
	}
	return runs, err
}

// onlyIDs tells whether the query is for runs by their IDs, as most are, and for nothing else about them.
func onlyIDs(q *store.Query) bool {
	return len(q.IDs) > 0 && len(q.IDs) <= max(q.Limit, 1) && !q.Newest && q.After == (store.Cursor{}) &&
		len(q.Statuses)+len(q.Flows)+len(q.Queues)+len(q.Labels) == 0 && q.Parent == "" && q.Expired.IsZero()
}

// Count counts runs: see [store.Counter].
func (s *Store) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	counts := map[store.Status]store.Count{}
	var where conditions
	where.describe(q)
	if len(q.Statuses) > 0 {
		where.add("r.status = ANY(?::smallint[])", statuses(q.Statuses))
	}
	text := `SELECT r.status, count(*),
		coalesce(sum((extract(epoch FROM r.finished - r.started) * 1000000)::bigint), 0)::bigint
		FROM baton.runs r` + where.where() + " GROUP BY r.status"
	err := s.call(ctx, "count", func(c *change) error {
		rows, err := c.q.Query(c.ctx, c.sql.in(text), where.args...)
		if err != nil {
			return err
		}
		var status int16
		var runs, took int64
		_, err = pgx.ForEachRow(rows, []any{&status, &runs, &took}, func() error {
			counts[store.Status(status)] = store.Count{Runs: runs, Took: time.Duration(took) * time.Microsecond}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}
