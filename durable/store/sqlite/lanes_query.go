package sqlite

import (
	"context"
	"slices"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// lane is all that is due, or will be, of one queue, flow and priority; and of one key, if keys take turns.
type lane struct {
	queue, flow string
	priority    int64
	key         string
	turns       bool
	due         int64 // the earliest
	most        int   // how many to read
}

func (l *lane) slot() shares.Slot { return shares.Slot{Queue: l.queue, Key: l.key} }

// Lanes are found by jumping over an index from one to the next.
const (
	claimableNow = " AND r.due IS NOT NULL AND r.status NOT BETWEEN 4 AND 6"

	looseQueues = `WITH RECURSIVE queues (queue) AS (
	SELECT (SELECT min(r.queue) FROM baton_runs r INDEXED BY baton_due WHERE r.queue >= ''` + claimableNow + `)
	UNION ALL
	SELECT (SELECT min(r.queue) FROM baton_runs r INDEXED BY baton_due WHERE r.queue > queues.queue` + claimableNow + `)
		FROM queues WHERE queues.queue IS NOT NULL
)`

	flowsOf = `, flows (queue, flow) AS (
	SELECT queues.queue, (SELECT min(r.flow) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = queues.queue` + claimableNow + `) FROM queues WHERE queues.queue IS NOT NULL
	UNION ALL
	SELECT flows.queue, (SELECT min(r.flow) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = flows.queue AND r.flow > flows.flow` + claimableNow + `) FROM flows WHERE flows.flow IS NOT NULL
)`

	// ofSome are all pairs of the flows and the queues that are given.
	ofSome = `WITH RECURSIVE pairs (queue, flow) AS (
	SELECT wanted.queue, l.flow FROM (SELECT ` + listed + ` AS flow FROM json_each(?)) l
		CROSS JOIN (SELECT ` + listed + ` AS queue FROM json_each(?)) wanted
), `

	lanesOf = `lanes (queue, flow, priority) AS (
	SELECT pairs.queue, pairs.flow, (SELECT max(r.priority) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = pairs.queue AND r.flow = pairs.flow` + claimableNow + `) FROM pairs
	UNION ALL
	SELECT l.queue, l.flow, (SELECT max(r.priority) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = l.queue AND r.flow = l.flow AND r.priority < l.priority` + claimableNow + `)
		FROM lanes l WHERE l.priority IS NOT NULL
)`

	firstOfLanes = `
	SELECT l.queue, l.flow, l.priority, (SELECT min(r.due) FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue = l.queue AND r.flow = l.flow AND r.priority = l.priority` + claimableNow + `)
	FROM lanes l WHERE l.priority IS NOT NULL`

	keysOf = `, turns (queue, flow, priority, key) AS (
	SELECT l.queue, l.flow, l.priority, (SELECT min(r.key) FROM baton_runs r INDEXED BY baton_turns
		WHERE r.queue = l.queue AND r.flow = l.flow AND r.priority = l.priority AND r.queue <> ''` + claimableNow + `)
		FROM lanes l WHERE l.priority IS NOT NULL
	UNION ALL
	SELECT turns.queue, turns.flow, turns.priority, (SELECT min(r.key) FROM baton_runs r INDEXED BY baton_turns
		WHERE r.queue = turns.queue AND r.flow = turns.flow AND r.priority = turns.priority AND r.key > turns.key
		AND r.queue <> ''` + claimableNow + `)
		FROM turns WHERE turns.key IS NOT NULL
)
	SELECT turns.queue, turns.flow, turns.priority, (SELECT min(r.due) FROM baton_runs r INDEXED BY baton_turns
		WHERE r.queue = turns.queue AND r.flow = turns.flow AND r.priority = turns.priority AND r.key = turns.key
		AND r.queue <> ''` + claimableNow + `), turns.key
	FROM turns WHERE turns.key IS NOT NULL`

	selectLanes = ofSome + lanesOf + firstOfLanes
	selectTurns = ofSome + lanesOf + keysOf
)

// lanes finds those that a claim is about, and those of the queues in which keys take turns, by key.
func (c *conn) lanes(ctx context.Context, cl store.Claim) (lanes, turns []lane, err error) {
	flows := list(slices.Compact(slices.Sorted(slices.Values(cl.Flows))))
	find := func(all *[]lane, query string, args ...any) error {
		return c.each(ctx, query, func(r *row) error {
			l := lane{queue: r.text(0), flow: r.text(1), priority: r.int(2), due: r.int(3)}
			if query == selectTurns {
				l.turns, l.key = true, r.text(4)
			}
			*all = append(*all, l)
			return nil
		}, args...)
	}
	if len(cl.Queues) == 0 {
		queues, err := c.queues(ctx)
		if err != nil {
			return nil, nil, err
		}
		return lanes, nil, find(&lanes, selectLanes, flows, list(queues))
	}
	var queues, byTurns []string
	for _, q := range cl.Queues {
		queues = append(queues, q.Queue)
		if q.PerKey > 0 {
			byTurns = append(byTurns, q.Queue)
		}
	}
	err = find(&lanes, selectLanes, flows, list(queues))
	if err == nil && len(byTurns) > 0 {
		err = find(&turns, selectTurns, flows, list(byTurns))
	}
	return lanes, turns, err
}

// queues finds those in which runs are, or will be, due. That is quicker by a question for each than in the statement
// that finds the lanes: mostly there is one.
func (c *conn) queues(ctx context.Context) (queues []string, err error) {
	var last string
	err = c.each(ctx, selectEndQueues, func(r *row) error {
		if r.values[0] != nil {
			queues, last = append(queues, r.text(0)), r.text(1)
		}
		return nil
	})
	for err == nil && len(queues) > 0 && queues[len(queues)-1] < last {
		n := len(queues)
		err = c.each(ctx, selectNextQueue, func(r *row) error {
			queues = append(queues, r.text(0))
			return nil
		}, queues[n-1])
		if len(queues) == n { // the others have gone meanwhile
			break
		}
	}
	return queues, err
}

const (
	selectEndQueues = `SELECT (SELECT r.queue FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue >= ''` + claimableNow + ` ORDER BY r.queue LIMIT 1),
		(SELECT r.queue FROM baton_runs r INDEXED BY baton_due
		WHERE r.queue >= ''` + claimableNow + ` ORDER BY r.queue DESC LIMIT 1)`
	selectNextQueue = "SELECT r.queue FROM baton_runs r INDEXED BY baton_due WHERE r.queue > ?" + claimableNow +
		" ORDER BY r.queue LIMIT 1"

	selectDue = `SELECT id, due FROM baton_runs INDEXED BY baton_due WHERE queue = ? AND flow = ? AND priority = ?
		AND due <= ? AND status NOT BETWEEN 4 AND 6 ORDER BY due, id LIMIT ?`
	selectLater = `SELECT min(due) FROM baton_runs INDEXED BY baton_due WHERE queue = ? AND flow = ? AND priority = ?
		AND due > ? AND status NOT BETWEEN 4 AND 6`
	selectTurn = `SELECT id, due FROM baton_runs INDEXED BY baton_turns WHERE queue = ? AND flow = ? AND priority = ?
		AND key = ? AND due <= ? AND status NOT BETWEEN 4 AND 6 AND queue <> '' ORDER BY due, id LIMIT ?`
	selectPriority = "SELECT priority FROM baton_runs WHERE id = ? AND owner = ?"
)

// read returns what is due in the lane, but no more than most.
func (l *lane) read(ctx context.Context, c *conn, now int64) (here []due, err error) {
	add := func(r *row) error {
		d := due{Priority: l.priority, At: r.int(1), Run: r.int(0)}
		d.Queue, d.Key = l.queue, l.key
		here = append(here, d)
		return nil
	}
	if l.turns {
		err = c.each(ctx, selectTurn, add, l.queue, l.flow, l.priority, l.key, now, int64(l.most))
	} else {
		err = c.each(ctx, selectDue, add, l.queue, l.flow, l.priority, now, int64(l.most))
	}
	if n := len(here); n > 0 && n == l.most {
		here[n-1].More = l.turns
	}
	return here, err
}

// next is when the first run of the lane that is not due becomes it, or 0.
func (l *lane) next(ctx context.Context, c *conn, now int64) (later int64, err error) {
	if l.due > now {
		return l.due, nil
	}
	err = c.each(ctx, selectLater, func(r *row) error {
		later = r.int(0)
		return nil
	}, l.queue, l.flow, l.priority, now)
	return later, err
}
