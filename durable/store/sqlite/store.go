package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/filelock"
)

// Store keeps runs in an SQLite file. It is a [store.Store], a [store.Watcher] and a [store.Counter], and is safe for
// concurrent use.
type Store struct {
	store.Hub

	path    string
	config  Config
	lock    *os.File
	writers *sql.DB
	readers *sql.DB
	users   *sql.DB

	gate        *gate
	checkpoints checkpoints
	leases      leases
	claims      turns // of claims and renewals
	handlers    turns // of handlers that want a transaction
	// tailMost is how many bytes the tail gets before it is settled.
	tailMost int64
	// strayed says that there may be records which have no place.
	strayed atomic.Bool

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
	_ store.Gauge   = (*Store)(nil)
)

// Open opens the store in the file at the path, and makes the file if there is none; its directory must be there. It
// brings an older schema up to date, and makes the runs due that an earlier process left in the middle. The error is
// [store.ErrInUse] if the store is open already, [store.ErrNewer] if a newer version of this library wrote it, and
// [store.ErrCorrupt] if the file is not a store; it is then left as it is.
func Open(ctx context.Context, path string) (*Store, error) {
	return OpenConfig(ctx, path, Config{})
}

// OpenConfig is Open with choices.
func OpenConfig(ctx context.Context, path string, c Config) (*Store, error) {
	return open(ctx, path, c, registered())
}

func open(ctx context.Context, path string, c Config, d driver.Driver) (*Store, error) {
	s, err := tryOpen(ctx, path, c, d)
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, explain(err))
	}
	return s, nil
}

func tryOpen(ctx context.Context, path string, c Config, d driver.Driver) (_ *Store, err error) {
	if c, err = c.checked(); err != nil {
		return nil, err
	}
	full, err := locate(path)
	if err != nil {
		return nil, err
	}
	s := &Store{
		path: full, config: c, gate: newGate(c.BusyTimeout),
		checkpoints: checkpoints{file: full + "-wal", limit: walEnough},
		leases:      leases{byRun: map[string]*lease{}},
		tailMost:    tailMost,
		claims:      make(turns, 1),
		handlers:    make(turns, handlersMost),
	}
	if s.lock, err = filelock.Take(filelock.At(full + "-lock")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.release()
		}
	}()
	if err := inspect(ctx, full, c.Adopt); err != nil {
		return nil, err
	}
	s.pools(d)
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	if err := s.forget(ctx); err != nil {
		return nil, err
	}
	return s, nil
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

// Close waits for the calls that are under way and closes the store, its DB too. Transactions of DB are to have ended.
// Leases that are left are ended by the next Open. Called again it does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	if closed {
		return nil
	}
	if err := s.release(); err != nil {
		return fmt.Errorf("close store %q: %w", s.path, err)
	}
	return nil
}

// Remove closes the store and deletes its files, unless somebody else has opened it meanwhile.
func (s *Store) Remove() error {
	if err := s.Close(); err != nil {
		return err
	}
	lock, err := filelock.Take(filelock.At(s.path + "-lock"))
	if err != nil {
		return fmt.Errorf("remove store %q: %w", s.path, err)
	}
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		errs = append(errs, ignoreMissing(os.Remove(s.path+suffix)))
	}
	removed := os.Remove(lock.Name())
	errs = append(errs, filelock.Release(lock))
	if removed != nil { // Windows removes no file that is open
		errs = append(errs, os.Remove(lock.Name()))
	}
	return errors.Join(errs...)
}

// release closes what was opened, the lock last.
func (s *Store) release() error {
	var errs []error
	for _, db := range []*sql.DB{s.users, s.readers, s.writers} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, filelock.Release(s.lock))...)
}

// DB is the database for the user's own tables, whose names do not begin with baton_. Its connections have the store's
// settings, and foreign keys are enforced. A transaction that is not read-only may write from its beginning, and waits
// its turn among the store's own; while it lasts the store writes nothing, so it is to be short, and must not call the
// store's methods that write, but those of what [Store.Within] returns. Close closes it.
func (s *Store) DB() *sql.DB { return s.users }
