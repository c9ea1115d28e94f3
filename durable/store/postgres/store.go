package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/clocks"
)

// Store keeps runs in a PostgreSQL database. It is a [store.Store], a [store.Watcher], a [store.Counter] and a
// [store.Taker], and is safe for concurrent use, by any number of processes.
type Store struct {
	hub store.Hub

	config Config
	pool   *pgxpool.Pool
	owned  bool // the pool is the store's own
	sql    atomic.Pointer[statements]
	id     [16]byte // of the tables
	self   string   // names this Store among those who tell each other
	clocks clocks.Clocks
	sized  atomic.Int64 // when the size of the tables was looked at last

	teller   teller
	listener *listener // nil if it only polls
	handlers turns     // of handlers that want a transaction

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
	_ store.Taker   = (*Store)(nil)
	_ store.Gauge   = (*Store)(nil)
)

// Open opens the store in the schema "baton" of the database that the DSN names, and makes what is missing of it. A DSN
// is a URL, or "host=… user=… dbname=…", as for [pgxpool.ParseConfig]; its pool has 10 connections unless it says
// pool_max_conns. The error is [store.ErrNewer] if a newer version of this library made the tables, and
// [store.ErrCorrupt] if the schema holds something else; it is then left as it is. It is an error, too, if the server,
// or this user of it, has settings with which what is acknowledged may be lost (see [Config]), or an isolation of
// transactions other than "read committed".
func Open(ctx context.Context, dsn string) (*Store, error) {
	return OpenConfig(ctx, dsn, Config{})
}

// OpenConfig is Open with choices.
func OpenConfig(ctx context.Context, dsn string, c Config) (*Store, error) {
	config, err := poolOf(dsn, c)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s, err := OpenPool(ctx, pool, c)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// OpenPool is OpenConfig with a pool of the user's own, which has at least two connections. Close leaves it open. The
// store listens on one more connection, with the pool's settings.
func OpenPool(ctx context.Context, pool *pgxpool.Pool, c Config) (*Store, error) {
	c, err := c.checked()
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if pool == nil {
		return nil, errors.New("open store: the pool is nil")
	}
	s := &Store{
		config: c, pool: pool, self: rand.Text(), handlers: make(turns, max(1, pool.Config().MaxConns-1)),
	}
	s.sql.Store(newStatements(c.Schema, 0))
	s.teller.s = s
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open store %q: %w", c.Schema, explain(err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := usable(s.pool.Config(), s.config); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.assert(ctx); err != nil {
		return err
	}
	if s.config.PollOnly {
		return nil
	}
	return s.listen(ctx)
}

// enter keeps the store from being closed until leave is called.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.calls.Add(1)
	return s.calls.Done, nil
}

// Close waits for the calls that are under way and closes the store, and its pool if that is its own; transactions of
// the pool are to have ended. Leases that are left run out. Called again it does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	if closed {
		return nil
	}
	s.teller.wait()
	if s.listener != nil {
		s.listener.stop()
	}
	if s.owned {
		s.pool.Close()
	}
	return nil
}

// Pool is the pool for the user's own tables: that of [OpenPool], or the store's own, which Close closes.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// turns lets so many at a time go on.
type turns chan struct{}

func (t turns) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return interrupted(ctx, ctx.Err())
	}
}

func (t turns) give() { <-t }
