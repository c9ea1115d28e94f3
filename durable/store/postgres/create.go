package postgres

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
	"github.com/baton-go/baton/internal/packed"
)

// createText makes those runs that are not there, with their labels, and returns which it made.
const createText = `WITH made AS (
	INSERT INTO baton.runs (run, flow, priority, parent, queue, created, status, due, started, finished, expires, state,
		facts, published, key)
	SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[],
		$7::smallint[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::bytea[],
		$13::bytea[], $14::bytea[], $17::bytea[])
	ON CONFLICT (run) DO NOTHING RETURNING id, run
), labelled AS (
	INSERT INTO baton.labels (label, run)
	SELECT l.label, made.id FROM unnest($15::bytea[], $16::bytea[]) AS l (run, label) JOIN made USING (run)
)
SELECT run FROM made`

const (
	selectText    = `SELECT` + runColumns + `FROM baton.runs r WHERE r.run = ANY($1::bytea[])`
	sortedText    = selectText + ` ORDER BY r.created, r.run`
	selectOneText = `SELECT` + runColumns + `FROM baton.runs r WHERE r.run = $1`
)

// Create adds runs: see [store.Store].
func (s *Store) Create(ctx context.Context, runs []store.Run) (made []store.Created, err error) {
	err = s.call(ctx, "create", func(c *change) (err error) {
		made, err = c.create(runs)
		return err
	})
	return made, err
}

func (c *change) create(runs []store.Run) ([]store.Created, error) {
	created := make([]store.Created, len(runs))
	missing := map[string]bool{} // those of which it is not known what is there
	for i := range runs {
		missing[runs[i].ID] = true
	}
	there := map[string]store.Run{}
	for len(missing) > 0 { // once, unless a run is deleted meanwhile that was there
		made, err := c.insert(runs, missing)
		if err != nil {
			return nil, err
		}
		for i := range runs {
			if r := &runs[i]; made[r.ID] && missing[r.ID] {
				delete(missing, r.ID)
				created[i] = store.Created{Run: asKept(*r), New: true}
				there[r.ID] = created[i].Run
				c.tell(store.Notice{Run: r.ID, Status: r.Status, Due: claimable(r.Status, micro(r.Due))})
			}
		}
		if len(missing) == 0 {
			break
		}
		found, err := c.runs(slices.Collect(maps.Keys(missing)))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f.spoilt != nil {
				return nil, f.spoilt
			}
			delete(missing, f.ID)
			there[f.ID] = f.Run
		}
	}
	for i := range runs {
		if !created[i].New {
			created[i].Run = copied(there[runs[i].ID])
		}
	}
	return created, nil
}

// insert makes runs, of those with one ID the first, and tells which were made.
func (c *change) insert(runs []store.Run, wanted map[string]bool) (made map[string]bool, err error) {
	order := make([]*store.Run, 0, len(runs))
	seen := map[string]bool{}
	for i := range runs {
		if r := &runs[i]; wanted[r.ID] && !seen[r.ID] {
			seen[r.ID] = true
			order = append(order, r)
		}
	}
	// Whoever makes the same runs does it in the same order: nobody waits for somebody who waits.
	slices.SortFunc(order, func(a, b *store.Run) int { return strings.Compare(a.ID, b.ID) })
	var t table
	for _, r := range order {
		t.add(r, &c.s.clocks)
	}
	rows, err := c.q.Query(c.ctx, c.sql.create, t.id, t.flow, t.priority, t.parent, t.queue, t.created, t.status, t.due,
		t.started, t.finished, t.expires, t.state, t.facts, t.published, t.labelled, t.label, t.key)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	made = map[string]bool{}
	for _, id := range ids {
		made[string(id)] = true
	}
	return made, err
}

// table is runs by columns.
type table struct {
	id, flow, parent, queue, state, facts, published, labelled, label, key [][]byte
	priority                                                               []int64
	status                                                                 []int16
	created, due, started, finished, expires                               []pgtype.Timestamptz
}

func (t *table) add(r *store.Run, c *clocks.Clocks) {
	t.id = append(t.id, []byte(r.ID))
	t.flow = append(t.flow, []byte(r.Flow))
	t.priority = append(t.priority, int64(r.Priority))
	t.parent = append(t.parent, name(r.Parent))
	t.queue = append(t.queue, []byte(r.Queue))
	t.key = append(t.key, []byte(r.Key))
	t.created = append(t.created, exact(r.Created))
	t.status = append(t.status, int16(r.Status))
	t.due = append(t.due, stamp(c.Server(r.Due)))
	t.started = append(t.started, stamp(r.Started))
	t.finished = append(t.finished, stamp(r.Finished))
	t.expires = append(t.expires, stamp(r.Expires))
	t.state = append(t.state, packed.State(&r.State))
	t.facts = append(t.facts, packed.Facts(r))
	t.published = append(t.published, published(r.Published))
	for name, value := range r.Labels {
		t.labelled = append(t.labelled, []byte(r.ID))
		t.label = append(t.label, label(name, value))
	}
}

// published is what a run tells about itself, as a column keeps it.
func published(data []byte) []byte {
	if data == nil {
		return nil
	}
	return packed.Published(data)
}

// runs returns those of the runs that are there.
func (c *change) runs(ids []string) ([]found, error) {
	rows, err := c.q.Query(c.ctx, c.sql.selectRuns, names(ids))
	if err != nil {
		return nil, err
	}
	return c.collect(rows)
}

// names are strings as bytes.
func names(all []string) [][]byte {
	b := make([][]byte, len(all))
	for i, s := range all {
		b[i] = []byte(s)
	}
	return b
}

// claimable is when a run is to be claimed: never, if it has finished.
func claimable(s store.Status, due time.Time) time.Time {
	if s.Finished() || due.IsZero() {
		return time.Time{}
	}
	return due
}

// asKept is a run that was just created, as it would be read.
func asKept(r store.Run) store.Run {
	r.Lease = store.Lease{}
	for _, t := range []*time.Time{&r.Created, &r.Deadline, &r.Due, &r.Started, &r.Finished, &r.Expires, &r.Cancelled} {
		if !t.IsZero() {
			*t = micro(*t)
		}
	}
	return copied(r)
}

// copied is a run that shares nothing with another one.
func copied(r store.Run) store.Run {
	for _, b := range []*[]byte{&r.Input.Data, &r.Seed, &r.Result.Data, &r.Failure.Data, &r.Published} {
		*b = bytes.Clone(*b)
	}
	r.Labels = maps.Clone(r.Labels)
	return r
}
