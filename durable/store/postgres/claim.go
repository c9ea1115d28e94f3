package postgres

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
)

// lookText finds the runs that are due, and when the next will be, without reading those that sleep: it jumps over the
// index of the runs that nobody has, from one lane of flow and priority to the next, and over that of the leases, from
// one owner to the next. It locks nothing, so to find nothing costs one round trip and no commit.
const lookText = `WITH RECURSIVE lanes (flow, priority) AS (
	SELECT f.flow, p.priority FROM unnest($1::bytea[]) AS f (flow)
	CROSS JOIN LATERAL (SELECT priority FROM baton.runs
		WHERE flow = f.flow AND owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6
		ORDER BY priority DESC LIMIT 1) p
	UNION ALL
	SELECT l.flow, p.priority FROM lanes l
	CROSS JOIN LATERAL (SELECT priority FROM baton.runs
		WHERE flow = l.flow AND priority < l.priority AND owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6
		ORDER BY priority DESC LIMIT 1) p
), owners (owner) AS (
	(SELECT owner FROM baton.runs WHERE owner IS NOT NULL ORDER BY owner LIMIT 1)
	UNION ALL
	SELECT n.owner FROM owners o
	CROSS JOIN LATERAL (SELECT owner FROM baton.runs
		WHERE owner IS NOT NULL AND owner > o.owner ORDER BY owner LIMIT 1) n
), due AS (
	SELECT d.* FROM lanes l
	CROSS JOIN LATERAL (SELECT id, priority, due FROM baton.runs
		WHERE flow = l.flow AND priority = l.priority AND owner IS NULL AND status NOT BETWEEN 4 AND 6 AND due <= now()
		ORDER BY due LIMIT $3) d
	UNION ALL
	SELECT d.* FROM owners o CROSS JOIN unnest($1::bytea[]) AS f (flow)
	CROSS JOIN LATERAL (SELECT id, priority, due FROM baton.runs
		WHERE owner IS NOT NULL AND owner = o.owner AND flow = f.flow AND due <= now()
		ORDER BY priority DESC, due LIMIT $3) d
), later AS (
	SELECT n.due FROM lanes l
	CROSS JOIN LATERAL (SELECT due FROM baton.runs
		WHERE flow = l.flow AND priority = l.priority AND owner IS NULL AND status NOT BETWEEN 4 AND 6 AND due > now()
		ORDER BY due LIMIT 1) n
	UNION ALL
	SELECT n.due FROM owners o CROSS JOIN unnest($1::bytea[]) AS f (flow)
	CROSS JOIN LATERAL (SELECT due FROM baton.runs
		WHERE owner IS NOT NULL AND owner = o.owner AND flow = f.flow AND due > now()
		ORDER BY due LIMIT 1) n
	WHERE o.owner <> $2
)
SELECT id, due, now() FROM (SELECT id, due, priority FROM due ORDER BY priority DESC, due, id LIMIT $3) d
UNION ALL SELECT 0, min(due), now() FROM later`

// takeText leases runs that are still due, and takeBlockedText those that are still blocked. They pass over those that
// somebody else is at.
const (
	takeText        = takeHeadText + `due <= now() AND status NOT BETWEEN 4 AND 6` + takeTailText
	takeBlockedText = takeHeadText + `status = 7 AND owner IS NULL` + takeTailText
)

const takeHeadText = `UPDATE baton.runs r SET status = 2, started = coalesce(r.started, now()), owner = $2,
	due = now() + $3 * interval '1 microsecond', epoch = r.epoch + 1, revision = r.revision + 1
	WHERE r.id = ANY(ARRAY(SELECT id FROM baton.runs
		WHERE id = ANY($1::bigint[]) AND `

const takeTailText = ` FOR NO KEY UPDATE SKIP LOCKED))
	RETURNING` + runColumns

const (
	takenRecordsText  = `SELECT run, n, data FROM baton.records WHERE run = ANY($1::bigint[]) ORDER BY run, n`
	takenMessagesText = `SELECT run, seq, data FROM baton.messages WHERE run = ANY($1::bigint[]) ORDER BY run, seq`
)

// again is when a claim is to be made again of which all runs that are due were locked by others.
const again = 20 * time.Millisecond

// Claim leases runs that are due: see [store.Store].
func (s *Store) Claim(ctx context.Context, cl store.Claim) (claimed store.Claimed, err error) {
	if cl.Max <= 0 {
		return store.Claimed{}, nil
	}
	var spoilt []store.Write
	err = s.call(ctx, "claim", func(c *change) (err error) {
		claimed, spoilt, err = c.claim(cl)
		return err
	})
	if err == nil && len(spoilt) > 0 {
		_, err = s.Commit(ctx, spoilt)
	}
	if err != nil {
		return store.Claimed{}, err
	}
	return claimed, nil
}

