package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/filelock"
)

// Store keeps runs in a directory. It is a [store.Watcher] and a [store.Counter].
type Store struct {
	store.Hub

	path  string // for errors
	disk  disk
	close func() error
	turns turns

	closing sync.Mutex // guards closed, and calls from being added to
	closed  bool
	calls   sync.WaitGroup

	// What follows is changed by whoever has the turn, under the lock; others read it under the lock.
	mu   sync.RWMutex
	runs map[string]*run
	due  map[string]*run // those of them that may be due one day

	// What follows is for whoever has the turn alone.
	seq      int64 // of the last change that is on the disk
	journal  journal
	segments []*segment
	// unread are the runs that could not be read, by no fault of theirs.
	unread map[string]unread
	// unsynced says that names in the directory of the runs were changed since it was synced.
	unsynced bool
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
)

// Open opens the store in a directory, which is made if it is not there; the one above it must be. It ends the leases
// that were left: nobody can have one, since the process that had the store is gone. The error is [store.ErrInUse] if
// the store is open already, [store.ErrNewer] if a newer version of this library wrote it, and [store.ErrCorrupt] if
// the directory holds something else; it is then left as it is.
func Open(ctx context.Context, dir string) (*Store, error) {
	s, err := openRooted(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", dir, err)
	}
	return s, nil
}

func openRooted(ctx context.Context, dir string) (_ *Store, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	made := false
	if err := os.Mkdir(dir, 0o700); err == nil {
		made = true
	} else if !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if made { // its own name is to survive, too
		if err := syncParent(root); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	if err := isStore(rooted{root}); err != nil { // nothing is made in what is none
		return nil, errors.Join(err, root.Close())
	}
	lock, err := filelock.Take(filelock.Place{
		Open: func() (*os.File, error) { return root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600) },
		Stat: func() (os.FileInfo, error) { return root.Stat(lockName) },
	})
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	release := func() error { return errors.Join(filelock.Release(lock), root.Close()) }
	s, err := openOn(rooted{root}, segmentSize)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	s.path, s.close = dir, release
	return s, nil
}

// openOn opens the store on a disk that nobody else has.
func openOn(d disk, segmentSize int64) (*Store, error) {
	s := &Store{
		disk: d, close: func() error { return nil }, turns: newTurns(),
		runs: map[string]*run{}, due: map[string]*run{}, unread: map[string]unread{},
		journal: journal{disk: d, limit: segmentSize},
	}
	if err := format(d); err != nil {
		return nil, err
	}
	if err := s.recover(moment(time.Now())); err != nil {
		return nil, err
	}
	return s, nil
}

// enter keeps the store from being closed until leave is called.
func (s *Store) enter() (leave func(), err error) {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.calls.Add(1)
	return s.calls.Done, nil
}

// look lets a call read what others change, until leave is called.
func (s *Store) look(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	left, err := s.enter()
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	return func() { s.mu.RUnlock(); left() }, nil
}

// change makes a change to the store.
func (s *Store) change(ctx context.Context, operation string, f func(*transaction) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	return s.fail(operation, s.turns.do(ctx, f, s.make))
}

// make makes the changes of a batch of calls, with one write to the disk.
func (s *Store) make(calls []*call) {
	t := &transaction{store: s, now: moment(time.Now()), batch: map[string]*changed{}}
	for _, c := range calls {
		t.make(c)
	}
	written, err := s.write(t)
	if err != nil {
		for _, c := range calls {
			if c.err == nil {
				c.err = err
			}
		}
		return
	}
	s.mu.Lock()
	for _, id := range t.order {
		s.set(id, t.batch[id].after)
	}
	s.mu.Unlock()
	s.Tell(t.notices...)
	if written > 0 {
		s.tidy(written)
	}
}

// set puts a run, or none, in the place of the one with the ID.
func (s *Store) set(id string, r *run) {
	delete(s.due, id)
	s.forget(id, r)
	if r == nil {
		delete(s.runs, id)
		return
	}
	s.runs[id] = r
	if !r.Run.Run.Due.IsZero() && !r.Run.Run.Status.Finished() {
		s.due[id] = r
	}
}

// Close waits for the calls that are under way, brings the files of the runs up to date (1,000 at most, which is a
// matter of seconds), and closes the store. The others are in the journal, also if there is an error. Called again it
// does nothing.
func (s *Store) Close() error {
	s.closing.Lock()
	closed := s.closed
	s.closed = true
	s.closing.Unlock()
	s.calls.Wait()
	if closed {
		return nil
	}
	if err := errors.Join(s.journal.end(), s.tidyAll(), s.close()); err != nil {
		return fmt.Errorf("close store %q: %w", s.path, err)
	}
	return nil
}

// fail says which operation on which store failed.
func (s *Store) fail(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store %q: %s: %w", s.path, operation, err)
}

// corrupt is the error for what cannot be read of a run.
func corrupt(run, format string, args ...any) error {
	return fmt.Errorf("%w: run %q: %s", store.ErrCorrupt, run, fmt.Sprintf(format, args...))
}
