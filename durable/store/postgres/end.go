package postgres

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// The last write of a life gives back the lease and mostly depends on nothing but that, and on the revision. So such
// writes are made by one statement, a transaction by itself, and with them those that only append: however many there
// are, they take one round trip.

// endText makes such writes, and returns the places of those that are not refused. Rows are locked one by one in the
// order that is given: those of runs that go on as by appendManyText.
const endText = `WITH w AS MATERIALIZED (
	SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::boolean[], $4::bigint[], $5::smallint[], $6::timestamptz[],
		$7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::bytea[], $11::bytea[]) WITH ORDINALITY
		AS w (run, epoch, ends, revision, status, due, started, finished, expires, state, published, place)
), held AS MATERIALIZED (
	SELECT w.place, coalesce(a.id, e.id) AS id, e.id AS ends, e.queue FROM w
	LEFT JOIN LATERAL (SELECT id FROM baton.runs
		WHERE NOT w.ends AND run = w.run AND epoch = w.epoch AND ` + owned + ` FOR SHARE) a ON true
	LEFT JOIN LATERAL (SELECT id, queue FROM baton.runs
		WHERE w.ends AND run = w.run AND epoch = w.epoch AND ` + owned + ` AND status NOT BETWEEN 4 AND 6
			AND revision = w.revision FOR NO KEY UPDATE) e ON true
	WHERE a.id IS NOT NULL OR e.id IS NOT NULL
), ended AS (
	UPDATE baton.runs r SET status = w.status, due = w.due, started = w.started, finished = w.finished,
		expires = w.expires, owner = NULL, revision = w.revision + 1, state = w.state,
		published = coalesce(w.published, r.published)
	FROM held h JOIN w USING (place) WHERE r.id = h.ends
), added AS (
	INSERT INTO baton.records (run, n, data)
	SELECT h.id, x.n, x.data
	FROM unnest($12::bigint[], $13::bigint[], $14::bytea[]) WITH ORDINALITY AS x (place, n, data, i)
	JOIN held h USING (place) ORDER BY h.id, x.n, x.i`

const endedText = `) SELECT place, coalesce(queue, '') FROM held`

// onlyEnds tells whether the write ends a lease, and depends on nothing else than that and the revision. One that has
// the run wait depends on the inbox.
func onlyEnds(w *store.Write) bool {
	return w.State != nil && w.Epoch != 0 && (w.Release || w.State.Status.Finished()) &&
		w.State.Status != store.Waiting && w.Restart == nil && len(w.Consumed) == 0 && len(w.Send) == 0
}

// inOne tells whether one statement makes all the writes: each is of another run, and depends on no more than its row.
func inOne(writes []store.Write) bool {
	seen := make(map[string]bool, len(writes))
	for i := range writes {
		w := &writes[i]
		if seen[w.Run] || !onlyRecords(w) && !onlyEnds(w) {
			return false
		}
		seen[w.Run] = true
	}
	return true
}

// endings are writes by columns.
type endings struct {
	run, state, published           [][]byte
	epoch, revision                 []int64
	ends                            []bool
	status                          []int16
	due, started, finished, expires []pgtype.Timestamptz

	place, number []int64
	data          [][]byte // of the records
}

func (e *endings) add(s *Store, w *store.Write) {
	e.run, e.epoch, e.revision = append(e.run, []byte(w.Run)), append(e.epoch, w.Epoch), append(e.revision, w.Revision)
	for i := range w.Records {
		r := &w.Records[i]
		e.place, e.number = append(e.place, int64(len(e.run))), append(e.number, r.N)
		e.data = append(e.data, packed.Record(r))
	}
	state, packedState := store.State{}, []byte(nil)
	if w.State != nil {
		state, packedState = *w.State, packed.State(w.State)
	}
	e.ends, e.state = append(e.ends, w.State != nil), append(e.state, packedState)
	e.published = append(e.published, published(w.Published))
	e.status = append(e.status, int16(state.Status))
	e.due, e.started = append(e.due, stamp(s.clocks.Server(state.Due))), append(e.started, stamp(state.Started))
	e.finished, e.expires = append(e.finished, stamp(state.Finished)), append(e.expires, stamp(state.Expires))
}

// end makes writes that one statement makes. errs is nil if none is refused.
func (c *change) end(writes []store.Write) (errs []error, err error) {
	order := make([]*store.Write, len(writes)) // in which everybody locks
	for i := range writes {
		order[i] = &writes[i]
	}
	slices.SortFunc(order, func(a, b *store.Write) int { return strings.Compare(a.Run, b.Run) })
	var e endings
	for _, w := range order {
		e.add(c.s, w)
	}
	made := make(map[string]string, len(writes)) // the queues of the runs
	try := func(how int) error {
		rows, err := c.q.Query(c.ctx, c.sql.end[how], e.run, e.epoch, e.ends, e.revision, e.status, e.due, e.started,
			e.finished, e.expires, e.state, e.published, e.place, e.number, e.data)
		if err != nil {
			return err
		}
		var place int64
		var queue []byte
		_, err = pgx.ForEachRow(rows, []any{&place, &queue}, func() error {
			made[order[place-1].Run] = string(queue)
			return nil
		})
		return err
	}
	err = try(c.careful())
	if isDuplicate(err) && !c.inner {
		clear(made)
		err = try(missing)
	}
	if err != nil {
		return nil, err
	}
	var left []int
	var rest []store.Write
	for i := range writes {
		w := &writes[i]
		queue, ok := made[w.Run]
		switch {
		case !ok:
			left, rest = append(left, i), append(rest, *w)
		case w.State != nil:
			c.tell(store.Notice{
				Run: w.Run, Status: w.State.Status, Revision: w.Revision + 1, Freed: true, Queue: queue,
				Due: claimable(w.State.Status, micro(w.State.Due)),
			})
		}
	}
	if len(rest) == 0 {
		return nil, nil
	}
	refused, err := c.refusals(rest)
	if err != nil {
		return nil, err
	}
	for j, i := range left {
		var why error
		if refused != nil {
			why = refused[j]
		}
		if why == nil && writes[i].State != nil {
			why = store.ErrChanged // it was, when the write was to be made
		}
		if errs == nil && why != nil {
			errs = make([]error, len(writes))
		}
		if why != nil {
			errs[i] = why
		}
	}
	return errs, nil
}
