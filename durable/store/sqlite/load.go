package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

const selectMessages = "SELECT seq, data FROM baton_messages WHERE run = ? AND seq > ? ORDER BY seq"

// Load returns a run with its history: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	var h store.History
	err := s.read(ctx, func(c *conn) (err error) {
		h, err = s.load(ctx, c, id, from)
		return err
	})
	if err != nil {
		return store.History{}, s.fail("load", err)
	}
	return h, nil
}

func (s *Store) load(ctx context.Context, c *conn, id string, from store.Mark) (store.History, error) {
	f, err := s.run(ctx, c, selectRun+"WHERE r.run = ?", id)
	if err != nil {
		return store.History{}, err
	}
	if f.id == 0 {
		return store.History{}, store.ErrNotFound
	}
	return s.history(ctx, c, f, from)
}

// history reads the log and the inbox of a run.
func (s *Store) history(ctx context.Context, c *conn, f found, from store.Mark) (store.History, error) {
	h := store.History{Run: f.Run}
	var err error
	h.Records, err = s.records(ctx, c, f, from.Records)
	if err != nil {
		return h, err
	}
	if f.seq <= from.Messages {
		return h, nil
	}
	err = c.each(ctx, selectMessages, func(r *row) error {
		m, err := readMessage(f.ID, r)
		h.Messages = append(h.Messages, m)
		return err
	}, f.id, from.Messages)
	return h, err
}

// look calls f with a connection for one query.
func (s *Store) look(ctx context.Context, f func(c *conn) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if err := alive(ctx); err != nil {
		return err
	}
	err = use(ctx, s.readers, f)
	if err != nil && ctx.Err() != nil {
		return ended(ctx) // the driver says that it was interrupted; the caller wants to know why
	}
	return err
}

// read calls f with a connection that sees the database as it is at one moment.
func (s *Store) read(ctx context.Context, f func(c *conn) error) error {
	return s.look(ctx, func(c *conn) error {
		err := run(c, "BEGIN")
		if err == nil {
			err = f(c)
		}
		if err == nil {
			err = run(c, "COMMIT")
		}
		if err != nil {
			c.rollback()
		}
		return err
	})
}
