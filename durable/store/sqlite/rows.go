package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// selectRun asks for everything about a run but its history; scanRun reads it. The facts are no join: of tables that
// had one row when statistics were collected SQLite would look at all rows.
const selectRun = `SELECT r.id, r.run, r.flow, r.priority, r.parent, r.created, r.status, r.due, r.started, r.finished,
	r.expires, r.owner, r.epoch, r.revision, r.seq, r.state, (SELECT f.facts FROM baton_facts f WHERE f.run = r.id),
	(SELECT p.data FROM baton_published p WHERE p.run = r.id), r.queue,
	r.settled, CASE WHEN r.owner <> '' THEN (SELECT max(id) FROM baton_tail) END, r.key
	FROM baton_runs r `

// found is a run, and what only the store knows of it.
type found struct {
	store.Run
	id  int64
	seq int64
	// Up to the row settled the tail has nothing of the run that counts; tail is the newest row, if the run is leased.
	settled, tail int64
}

func scanRun(from *row) (found, error) {
	f := found{id: from.int(0), seq: from.int(14), settled: from.int(19), tail: from.int(20)}
	r := &f.Run
	r.ID = from.text(1)
	r.Flow = from.text(2)
	r.Priority = int(from.int(3))
	r.Parent = from.text(4)
	r.Created = from.time(5)
	r.Status = store.Status(from.int(6))
	r.Due = from.time(7)
	r.Started = from.time(8)
	r.Finished = from.time(9)
	r.Expires = from.time(10)
	r.Owner = from.text(11)
	r.Epoch = from.int(12)
	r.Revision = from.int(13)
	r.Queue = from.text(18)
	r.Key = from.text(21)
	var err error
	if !packed.ReadState(from.blob(15), &r.State) {
		err = corrupt(r.ID, "the state cannot be read")
	}
	if !packed.ReadFacts(from.blob(16), r) {
		err = corrupt(r.ID, "the facts cannot be read")
	}
	if !packed.ReadPublished(from.blob(17), r) {
		err = corrupt(r.ID, "what it published cannot be read")
	}
	return f, err
}

// run returns the run that a query which begins with selectRun finds, or one without an id. If something about it
// cannot be read, the error says what, and the run is the rest.
func (s *Store) run(ctx context.Context, c *conn, query string, arg any) (f found, err error) {
	var spoilt error
	err = c.each(ctx, query, func(r *row) error {
		f, spoilt = scanRun(r)
		if f.Owner != "" {
			f.Due = s.leaseEnd(f.ID)
		}
		return nil
	}, arg)
	return f, errors.Join(err, spoilt)
}

// leaseEnd is when the lease of the run ends, by the clock of the wall.
func (s *Store) leaseEnd(run string) time.Time {
	until, ok := s.leases.end(run)
	if !ok {
		return time.Time{}
	}
	return wall(until)
}

// wall is a time of the monotonic clock as it is stored.
func wall(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

func readMessage(run string, from *row) (store.Message, error) {
	m := store.Message{Run: run, Seq: from.int(0)}
	if !packed.ReadMessage(from.blob(1), &m) {
		return m, corrupt(run, "message %d cannot be read", m.Seq)
	}
	return m, nil
}
