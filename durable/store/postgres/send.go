package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// sendText puts a message into an inbox. $4 is its key, or NULL; $5 whether it makes the run due now, which is $6.
const sendText = `WITH keyed AS (
	INSERT INTO baton.keys (run, key) SELECT $1::bigint, $4::bytea WHERE $4 IS NOT NULL
), sent AS (
	INSERT INTO baton.messages (run, seq, data) VALUES ($1, $2, $3)
)
UPDATE baton.runs SET seq = $2,
	due = CASE WHEN $5 AND (due IS NULL OR due > $6) THEN $6::timestamptz ELSE due END
WHERE id = $1 RETURNING due`

// Send puts messages into inboxes: see [store.Store].
func (s *Store) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = s.call(ctx, "send", func(c *change) (err error) {
		errs, err = c.sendAll(messages)
		return err
	})
	if err != nil {
		return nil, err
	}
	return errs, nil
}

func (c *change) sendAll(messages []store.Message) (errs []error, err error) {
	if len(messages) == 0 {
		return nil, nil
	}
	runs, all := make([]string, len(messages)), make([]*store.Message, len(messages))
	for i := range messages {
		runs[i], all[i] = messages[i].Run, &messages[i]
	}
	if err := c.lock(runs, false, all); err != nil {
		return nil, err
	}
	errs = make([]error, len(messages))
	for i := range messages {
		errs[i] = c.send(&messages[i])
	}
	return errs, c.finish()
}

// send queues a message to a run that is locked; it returns why it does not.
func (c *change) send(m *store.Message) (refused error) {
	t := c.targets[m.Run]
	switch {
	case t.id == 0:
		return store.ErrNotFound
	case t.status.Finished():
		return store.ErrFinished
	}
	k := key(m.Key)
	if k != nil {
		known := keyOf{m.Run, string(k)}
		if c.keys[known] {
			return nil
		}
		c.keys[known] = true
	}
	t.seq++
	n := store.Notice{Run: m.Run, Status: t.status, Sent: true, Revision: t.revision}
	free := t.owner == ""
	wakes := free && t.status == store.Waiting
	c.batch.Queue(c.sql.send, t.id, t.seq, packed.Message(m), k, wakes, exact(c.now)).QueryRow(func(row pgx.Row) error {
		due, err := scanTime(row)
		if free {
			n.Due = claimable(n.Status, c.s.clocks.Here(due))
		}
		c.tell(n)
		return err
	})
	return nil
}
