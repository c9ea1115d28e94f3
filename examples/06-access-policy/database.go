package main

import (
	"context"
	"database/sql"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/baton-go/baton/executor"
)

const schema = `
CREATE TABLE users (name TEXT PRIMARY KEY, active BOOLEAN NOT NULL, used INTEGER NOT NULL);
CREATE TABLE permissions (user TEXT, action TEXT, document TEXT, PRIMARY KEY (user, action, document));
INSERT INTO users VALUES ('ada', TRUE, 100), ('bob', TRUE, 990), ('cleo', TRUE, 0), ('dan', FALSE, 0);
INSERT INTO permissions VALUES ('bob', 'read', 'plans'), ('bob', 'edit', 'plans'), ('dan', 'read', 'plans');
`

// database answers what is known of users and permissions, from an SQLite file.
type database struct {
	db *sql.DB
	// far is how far away the database pretends to be: each question takes as long.
	far time.Duration
}

func openDatabase(ctx context.Context, file string, far time.Duration) (*database, error) {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		_ = db.Close() // the first error counts
		return nil, err
	}
	return &database{db, far}, nil
}

func (d *database) handlers() []executor.Handler {
	return []executor.Handler{
		executor.On(func(ctx context.Context, a IsActive) (active bool, err error) {
			err = d.ask(ctx, &active, `SELECT EXISTS (SELECT 1 FROM users WHERE name = ? AND active)`, a.User)
			return active, err
		}),
		executor.On(func(ctx context.Context, a IsPermitted) (permitted bool, err error) {
			err = d.ask(ctx, &permitted,
				`SELECT EXISTS (SELECT 1 FROM permissions WHERE user = ? AND action = ? AND document = ?)`,
				a.User, a.Action, a.Document)
			return permitted, err
		}),
		executor.On(func(ctx context.Context, a UsedBytes) (used int, err error) {
			err = d.ask(ctx, &used, `SELECT coalesce(sum(used), 0) FROM users WHERE name = ?`, a.User)
			return used, err
		}),
	}
}

func (d *database) ask(ctx context.Context, into any, question string, args ...any) error {
	if err := wait(ctx, d.far); err != nil {
		return err
	}
	return d.db.QueryRowContext(ctx, question, args...).Scan(into)
}

// wait waits, at most until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
