package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

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
	for range attempts {
		seen, err := c.look(cl)
		if err != nil {
			return store.Claimed{}, nil, err
		}
		claimed.Next = seen.next
		if len(seen.all) == 0 {
			return claimed, nil, nil
		}
		taken, err := c.claimSeen(cl, &seen)
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
		case len(taken) == len(seen.all):
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

// taken is a run that was leased, and what cannot be read of it.
type taken struct {
	history store.History
	spoilt  error
}

// claimSeen leases runs that were seen.
func (c *change) claimSeen(cl store.Claim, seen *seen) ([]taken, error) {
	ids, owner := seen.ids(), []byte(cl.Owner)
	var batch pgx.Batch
	if len(seen.limited) == 0 {
		return c.take(&batch, batch.Queue(c.sql.take, ids, owner, cl.Lease.Microseconds()), ids)
	}
	leased, epochs, err := c.takeLimited(cl, seen)
	if err != nil {
		return nil, err
	}
	return c.take(&batch, batch.Queue(c.sql.readTaken, leased, owner, epochs), ids)
}

// take sends a batch with a query that leases runs, of those with the ids, and reads their histories, which nobody can
// change any more: whoever appends waits for the transaction, and is fenced.
func (c *change) take(batch *pgx.Batch, lease *pgx.QueuedQuery, ids []int64) (all []taken, err error) {
	byID := make(map[int64]*taken, len(ids))
	lease.Query(func(rows pgx.Rows) error {
		found, err := c.collect(rows)
		for i := range found {
			byID[found[i].id] = &taken{store.History{Run: found[i].Run}, found[i].spoilt}
		}
		return err
	})
	batch.Queue(c.sql.takenRecords, ids).Query(func(rows pgx.Rows) error {
		return eachOf(rows, byID, func(t *taken, n int64, data []byte) (err error) {
			r, err := readRecord(t.history.Run.ID, n, data)
			t.history.Records = append(t.history.Records, r)
			return err
		})
	})
	batch.Queue(c.sql.takenMessages, ids).Query(func(rows pgx.Rows) error {
		return eachOf(rows, byID, func(t *taken, seq int64, data []byte) error {
			m, err := readMessage(t.history.Run.ID, seq, data)
			t.history.Messages = append(t.history.Messages, m)
			return err
		})
	})
	if err := c.q.SendBatch(c.ctx, batch).Close(); err != nil {
		return nil, err
	}
	for _, id := range ids { // in their order
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
