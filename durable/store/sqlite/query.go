package sqlite

import (
	"encoding/hex"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// conditions is the part of a statement that says which runs are meant.
type conditions struct {
	terms []string
	args  []any
}

func (c *conditions) add(term string, args ...any) {
	c.terms = append(c.terms, term)
	c.args = append(c.args, args...)
}

// where is the text of the conditions.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

// describe adds the conditions of a query, but not its place, order and limit. A plus keeps an index from being used:
// with the conditions that have an index of their own the status is only looked at.
func (c *conditions) describe(q store.Query) {
	if len(q.IDs) > 0 {
		c.add("r.run IN (SELECT "+listed+" FROM json_each(?))", list(q.IDs))
	}
	if len(q.Statuses) > 0 {
		marks := strings.Repeat(", ?", len(q.Statuses))
		numbers := make([]any, len(q.Statuses))
		for i, s := range q.Statuses {
			numbers[i] = int64(s)
		}
		c.add("+r.status IN ("+marks[2:]+")", numbers...)
	}
	if len(q.Flows) > 0 {
		c.add("+r.flow IN (SELECT "+listed+" FROM json_each(?))", list(q.Flows))
	}
	if len(q.Queues) > 0 {
		c.add("+r.queue IN (SELECT "+listed+" FROM json_each(?))", list(q.Queues))
	}
	if q.Parent != "" {
		c.add("r.parent = ?", q.Parent)
	}
	for name, value := range q.Labels {
		c.add("r.id IN (SELECT run FROM baton_labels WHERE name = ? AND value = ?)", name, value)
	}
	if !q.Expired.IsZero() {
		c.add("r.expires <= ?", q.Expired.UnixMicro())
	}
}

// list is a list of strings as one value. They are in hexadecimal, since JSON cannot hold every string.
func list(all []string) string {
	text := []byte{'['}
	for i, s := range all {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, '"')
		text = hex.AppendEncode(text, []byte(s))
		text = append(text, '"')
	}
	return string(append(text, ']'))
}

// listed is a string of a list: the value of a row of json_each.
const listed = "CAST(unhex(value) AS TEXT)"

// page is a query for the places of runs.
type page struct {
	store.Query
	// along goes along the order of the runs of one status, until it has found enough. Otherwise all runs that meet the
	// conditions are sorted.
	along  bool
	status store.Status
}

func (p page) query() (string, []any) {
	var c conditions
	from := "baton_runs r"
	if p.along {
		from += " INDEXED BY baton_status"
		c.add("r.status = ?", int64(p.status))
	}
	c.describe(p.Query)
	c.behind(p.Query)
	order := " ORDER BY r.created, r.run LIMIT ?"
	if p.Newest {
		order = " ORDER BY r.created DESC, r.run DESC LIMIT ?"
	}
	return "SELECT r.id, r.created, r.run FROM " + from + c.where() + order, append(c.args, int64(p.Limit))
}

// behind adds the condition that a run comes after the place.
func (c *conditions) behind(q store.Query) {
	if q.After == (store.Cursor{}) {
		return
	}
	at := q.After.Created.UnixMicro()
	if q.Newest {
		c.add("r.created <= ? AND (r.created < ? OR r.run < ?)", at, at, q.After.ID)
	} else {
		c.add("r.created >= ? AND (r.created > ? OR r.run > ?)", at, at, q.After.ID)
	}
}