// claim looks and takes. What cannot be read is to be blocked by the writes that it returns.
func (c *change) claim(cl store.Claim) (claimed store.Claimed, spoilt []store.Write, err error) {
	slices.Sort(cl.Flows)
	for range attempts {
		seen, err := c.look(cl)
		if err != nil {
			return store.Claimed{}, nil, err
		}
		claimed.Next = seen.next
		if len(seen.ids) == 0 {
			return claimed, nil, nil
		}
		taken, err := c.take(c.s.sql.take, cl.Owner, cl.Lease, seen.ids)
		if err != nil {
			return store.Claimed{}, nil, err
		}
		for i := range taken {
			t := &taken[i]
			if t.spoilt != nil {
				spoilt = append(spoilt, blocked(t))
				continue
			}
			claimed.Runs = append(claimed.Runs, t.history)
		}
		switch {
		case len(taken) == len(seen.ids):
			return claimed, spoilt, nil
		case len(taken) > 0: // others may still be due
			claimed.Next = seen.now
			return claimed, spoilt, nil
		}
		claimed.Next = seen.now.Add(again)
	}
	return claimed, nil, nil
}

// blocked is the write that takes a run out of the way of others of which something cannot be read.
func blocked(t *taken) store.Write {
	state := t.history.Run.State
	state.Status, state.Due, state.Reason = store.Blocked, time.Time{}, t.spoilt.Error()
	return store.Write{
		Run: t.history.Run.ID, Epoch: t.history.Run.Epoch, State: &state, Revision: t.history.Run.Revision, Release: true,
	}
}

// seen is what there is to be claimed.
type seen struct {
	ids       []int64
	next, now time.Time
}

func (c *change) look(cl store.Claim) (found seen, err error) {
	flows := slices.Compact(slices.Clone(cl.Flows))
	most := cl.Max
	if most < math.MaxInt32 {
		most++ // to see whether others are left
	}
	rows, err := c.q.Query(c.ctx, c.s.sql.look, names(flows), []byte(cl.Owner), most)
	if err != nil {
		return found, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var at pgtype.Timestamptz
		if err := rows.Scan(&id, &at, &found.now); err != nil {
			return found, err
		}
		switch {
		case id != 0 && len(found.ids) < cl.Max:
			found.ids = append(found.ids, id)
		case at.Valid && (found.next.IsZero() || at.Time.Before(found.next)):
			found.next = moment(at)
		}
	}
	c.s.clocks.Measure(found.now)
	found.now, found.next = c.s.clocks.Here(found.now), c.s.clocks.Here(found.next)
	return found, rows.Err()
}

// taken is a run that was leased, and what cannot be read of it.
type taken struct {
	history store.History
	spoilt  error
}

// take leases runs by a statement, and reads their histories, which nobody can change any more: whoever appends waits
// for the transaction, and is fenced.
func (c *change) take(how, owner string, lease time.Duration, ids []int64) (all []taken, err error) {
	byID := make(map[int64]*taken, len(ids))
	var batch pgx.Batch
	batch.Queue(how, ids, []byte(owner), lease.Microseconds()).Query(func(rows pgx.Rows) error {
		found, err := c.collect(rows)
		for i := range found {
			byID[found[i].id] = &taken{store.History{Run: found[i].Run}, found[i].spoilt}
		}
		return err
	})
	batch.Queue(c.s.sql.takenRecords, ids).Query(func(rows pgx.Rows) error {
		return eachOf(rows, byID, func(t *taken, n int64, data []byte) (err error) {
			r, err := readRecord(t.history.Run.ID, n, data)
			t.history.Records = append(t.history.Records, r)
			return err
		})
	})
	batch.Queue(c.s.sql.takenMessages, ids).Query(func(rows pgx.Rows) error {
		return eachOf(rows, byID, func(t *taken, seq int64, data []byte) error {
			m, err := readMessage(t.history.Run.ID, seq, data)
			t.history.Messages = append(t.history.Messages, m)
			return err
		})
	})
	if err := c.q.SendBatch(c.ctx, &batch).Close(); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if t := byID[id]; t != nil {
			all = append(all, *t)
			r := &t.history.Run
			c.tell(store.Notice{Run: r.ID, Status: r.Status, Revision: r.Revision})
		}
	}
	return all, nil
}

// eachOf calls f with each row of a run that was taken. What f cannot read spoils that run only.
func eachOf(rows pgx.Rows, byID map[int64]*taken, f func(t *taken, n int64, data []byte) error) error {
	for rows.Next() {
		var id, n int64
		var data []byte
		if err := rows.Scan(&id, &n, &data); err != nil {
			return err
		}
		if t := byID[id]; t != nil {
			if err := f(t, n, data); err != nil {
				t.spoilt = err
			}
		}
	}
	return rows.Err()
}
