package journal

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// strand is one line of control of the run. It belongs to its goroutine, and to that of its parent when it has ended.
type strand struct {
	group  *group // nil for the main one
	branch int
	leaf   bool            // the branch is a single action
	done   <-chan struct{} // the end of its context
	now    time.Time       // the end of its last record
	fresh  bool            // no earlier life can have got to its next step
	tally
	unkept []store.Record // to be written with the next record
	open   open           // under the journal's lock

	// Under the journal's lock: see hold.
	holding   bool
	lent      bool // it holds for a branch that it has forked, which went by its records, until another one goes on
	byRecords bool // it goes by the records of an earlier life, in a group of which there are some
	holds     int  // strands in the branch that hold, or the strand itself
}

type strandKey struct{}

// strand finds the strand of a context, if it is one of a journal's.
func (j *Journal) strand(ctx context.Context) *strand {
	s, _ := ctx.Value(strandKey{}).(*strand)
	return s
}

// clock is the time, as the strand has it: what comes later is not earlier, though the machine's clock be set back.
func (s *strand) clock() time.Time {
	if now := instant(time.Now()); now.After(s.now) {
		return now
	}
	return s.now
}

// finished is when what a record is about came to its end: at once, but not before it began, nor before the time that
// the record has already.
func (s *strand) finished(r *store.Record) time.Time {
	at := s.clock()
	for _, least := range []time.Time{r.Started, r.Finished} {
		if least.After(at) {
			at = least
		}
	}
	return at
}

// settled notes that a record of the strand is durable, or about to be with the next one.
func (s *strand) settled(r *store.Record) {
	if r.Finished.After(s.now) {
		s.now = r.Finished
	}
	s.spins = 0
}

// branches are the strands of a group's branches, under a context that ends with done.
func (s *strand) branches(g *group, done <-chan struct{}) []strand {
	children := make([]strand, len(g.branches))
	for i := range children {
		children[i] = strand{
			group: g, branch: i, leaf: g.branches[i].Leaf != nil, done: done,
			now: s.now, fresh: s.fresh, tally: s.tally,
		}
	}
	return children
}

// join takes over from the strands of a group that has ended.
func (s *strand) join(children []strand) {
	for i := range children {
		c := &children[i]
		if c.now.After(s.now) {
			s.now = c.now
		}
		s.fresh = s.fresh || c.fresh
		s.unkept = append(s.unkept, c.unkept...)
		if i == 0 {
			s.tally = c.tally
		} else {
			s.tally = s.tally.least(c.tally)
		}
	}
}

// loses tells whether another branch has decided a group that the strand is in, so that an action whose context ends
// with done is about to be cancelled. What is shielded is not: its context ends otherwise than that of the strand, or
// of the group, that it is in. The caller holds the journal's lock.
func (s *strand) loses(done <-chan struct{}) bool {
	for ; s.group != nil && done == s.done; s = s.group.parent {
		g := s.group
		if g.decided >= 0 && g.decided != s.branch {
			return true
		}
		done = g.done
	}
	return false
}
