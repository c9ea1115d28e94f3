package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// selectRun asks for everything about runs but their histories; scanRun reads it.
const selectRun = `SELECT r.id, r.run, r.flow, r.priority, r.parent, r.created, r.status, r.due, r.started, r.finished,
	r.expires, r.owner, r.epoch, r.revision, r.seq, r.state, f.facts, p.data, r.queue
	FROM baton_runs r LEFT JOIN baton_facts f ON f.run = r.id LEFT JOIN baton_published p ON p.run = r.id `

// found is a run, and what only the store knows of it.
type found struct {
	store.Run
	id  int64
	seq int64
}

func scanRun(row []driver.Value) (found, error) {
	f := found{id: row[0].(int64), seq: row[14].(int64)}
	r := &f.Run
	r.ID = row[1].(string)
	r.Flow = row[2].(string)
	r.Priority = int(row[3].(int64))
	r.Parent, _ = row[4].(string)
	r.Queue, _ = row[18].(string)
	r.Created = fromMicros(row[5])
	r.Status = store.Status(row[6].(int64))
	r.Due = fromMicros(row[7])
	r.Started = fromMicros(row[8])
	r.Finished = fromMicros(row[9])
	r.Expires = fromMicros(row[10])
	r.Owner = row[11].(string)
	r.Epoch = row[12].(int64)
	r.Revision = row[13].(int64)
	state, _ := row[15].([]byte)
	facts, _ := row[16].([]byte)
	published, _ := row[17].([]byte)
	var err error
	if !unpackState(state, &r.State) {
		err = corrupt(r.ID, "the state cannot be read")
	}
	if !unpackFacts(facts, r) {
		err = corrupt(r.ID, "the facts cannot be read")
	}
	if !unpackPublished(published, r) {
		err = corrupt(r.ID, "what it published cannot be read")
	}
	return f, err
}

// run returns the run that a query which begins with selectRun finds, or one without an id. If something about it
// cannot be read, the error says what, and the run is the rest.
func (s *Store) run(ctx context.Context, c *conn, query string, arg any) (f found, err error) {
	var spoilt error
	err = c.each(ctx, query, func(row []driver.Value) error {
		f, spoilt = scanRun(row)
		if f.Owner != "" {
			f.Due = s.leaseEnd(f.ID)
		}
		return nil
	}, arg)
	return f, errors.Join(err, spoilt)
}

// leaseEnd is when the lease of the run ends, by the clock of the wall.
func (s *Store) leaseEnd(run string) time.Time {
	l, ok := s.leases.get(run)
	if !ok {
		return time.Time{}
	}
	return wall(l.until)
}

// wall is a time of the monotonic clock as it is stored.
func wall(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

func readRecord(run string, row []driver.Value) (store.Record, error) {
	r := store.Record{N: row[0].(int64)}
	data, _ := row[1].([]byte)
	if !unpackRecord(data, &r) {
		return r, corrupt(run, "record %d cannot be read", r.N)
	}
	return r, nil
}

func readMessage(run string, row []driver.Value) (store.Message, error) {
	m := store.Message{Run: run, Seq: row[0].(int64)}
	data, _ := row[1].([]byte)
	if !unpackMessage(data, &m) {
		return m, corrupt(run, "message %d cannot be read", m.Seq)
	}
	return m, nil
}
