package postgres

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// A record is added in the statement that looks whether the epoch has the lease. It locks the row of the run as well:
// otherwise somebody could claim the run, and read its log, between the look and the commit. Those who append do not
// wait for each other.
//
// That a record is there already happens after an answer was lost, and hardly ever else. To ask for it costs two more
// entries in the write-ahead log for each record, and so it is an error first, after which the call is made again.

// owned says that somebody has the lease, in words that keep the server from looking the run up among all leases, of
// which there may have been none when it last counted them.
const owned = "coalesce(owner, '') <> ''"

const ifMissing = " ON CONFLICT DO NOTHING"

// appendOneText adds one record.
const appendOneText = `INSERT INTO baton.records (run, n, data)
	SELECT id, $3::bigint, $4::bytea FROM baton.runs WHERE run = $1 AND epoch = $2 AND ` + owned + ` FOR SHARE`

// appendManyText adds the records of many writes. heldText returns the places of those writes that are not refused. The
// rows are looked for one by one, in the order that is given, whatever the statistics say.
const appendManyText = `WITH held AS MATERIALIZED (
	SELECT w.place, r.id FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS w (run, epoch, place)
	CROSS JOIN LATERAL (SELECT id FROM baton.runs
		WHERE run = w.run AND epoch = w.epoch AND ` + owned + ` FOR SHARE) r
), added AS (
	INSERT INTO baton.records (run, n, data)
	SELECT h.id, x.n, x.data FROM unnest($3::bigint[], $4::bigint[], $5::bytea[]) WITH ORDINALITY AS x (place, n, data, i)
	JOIN held h USING (place) ORDER BY h.id, x.n, x.i`

const heldText = `) SELECT place FROM held`

func isDuplicate(err error) bool { return code(err) == "23505" }

// onlyRecords tells whether the write does nothing but append under a lease.
func onlyRecords(w *store.Write) bool {
	return w.State == nil && w.Published == nil && len(w.Consumed) == 0 && len(w.Send) == 0 && len(w.Records) > 0 &&
		w.Epoch != 0
}

// The ways to append: all records, or those that are missing.
const (
	every = iota
	missing
)

// careful is the first way to append: a transaction of the user's does not survive an error.
func (c *change) careful() int {
	if c.inner {
		return missing
	}
	return every
}

// append makes writes that do nothing but append. errs is nil if none is refused.
func (c *change) append(writes []store.Write) (errs []error, err error) {
	if len(writes) == 1 && len(writes[0].Records) == 1 {
		w := &writes[0]
		r := &w.Records[0]
		args := []any{[]byte(w.Run), w.Epoch, r.N, packed.Record(r)}
		tag, err := c.q.Exec(c.ctx, c.sql.appendOne[c.careful()], args...)
		if isDuplicate(err) && !c.inner {
			tag, err = c.q.Exec(c.ctx, c.sql.appendOne[missing], args...)
		}
		if err != nil || tag.RowsAffected() == 1 {
			return nil, err
		}
		// It is there already, or the write is refused.
		refused, err := c.refusals(writes)
		return refused, err
	}
	made, err := c.appendMany(writes)
	if err != nil || len(made) == len(writes) {
		return nil, err
	}
	var rest []store.Write
	for i := range writes {
		if !made[i] {
			rest = append(rest, writes[i])
		}
	}
	refused, err := c.refusals(rest)
	if err != nil || refused == nil {
		return nil, err
	}
	errs = make([]error, len(writes))
	for i := range writes {
		if !made[i] {
			errs[i], refused = refused[0], refused[1:]
		}
	}
	return errs, nil
}

// appendMany makes writes in one statement, and tells which of them were not refused.
func (c *change) appendMany(writes []store.Write) (made map[int]bool, err error) {
	// Everybody locks runs in the order of their IDs.
	order := make([]int, len(writes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(writes[a].Run, writes[b].Run), cmp.Compare(a, b))
	})
	runs, epochs := make([][]byte, len(writes)), make([]int64, len(writes))
	var places, numbers []int64
	var data [][]byte
	for place, i := range order {
		runs[place], epochs[place] = []byte(writes[i].Run), writes[i].Epoch
		for j := range writes[i].Records {
			r := &writes[i].Records[j]
			places, numbers, data = append(places, int64(place)+1), append(numbers, r.N), append(data, packed.Record(r))
		}
	}
	add := func(how int) ([]int64, error) {
		rows, err := c.q.Query(c.ctx, c.sql.appendMany[how], runs, epochs, places, numbers, data)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	held, err := add(c.careful())
	if isDuplicate(err) && !c.inner {
		held, err = add(missing)
	}
	made = make(map[int]bool, len(held))
	for _, place := range held {
		made[order[place-1]] = true
	}
	return made, err
}

// refusals says why writes were refused that need nothing but a lease, and a revision. Those that append records which
// were all there already were not.
func (c *change) refusals(writes []store.Write) (errs []error, err error) {
	ids := make([]string, len(writes))
	for i := range writes {
		ids[i] = writes[i].Run
	}
	there, err := c.runs(ids)
	if err != nil {
		return nil, err
	}
	for i := range writes {
		t := target{}
		for j := range there {
			if f := &there[j]; f.ID == writes[i].Run {
				t = target{id: f.id, status: f.Status, owner: f.Owner, epoch: f.Epoch, revision: f.Revision}
			}
		}
		if refused := t.accept(&writes[i]); refused != nil {
			if errs == nil {
				errs = make([]error, len(writes))
			}
			errs[i] = refused
		}
	}
	return errs, nil
}
