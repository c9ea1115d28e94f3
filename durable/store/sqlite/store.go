package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/baton-go/baton/durable/store"
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
	claims      sync.Mutex // claims and renewals take turns

	life   sync.RWMutex // held for reading by every call
	closed bool
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
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
	s, err := open(ctx, path, c)
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, explain(err))
	}
	return s, nil
}

func open(ctx context.Context, path string, c Config) (_ *Store, err error) {
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
		leases:      leases{byRun: map[string]lease{}},
	}
	if s.lock, err = lockFile(full + "-lock"); err != nil {
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
	if err := s.pools(); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// enter keeps the store from being closed until leave is called.
func (s *Store) enter() (leave func(), err error) {
	s.life.RLock()
	if s.closed {
		s.life.RUnlock()
		return nil, store.ErrClosed
	}
	return s.life.RUnlock, nil
}

// Close waits for the calls that are under way and closes the store, its DB too. Transactions of DB are to have ended.
// Leases that are left are ended by the next Open. Called again it does nothing.
func (s *Store) Close() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
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
	lock, err := lockFile(s.path + "-lock")
	if err != nil {
		return fmt.Errorf("remove store %q: %w", s.path, err)
	}
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		errs = append(errs, ignoreMissing(os.Remove(s.path+suffix)))
	}
	removed := os.Remove(lock.Name())
	errs = append(errs, unlock(lock), lock.Close())
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
	return errors.Join(append(errs, unlock(s.lock), s.lock.Close())...)
}

// DB is the database for the user's own tables, whose names do not begin with baton_. Its connections have the store's
// settings, and foreign keys are enforced. A transaction that is not read-only may write from its beginning, and waits
// its turn among the store's own; while it lasts the store writes nothing, so it is to be short, and must not call the
// store's methods that write, but those of what [Store.Within] returns. Close closes it.
func (s *Store) DB() *sql.DB { return s.users }
