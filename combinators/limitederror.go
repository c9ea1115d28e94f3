package combinators

import (
	"fmt"
	"time"
)

// LimitedError says that a semaphore had no permit for an action, which was not carried out.
type LimitedError struct {
	// Semaphore is the name of the semaphore, Size the number of its permits.
	Semaphore string
	Size      int
	// Weight is how many permits the action needs.
	Weight int
	// Waiting is how many actions were in the queue.
	Waiting int
	// Waited is how long this one was among them, if that was as long as it may.
	Waited time.Duration
	// Reason says why in a few words.
	Reason string
}

// Error tells the semaphore, the reason and the figures.
func (e *LimitedError) Error() string {
	needs := ""
	if e.Weight != 1 {
		needs = fmt.Sprintf(", %d needed", e.Weight)
	}
	what := kindName("semaphore", e.Semaphore)
	return fmt.Sprintf("%s: %s (size %d%s, %d waiting)", what, e.Reason, e.Size, needs, e.Waiting)
}

// Rejected is true: the action was refused by a combinator.
func (*LimitedError) Rejected() bool { return true }

// NotDone is true (see [executor.NotDone]).
func (*LimitedError) NotDone() bool { return true }

// badWeight is the reason for which an action that can never have its permits gets none.
const badWeight = "no such number of permits"

// refusal needs the lock.
func (s *Semaphore) refusal(n int, reason string) *LimitedError {
	return &LimitedError{Semaphore: s.name, Size: s.size, Weight: n, Waiting: s.queue.Len(), Reason: reason}
}

// late is the refusal of one that has waited long enough.
func (s *Semaphore) late(n int, waited time.Duration) *LimitedError {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.refusal(n, fmt.Sprintf("no permit within %v", waited))
	e.Waited = waited
	return e
}
