package durable

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// misfits are the runs that somebody has blocked. While a deploy is under way two versions of the code are up, and what
// does not fit the one may fit the other. So a runtime has a try at each run that another one has blocked, and leaves
// those alone that it has blocked itself: there is an end to it once everybody has tried.
//
// If the store is a [store.Taker] the runtime leases such a run at once. Otherwise it makes the run due, and somebody
// may claim it who has blocked it before; then it does so again, a while later each time.
type misfits struct {
	seed maphash.Seed
	wake chan struct{} // holds one signal

	mu    sync.Mutex
	all   bool                 // all blocked runs are to be looked at
	heard map[string]time.Time // those that are said to be blocked, and when to look at them
	tries map[uint64]try       // by run and generation
	// chosen are those that the goroutine which claims is to take.
	chosen []string
}

// try is what was tried with a run in vain.
type try struct {
	mine  bool      // it does not fit the code of this runtime
	times int       // how often it was tried for nothing: somebody else was quicker, or the store cannot read it
	next  time.Time // when it is to be tried again
}

const (
	// maxReviewed is how many runs are tried at a time, and reviewPause how long the next ones wait: a deploy that fits
	// nothing is not to keep everybody busy with trying.
	maxReviewed = 32
	reviewPause = time.Second / 2
	// maxHeard is how many runs are kept in mind; more are found by looking.
	maxHeard = 10_000
	// reviewEvery is how often all blocked runs are looked at, in case that something was not told.
	reviewEvery = 7 * time.Minute
	longestTry  = time.Hour
)

func newMisfits() misfits {
	return misfits{
		seed: maphash.MakeSeed(), wake: make(chan struct{}, 1), heard: map[string]time.Time{}, tries: map[uint64]try{},
	}
}

// key stands for a run and its generation. A run that continues as new may fit again.
func (m *misfits) key(id string, generation int64) uint64 {
	return maphash.Comparable(m.seed, struct {
		id         string
		generation int64
	}{id, generation})
}

// refuse notes that a run does not fit the code of this runtime.
func (m *misfits) refuse(r store.Run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tries[m.key(r.ID, r.Generation)] = try{mine: true}
}

// claimed notes that this runtime has a run, and is about to find out whether it fits.
func (m *misfits) claimed(r store.Run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tries) > 0 {
		delete(m.tries, m.key(r.ID, r.Generation))
	}
}

// hear notes what was told of a run. Without its name, anything may have happened.
func (m *misfits) hear(n store.Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case n.Run == "":
		m.all = true
	case n.Status != store.Blocked || len(m.heard) >= maxHeard:
		return
	default:
		m.heard[n.Run] = time.Time{}
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// later has a run looked at when the time has come.
func (m *misfits) later(id string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.heard[id]; !ok && len(m.heard) < maxHeard {
		m.heard[id] = at
	}
}

// postpone has runs looked at again when the store may have come back.
func (m *misfits) postpone(ids []string, now time.Time) {
	for _, id := range ids {
		m.later(id, now.Add(longestRetry))
	}
}

// soonest is when there is something to look at, if that is before the time.
func (m *misfits) soonest(at time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all {
		return time.Time{}
	}
	for _, t := range m.heard {
		if t.Before(at) {
			at = t
		}
	}
	return at
}

// wanted tells whether all are to be looked at, and forgets it.
func (m *misfits) wanted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.all
	m.all = false
	return all
}

// due takes out some of the runs that are to be looked at now.
func (m *misfits) due(now time.Time) (ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, at := range m.heard {
		if !at.After(now) && len(ids) < maxReviewed {
			ids = append(ids, id)
			delete(m.heard, id)
		}
	}
	return ids
}

// attempt tells whether a blocked run is to be tried now, or when, if ever.
func (m *misfits) attempt(r store.Run, now time.Time) (yes bool, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tries[m.key(r.ID, r.Generation)]
	switch {
	case t.mine:
		return false, time.Time{}
	case t.next.After(now):
		return false, t.next
	}
	return true, time.Time{}
}

// attempted notes that a blocked run is tried.
func (m *misfits) attempted(r store.Run, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.key(r.ID, r.Generation)
	t := m.tries[k]
	t.next = now.Add(min(firstRetry<<min(t.times, 30), longestTry))
	t.times++
	m.tries[k] = t
}

// choose has runs taken by the goroutine that claims.
func (m *misfits) choose(ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.chosen = append(m.chosen, ids...)
}

// choice takes out the runs that are to be taken.
func (m *misfits) choice() (ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids, m.chosen = m.chosen, nil
	return ids
}
