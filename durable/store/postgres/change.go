package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
)

// change is a call on a connection, or within a transaction of the user's. One that needs more than one statement takes
// two round trips: the first begins a transaction, locks the runs and reads them; the second makes all changes and
// commits.
type change struct {
	s     *Store
	sql   *statements
	ctx   context.Context
	q     querier
	inner bool // within a transaction of the user's

	now     time.Time // of the server
	targets map[string]*target
	keys    map[keyOf]bool // those that were sent before
	batch   pgx.Batch
	notices []store.Notice
}

// keyOf is a key that a run was sent.
type keyOf struct{ run, key string }

func (c *change) tell(n store.Notice) { c.notices = append(c.notices, n) }

const (
	begin  = "BEGIN ISOLATION LEVEL READ COMMITTED"
	commit = "COMMIT"
)

// lockText locks runs, in the order in which everybody does.
const lockText = `SELECT id, run, status, due, owner, epoch, revision, seq, queue, CASE WHEN $2 THEN facts END,
	clock_timestamp()
	FROM baton.runs WHERE run = ANY($1::bytea[]) ORDER BY run FOR NO KEY UPDATE`

const knownKeysText = `SELECT w.place FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS w (run, key, place)
	CROSS JOIN LATERAL (SELECT id FROM baton.runs WHERE run = w.run LIMIT 1) r
	CROSS JOIN LATERAL (SELECT FROM baton.keys WHERE run = r.id AND key = w.key LIMIT 1) k`

// lock begins a transaction, locks runs and reads what changes to them depend on.
func (c *change) lock(runs []string, facts bool, messages []*store.Message) error {
	var batch pgx.Batch
	if !c.inner {
		batch.Queue(begin)
	}
	slices.Sort(runs)
	runs = slices.Compact(runs)
	c.targets = make(map[string]*target, len(runs))
	for _, run := range runs {
		c.targets[run] = &target{}
	}
	batch.Queue(c.sql.lock, names(runs), facts).Query(c.scanTargets)
	c.keys = map[keyOf]bool{}
	var to, keys [][]byte
	for _, m := range messages {
		if m.Key != "" {
			to, keys = append(to, []byte(m.Run)), append(keys, key(m.Key))
		}
	}
	if len(keys) > 0 {
		batch.Queue(c.sql.knownKeys, to, keys).Query(func(rows pgx.Rows) error {
			places, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			for _, place := range places {
				c.keys[keyOf{string(to[place-1]), string(keys[place-1])}] = true
			}
			return err
		})
	}
	return c.q.SendBatch(c.ctx, &batch).Close()
}

func (c *change) scanTargets(rows pgx.Rows) error {
	for rows.Next() {
		var run, owner, queue []byte
		var status int16
		var due pgtype.Timestamptz
		t := &target{}
		err := rows.Scan(&t.id, &run, &status, &due, &owner, &t.epoch, &t.revision, &t.seq, &queue, &t.facts,
			&c.now)
		if err != nil {
			return err
		}
		t.status, t.due, t.owner = store.Status(status), moment(due), string(owner)
		t.queue = string(queue)
		c.targets[string(run)] = t
	}
	return rows.Err()
}

// finish makes the changes that are queued, and commits.
func (c *change) finish() error {
	if !c.inner {
		c.batch.Queue(commit)
	}
	return c.q.SendBatch(c.ctx, &c.batch).Close()
}
