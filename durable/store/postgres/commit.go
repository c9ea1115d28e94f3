package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

const (
	addRecordsText = `INSERT INTO baton.records (run, n, data)
	SELECT $1::bigint, x.n, x.data FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS x (n, data, i) ORDER BY x.i
	ON CONFLICT DO NOTHING`

	consumeText  = `DELETE FROM baton.messages WHERE run = $1 AND seq = ANY($2::bigint[])`
	publishText  = `UPDATE baton.runs SET published = $2 WHERE id = $1`
	setFactsText = `UPDATE baton.runs SET facts = $2 WHERE id = $1`

	// setStateText: $2 is when the run is due, $3 whether it is still leased.
	setStateText = `UPDATE baton.runs SET status = $4, due = CASE WHEN $3 THEN due ELSE $2 END` + setRestText

	// setWaitingText: a message after $12 makes it due now, which is $13.
	setWaitingText = `UPDATE baton.runs SET status = $4, due = CASE
		WHEN $3 THEN due
		WHEN ($2::timestamptz IS NULL OR $2 > $13) AND EXISTS (
			SELECT FROM baton.messages m WHERE m.run = runs.id AND m.seq > $12) THEN $13::timestamptz
		ELSE $2 END` + setRestText

	setRestText = `, started = $5, finished = $6, expires = $7, owner = CASE WHEN $3 THEN owner END, epoch = $8,
		revision = $9, state = $10, published = coalesce($11, published)
	WHERE id = $1 RETURNING due`
)

// Commit makes writes: see [store.Store]. Writes that only append, or end a lease, are one statement, which is
// a transaction by itself; all others take two round trips.
func (s *Store) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	if len(writes) == 0 {
		return nil, s.call(ctx, "commit", func(*change) error { return nil })
	}
	err = s.call(ctx, "commit", func(c *change) (err error) {
		errs, err = c.commit(writes)
		return err
	})
	if err != nil {
		return nil, err
	}
	return errs, nil
}

// commit makes writes; errs is nil if none is refused.
func (c *change) commit(writes []store.Write) (errs []error, err error) {
	simple := true
	for i := range writes {
		simple = simple && onlyRecords(&writes[i])
	}
	if simple {
		return c.append(writes)
	}
	if inOne(writes) {
		return c.end(writes)
	}
	var runs []string
	var messages []*store.Message
	restarts := false
	for i := range writes {
		w := &writes[i]
		runs = append(runs, w.Run)
		restarts = restarts || w.Restart != nil
		for j := range w.Send {
			runs = append(runs, w.Send[j].Run)
			messages = append(messages, &w.Send[j])
		}
	}
	if err := c.lock(runs, restarts, messages); err != nil {
		return nil, err
	}
	for i := range writes {
		w := &writes[i]
		refused := c.targets[w.Run].accept(w)
		if refused == nil {
			err = c.apply(w)
		} else if errs == nil {
			errs = make([]error, len(writes))
		}
		if err != nil {
			return nil, err
		}
		if refused != nil {
			errs[i] = refused
		}
	}
	return errs, c.finish()
}

// apply queues one write of any kind, which is not refused.
func (c *change) apply(w *store.Write) error {
	t := c.targets[w.Run]
	if w.State != nil && w.Restart != nil {
		if err := c.restart(w, t); err != nil {
			return err
		}
	}
	if len(w.Records) > 0 {
		numbers, data := make([]int64, len(w.Records)), make([][]byte, len(w.Records))
		for i := range w.Records {
			numbers[i], data[i] = w.Records[i].N, packed.Record(&w.Records[i])
		}
		c.batch.Queue(c.sql.addRecords, t.id, numbers, data)
	}
	if len(w.Consumed) > 0 {
		c.batch.Queue(c.sql.consume, t.id, w.Consumed)
	}
	switch {
	case w.State != nil:
		c.replace(w, t)
	case w.Published != nil:
		c.batch.Queue(c.sql.publish, t.id, published(w.Published))
	}
	for i := range w.Send {
		_ = c.send(&w.Send[i]) // what cannot arrive is dropped
	}
	return nil
}

// replace queues the new state of a run.
func (c *change) replace(w *store.Write, t *target) {
	state := *w.State
	looks, freed := false, false
	if w.Release || state.Status.Finished() {
		freed = t.owner != ""
		t.owner = ""
		if w.Epoch == 0 {
			t.epoch++
		}
		looks = state.Status == store.Waiting && t.seq > w.Seen
	}
	t.status = state.Status
	t.revision++
	n := store.Notice{Run: w.Run, Status: t.status, Revision: t.revision, Freed: freed}
	if freed {
		n.Queue = t.queue
	}
	leased := t.owner != ""
	due := stamp(c.s.clocks.Server(state.Due))
	text := c.sql.setState
	args := []any{
		t.id, due, leased, int16(t.status), stamp(state.Started), stamp(state.Finished), stamp(state.Expires), t.epoch,
		t.revision, packed.State(&state), published(w.Published),
	}
	if looks {
		text, args = c.sql.setWaiting, append(args, w.Seen, exact(c.now))
	}
	c.batch.Queue(text, args...).QueryRow(func(row pgx.Row) error {
		due, err := scanTime(row)
		if !leased {
			n.Due = claimable(n.Status, c.s.clocks.Here(due))
		}
		c.tell(n)
		return err
	})
}

func scanTime(row pgx.Row) (time.Time, error) {
	var t pgtype.Timestamptz
	err := row.Scan(&t)
	return moment(t), err
}

// restart queues that a run's log is emptied and its input replaced.
func (c *change) restart(w *store.Write, t *target) error {
	var r store.Run
	if !packed.ReadFacts(t.facts, &r) {
		return corrupt(w.Run, "the facts cannot be read")
	}
	r.Input = *w.Restart
	t.facts = packed.Facts(&r)
	c.batch.Queue(c.sql.setFacts, t.id, t.facts)
	c.batch.Queue(c.sql.deletes[recordsTable], []int64{t.id})
	return nil
}

// recordsTable is the place of the statement that deletes records.
const recordsTable = 1
