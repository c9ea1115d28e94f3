package durable

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Filter describes runs. Conditions that are zero do not count; those that are not must all be met.
type Filter struct {
	// Statuses, Flows, Queues: one of them. The empty name is the queue of all runs that are in no other.
	Statuses []Status
	Flows    []string
	Queues   []string
	// Labels must all be there, with these values.
	Labels map[string]string
	// Parent is the ID of the run's parent.
	Parent string
	// CreatedFrom is the earliest time at which the run was created, CreatedBefore the first that is too late.
	CreatedFrom, CreatedBefore time.Time
	// Text is part of the run's ID, flow, version, queue, key, reason, error, or of the key or value of a label; whether
	// letters are small or capital does not matter. The store is asked for all runs that meet the other conditions.
	Text string
	// Newest lists the runs that were created last first. Otherwise the oldest come first.
	Newest bool
	// After is the cursor of a run behind which the list begins: the last of the page before.
	After string
	// Limit is how many runs to list at most; 0 is all.
	Limit int
}

// listPage is how many runs are asked for at once.
const listPage = 256

// List lists runs, page by page as the loop goes on: the newest or the oldest first, in an order that does not change
// while runs do. It holds nothing open between pages, so that a loop may take its time, and delete what it gets. An
// error ends the list. To go on later, or in another process, take the [Metadata.Cursor] of the last run.
func (c *Client) List(ctx context.Context, f Filter) iter.Seq2[Metadata, error] {
	return func(yield func(Metadata, error) bool) {
		left := f.Limit
		for r, err := range c.rows(ctx, f) {
			if err != nil {
				yield(Metadata{}, fmt.Errorf("list runs: %w", err))
				return
			}
			m := c.metadata(r)
			if !f.hasText(m) {
				continue
			}
			if !yield(m, nil) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// rows lists the runs that meet the conditions of a filter, but for its text and its limit.
func (c *Client) rows(ctx context.Context, f Filter) iter.Seq2[store.Run, error] {
	return func(yield func(store.Run, error) bool) {
		q, err := f.query()
		for err == nil {
			if err = c.ready(ctx); err != nil {
				break
			}
			var page []store.Run
			if page, err = c.store.List(ctx, q); err != nil {
				break
			}
			for _, r := range page {
				if f.past(r) {
					return
				}
				if f.inTime(r) && !yield(r, nil) {
					return
				}
				q.After = store.Cursor{Created: r.Created, ID: r.ID}
			}
			if len(page) < q.Limit {
				return
			}
		}
		yield(store.Run{}, err)
	}
}

// query is the filter as a store understands it.
func (f Filter) query() (store.Query, error) {
	q := store.Query{
		Statuses: f.Statuses, Flows: f.Flows, Queues: f.Queues, Labels: f.Labels, Parent: f.Parent,
		Newest: f.Newest, Limit: listPage,
	}
	if f.Limit > 0 && f.Text == "" {
		q.Limit = min(f.Limit, listPage)
	}
	switch {
	case f.Limit < 0:
		return q, badOption("the limit %d is negative", f.Limit)
	case f.Parent != "" && checkID(f.Parent) != nil:
		return q, fmt.Errorf("parent: %w", checkID(f.Parent))
	case f.After != "":
		var err error
		q.After, err = parseCursor(f.After)
		return q, err
	case f.Newest && !f.CreatedBefore.IsZero():
		q.After.Created = exact(f.CreatedBefore.Add(time.Microsecond - 1)) // rounded up: rows leaves out what is too much
	case !f.Newest && !f.CreatedFrom.IsZero():
		q.After.Created = exact(f.CreatedFrom)
	}
	return q, nil
}

// past tells whether the run, and all that are listed after it, were created too late or too early.
func (f Filter) past(r store.Run) bool {
	if f.Newest {
		return r.Created.Before(f.CreatedFrom)
	}
	return !f.CreatedBefore.IsZero() && !r.Created.Before(f.CreatedBefore)
}

// inTime tells whether the run was created in time. A cursor may come from another list, and a store need not keep the
// times of a query as precisely.
func (f Filter) inTime(r store.Run) bool {
	return !r.Created.Before(f.CreatedFrom) && (f.CreatedBefore.IsZero() || r.Created.Before(f.CreatedBefore))
}

func (f Filter) hasText(m Metadata) bool {
	if f.Text == "" {
		return true
	}
	text := strings.ToLower(f.Text)
	for _, s := range []string{m.ID, m.Flow, m.Version, m.Queue, m.QueueKey, m.Reason, m.Error} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	for k, v := range m.Labels {
		if strings.Contains(strings.ToLower(k), text) || strings.Contains(strings.ToLower(v), text) {
			return true
		}
	}
	return false
}
