package sqlite

import (
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// appendMost is how many records one statement adds at most: what the driver's binding costs grows with the square of
// the number of values.
const appendMost = 16

var (
	appendOne  = appendRecords(1)
	appendMany = appendRecords(appendMost)
)

// appendRecords adds n records, each of which is given as the row of its run, the epoch under which it is written, its
// number and its data, if that epoch has the lease.
func appendRecords(n int) string {
	if n == 1 {
		return `INSERT OR IGNORE INTO baton_records (place, data)
			SELECT (id << 24) + ?3, ?4 FROM baton_runs WHERE id = ?1 AND epoch = ?2 AND owner <> ''`
	}
	return `WITH v (run, epoch, n, data) AS (VALUES (?, ?, ?, ?)` + strings.Repeat(", (?, ?, ?, ?)", n-1) + `)
		INSERT OR IGNORE INTO baton_records (place, data)
		SELECT (r.id << 24) + v.n, v.data FROM v CROSS JOIN baton_runs r
		WHERE r.id = v.run AND r.epoch = v.epoch AND r.owner <> ''`
}

// appends collects the records of writes that do nothing but append, and adds many with one statement.
type appends struct {
	work   *work
	leases *leases
	refuse func(write int, err error)

	writes []appending // whose records are collected
	args   []any
}

// appending is a write whose records are collected.
type appending struct {
	at    int // its place
	write *store.Write
}

// add collects the records of a write.
func (a *appends) add(at int, w *store.Write) error {
	l, ok := a.leases.get(w.Run)
	if !ok {
		t, err := a.work.find(w.Run)
		if err != nil {
			return err
		}
		if err := t.fence(w.Epoch, false); err != nil {
			a.refuse(at, err)
			return nil
		}
		l.id = t.id
	}
	for i := range w.Records {
		if len(a.args) == 4*appendMost {
			if err := a.flush(); err != nil {
				return err
			}
		}
		if n := len(a.writes); n == 0 || a.writes[n-1].at != at {
			a.writes = append(a.writes, appending{at, w})
		}
		a.args = append(a.args, l.id, w.Epoch, w.Records[i].N, packRecord(&w.Records[i]))
	}
	return nil
}

// flush adds what was collected.
func (a *appends) flush() error {
	rows := int64(len(a.args) / 4)
	if rows == 0 {
		return nil
	}
	added := int64(0)
	if rows == appendMost {
		n, err := a.work.exec(appendMany, a.args...)
		if err != nil {
			return err
		}
		added = n
	} else {
		for args := a.args; len(args) > 0; args = args[4:] {
			n, err := a.work.exec(appendOne, args[:4]...)
			if err != nil {
				return err
			}
			added += n
		}
	}
	writes := a.writes
	a.writes, a.args = a.writes[:0], a.args[:0]
	if added == rows {
		return nil
	}
	// Some were there already, or were refused.
	for _, w := range writes {
		t, err := a.work.find(w.write.Run)
		if err != nil {
			return err
		}
		if err := t.fence(w.write.Epoch, false); err != nil {
			a.refuse(w.at, err)
		}
	}
	return nil
}

// fence says why a write under the epoch is refused, if it is. One that has a state needs no epoch.
func (t *target) fence(epoch int64, state bool) error {
	switch {
	case t.id == 0:
		return store.ErrNotFound
	case t.status.Finished():
		return store.ErrFinished
	case epoch == 0 && state:
		return nil
	case t.owner == "" || t.epoch != epoch:
		return store.ErrFenced
	}
	return nil
}
