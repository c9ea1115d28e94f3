package sqlite

import (
	"bytes"
	"context"
	"maps"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

const insertRun = `INSERT INTO baton_runs
	(run, flow, priority, parent, queue, created, status, due, started, finished, expires, state, owner, epoch, revision,
	seq, settled, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, ?) ON CONFLICT (run) DO NOTHING`

// Create adds runs: see [store.Store].
func (s *Store) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	var made []store.Created
	err := s.write(ctx, func(w *work) (err error) {
		made, err = s.create(ctx, w, runs)
		return err
	})
	if err != nil {
		return nil, s.fail("create", err)
	}
	return made, nil
}

func (s *Store) create(ctx context.Context, w *work, runs []store.Run) ([]store.Created, error) {
	made := make([]store.Created, len(runs))
	for i := range runs {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		var err error
		if made[i], err = s.createOne(w, &runs[i]); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (s *Store) createOne(w *work, r *store.Run) (store.Created, error) {
	id, err := w.insert(insertRun, r.ID, r.Flow, int64(r.Priority), text(r.Parent), r.Queue,
		r.Created.UnixMicro(), int64(r.Status), micros(r.Due), micros(r.Started), micros(r.Finished), micros(r.Expires),
		packed.State(&r.State), r.Key)
	if err != nil {
		return store.Created{}, err
	}
	if id == 0 {
		there, err := s.run(context.Background(), w.conn, selectRun+"WHERE r.run = ?", r.ID)
		return store.Created{Run: there.Run}, err
	}
	if _, err := w.exec("INSERT INTO baton_facts (run, facts) VALUES (?, ?)", id, packed.Facts(r)); err != nil {
		return store.Created{}, err
	}
	for name, value := range r.Labels {
		const insert = "INSERT INTO baton_labels (name, value, run) VALUES (?, ?, ?)"
		if _, err := w.exec(insert, name, value, id); err != nil {
			return store.Created{}, err
		}
	}
	if err := w.publish(id, r.Published); err != nil {
		return store.Created{}, err
	}
	w.tell(store.Notice{Run: r.ID, Status: r.Status, Due: claimable(r.Status, r.Due)})
	return store.Created{Run: asKept(*r), New: true}, nil
}

// text is a string as a column keeps it: NULL is the empty one.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// asKept is a run that was just created, as it would be read.
func asKept(r store.Run) store.Run {
	r.Lease = store.Lease{}
	for _, t := range []*time.Time{&r.Created, &r.Deadline, &r.Due, &r.Started, &r.Finished, &r.Expires, &r.Cancelled} {
		if !t.IsZero() {
			*t = wall(*t)
		}
	}
	for _, b := range []*[]byte{&r.Input.Data, &r.Seed, &r.Result.Data, &r.Failure.Data, &r.Published} {
		*b = bytes.Clone(*b)
	}
	r.Labels = maps.Clone(r.Labels)
	return r
}

// publish replaces what a run tells about itself; nil leaves it as it is.
func (w *work) publish(id int64, data []byte) error {
	if data == nil {
		return nil
	}
	_, err := w.exec(`INSERT INTO baton_published (run, data) VALUES (?, ?)
		ON CONFLICT (run) DO UPDATE SET data = excluded.data`, id, packed.Published(data))
	return err
}
