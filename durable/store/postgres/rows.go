package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
	"github.com/baton-go/baton/internal/packed"
)

// runColumns are what a runRow reads.
const runColumns = ` r.id, r.run, r.flow, r.priority, r.parent, r.queue, r.created, r.status, r.due, r.started,
	r.finished, r.expires, r.owner, r.epoch, r.revision, r.state, r.facts, r.published, r.key `

// runRow is a row of the table of runs.
type runRow struct {
	id, priority, epoch, revision            int64
	status                                   int16
	run, flow, parent, queue, owner          []byte
	state, facts, published, key             []byte
	created, due, started, finished, expires pgtype.Timestamptz
}

func (r *runRow) columns() []any {
	return []any{
		&r.id, &r.run, &r.flow, &r.priority, &r.parent, &r.queue, &r.created, &r.status, &r.due, &r.started, &r.finished,
		&r.expires, &r.owner, &r.epoch, &r.revision, &r.state, &r.facts, &r.published, &r.key,
	}
}

// unpack returns the run. If something about it cannot be read the error says what, and the run is the rest.
func (r *runRow) unpack(c *clocks.Clocks) (run store.Run, err error) {
	run = store.Run{
		ID: string(r.run), Flow: string(r.flow), Priority: int(r.priority), Parent: string(r.parent),
		Queue: string(r.queue), Key: string(r.key), Created: moment(r.created),
		State: store.State{
			Status: store.Status(r.status), Due: c.Here(moment(r.due)), Started: moment(r.started),
			Finished: moment(r.finished), Expires: moment(r.expires),
		},
		Lease: store.Lease{Owner: string(r.owner), Epoch: r.epoch, Revision: r.revision},
	}
	if !packed.ReadState(r.state, &run.State) {
		err = corrupt(run.ID, "the state cannot be read")
	}
	if !packed.ReadFacts(r.facts, &run) {
		err = corrupt(run.ID, "the facts cannot be read")
	}
	if !packed.ReadPublished(r.published, &run) {
		err = corrupt(run.ID, "what it published cannot be read")
	}
	return run, err
}

// found is a run, and what only the store knows of it.
type found struct {
	store.Run
	id     int64
	spoilt error // what cannot be read of it
}

// collect reads runs, of which some may not be readable.
func (c *change) collect(rows pgx.Rows) (all []found, err error) {
	defer rows.Close()
	for rows.Next() {
		var r runRow
		if err := rows.Scan(r.columns()...); err != nil {
			return nil, err
		}
		f := found{id: r.id}
		f.Run, f.spoilt = r.unpack(&c.s.clocks)
		all = append(all, f)
	}
	return all, rows.Err()
}

func readRecord(run string, n int64, data []byte) (store.Record, error) {
	r := store.Record{N: n}
	if !packed.ReadRecord(data, &r) {
		return r, corrupt(run, "record %d cannot be read", n)
	}
	return r, nil
}

func readMessage(run string, seq int64, data []byte) (store.Message, error) {
	m := store.Message{Run: run, Seq: seq}
	if !packed.ReadMessage(data, &m) {
		return m, corrupt(run, "message %d cannot be read", seq)
	}
	return m, nil
}

// moment is a time as it was stored; NULL is the zero time.
func moment(t pgtype.Timestamptz) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

// stamp is a time as a column keeps it: the zero time is NULL.
func stamp(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{}
	}
	return exact(t)
}

// exact is a time as a column keeps it, the zero time too.
func exact(t time.Time) pgtype.Timestamptz { return pgtype.Timestamptz{Time: micro(t), Valid: true} }

// micro is a time as it will be read.
func micro(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

// name is a string as a column keeps it: the empty one is NULL.
func name(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}
