package file

import (
	"fmt"
	"iter"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// unread is a run whose file was not read, by no fault of what it holds: a disk that fails, a permission that is
// missing. It waits, so that runs behind it are not held up.
type unread struct {
	until time.Time
	pause time.Duration
	err   error // nil: somebody was told
}

const (
	firstPause, longestPause = time.Second, time.Minute
	// mostUnread is how many runs a claim does not read before it makes do with what it has.
	mostUnread = 256
)

// putOff has a run wait for its file to be read: not at all the first time, and then longer each time.
func (s *Store) putOff(id string, err error, now time.Time) {
	u, again := s.unread[id]
	if again {
		u.pause = min(max(2*u.pause, firstPause), longestPause)
	}
	u.until, u.err = now.Add(u.pause), fmt.Errorf("run %q: %w", id, err)
	s.unread[id] = u
}

// untold is the error about the runs that were put off and of which nobody was told; nil: there is none.
func (s *Store) untold() error {
	var first string
	more := 0
	for id, u := range s.unread {
		if u.err == nil {
			continue
		}
		if more++; first == "" || id < first {
			first = id
		}
	}
	if more == 0 {
		return nil
	}
	err := s.unread[first].err
	for id, u := range s.unread {
		u.err = nil
		s.unread[id] = u
	}
	if more > 1 {
		err = fmt.Errorf("%w (and %d runs more)", err, more-1)
	}
	return err
}

// readable are the claimable runs, of which those that are put off are due once they are to be tried again. No such run
// is leased.
func (t *transaction) readable() iter.Seq[*whole.Run] {
	return func(yield func(*whole.Run) bool) {
		for r := range t.claimable() {
			if u, ok := t.store.unread[r.Run.ID]; ok && u.until.After(t.now) && !r.Run.Due.After(u.until) {
				later := *r
				later.Run.Due, later.Run.Owner = u.until, ""
				r = &later
			}
			if !yield(r) {
				return
			}
		}
	}
}

// forget drops that a run was put off, because nobody will claim it.
func (s *Store) forget(id string, r *run) {
	if r == nil || r.Run.Run.Status.Finished() || r.Run.Run.Status == store.Blocked {
		delete(s.unread, id)
	}
}
