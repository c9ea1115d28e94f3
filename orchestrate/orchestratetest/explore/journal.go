package explore

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// journal is what survives a crash: everything that happened to the orchestration, in order.
type journal struct {
	id       string
	records  []record
	instants map[string]any           // answers that need no record in order, by path
	deadline map[string]time.Duration // of sleeps, by path
	doubtful map[string]bool          // paths of actions that were under way in a crash
}

// doubt notes that an action may have been carried out, though there is no record of it.
func (j *journal) doubt(l *leaf) {
	if j.doubtful == nil {
		j.doubtful = map[string]bool{}
	}
	j.doubtful[l.path] = true
}

// believe is an error as the journal records it. That nothing was done is true of this attempt only if there may have
// been another before a crash.
func (j *journal) believe(path string, err error) error {
	if err != nil && j.doubtful[path] && executor.NotDone(err) {
		return &doubtfulError{err}
	}
	return err
}

type doubtfulError struct{ error }

func (e *doubtfulError) Error() string { return e.error.Error() + " (but perhaps before the crash)" }

func (e *doubtfulError) Unwrap() error { return e.error }

func (e *doubtfulError) NotDone() bool { return false }

// record is one thing that happened: an action was answered, or the run was cancelled.
type record struct {
	verb   verb
	path   string
	action actions.Action
	value  any
	err    error
}

func (r *record) subject() string {
	if r.verb == cancel {
		return "the request to cancel the run"
	}
	return "step " + r.path
}

// instant answers the actions that are answered at once: what the clock says, and what follows from the path.
func (j *journal) instant(s *Schedule, l *leaf) (any, bool) {
	switch a := l.action.(type) {
	case actions.Now:
		if known, ok := j.instants[l.path]; ok {
			return known, true
		}
		if j.instants == nil {
			j.instants = map[string]any{}
		}
		now := epoch.Add(s.now)
		j.instants[l.path] = now
		return now, true
	case actions.NewID:
		b := j.derive(l.path)
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16]), true
	case actions.Random:
		b := j.derive(l.path)
		return binary.LittleEndian.Uint64(b[:]), true
	case actions.Sleep:
		l.until = j.sleep(s.now, l.path, a.For)
	}
	return nil, false
}

// sleep is when a sleep ends: a crash does not make it longer.
func (j *journal) sleep(now time.Duration, path string, d time.Duration) time.Duration {
	if until, ok := j.deadline[path]; ok {
		return until
	}
	if j.deadline == nil {
		j.deadline = map[string]time.Duration{}
	}
	until := now + max(0, d)
	if until < now {
		until = 1<<63 - 1
	}
	j.deadline[path] = until
	return until
}

// derive makes bits of a path that are the same each time.
func (j *journal) derive(path string) [sha256.Size]byte {
	return sha256.Sum256([]byte(j.id + "/" + path))
}

// epoch is when every schedule begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
