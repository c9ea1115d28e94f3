package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"time"
)

// busyStep is for how long SQLite itself waits for a lock on the connection that writes; whether to go on waiting is
// then seen by somebody who knows the context.
const busyStep = 50 * time.Millisecond

// registered is SQLite's driver, with what the user has registered with it, such as functions.
func registered() driver.Driver {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err) // the import of the driver registers it
	}
	defer func() { _ = db.Close() }()
	return db.Driver()
}

// pools opens the connections: one that writes, some that read, and the user's.
func (s *Store) pools(d driver.Driver) {
	pool := func(most int, of *Store, busy time.Duration, parameters []string, more ...pragma) *sql.DB {
		c := connector{
			driver: d, dsn: dsn(s.path, parameters...), store: of,
			pragmas: append(settings(s.config, busy), more...),
		}
		db := sql.OpenDB(&c)
		db.SetMaxOpenConns(most)
		db.SetMaxIdleConns(max(most, handlersMost+2))
		return db
	}
	s.writers = pool(1, nil, busyStep, nil, walSettings()...)
	s.readers = pool(4, nil, s.config.BusyTimeout, nil, pragma{"query_only", "1", "1"})
	s.users = pool(0, s, s.config.BusyTimeout, []string{"_txlock=immediate"})
}

// settings are those of every connection. The order matters: how long to wait for locks comes first.
//
// Full means that on macOS, too, the disk is told. The file does not shrink when runs are deleted, their pages are used
// again: to be able to shrink would cost another page per commit.
func settings(c Config, busy time.Duration) []pragma {
	ms := strconv.FormatInt(busy.Milliseconds(), 10)
	return []pragma{
		{"busy_timeout", ms, ms},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", c.Synchronous.String(), c.Synchronous.pragma()},
		{"fullfsync", "1", "1"},
		{"checkpoint_fullfsync", "1", "1"},
		{"foreign_keys", "1", "1"},
		{"journal_size_limit", strconv.Itoa(walEnough), strconv.Itoa(walEnough)},
	}
}

// use calls f with a connection of the pool.
func use(ctx context.Context, pool *sql.DB, f func(c *conn) error) error {
	k, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	return k.Raw(func(raw any) error { return f(raw.(*conn)) })
}
