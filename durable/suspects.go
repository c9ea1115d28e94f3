package durable

import (
	"cmp"
	"slices"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// maxQueued is how many suspects are in memory and wait for their trial. Those beyond are given back for a while.
const maxQueued = 64

// suspects are the runs in memory of which the last lives came to nothing. One of them may kill the process, so they
// are tried one at a time: if the process dies, that counts against the run that was on trial, and against no other.
//
// A trial begins with a write that says so. It is over when the run has made a record, comes to rest, or leaves; or
// when it has gone on for the time of a lease: then the run goes on, but is not on trial any more.
//
// It is guarded by the lock of the runtime.
type suspects struct {
	queue []*loaded
	trial *loaded   // nil: none
	until time.Time // when the trial has gone on for long enough; zero before it has begun
	timer *time.Timer
}

// tried waits for the turn of a suspect and begins its trial. It is false if the run is not to be carried out now; it
// has been given back then, if it could be.
func (l *loaded) tried(h *store.History) bool {
	if !l.rt.awaitTrial(l) {
		l.putOff(h, l.rt.longestDelay())
		return false
	}
	l.rt.audience.tell(l.under, &fact.OnTrial{
		Run: aboutRun(&h.Run), Lives: int64(l.past.crashes), Trials: l.past.trials,
	})
	err := l.account(l.past.settled, l.past.trials+1)
	if err != nil {
		l.stopped(nil, err)
		return false
	}
	l.rt.beginTrial(l)
	return true
}

// account writes how many lives and trials are accounted for, while the run is carried out.
func (l *loaded) account(settled, trials int64) error {
	err := l.attempt(l.life, nil, func(row store.Run) (store.Write, bool) {
		s := row.State
		s.Settled, s.Trials = max(s.Settled, settled), trials
		return store.Write{State: &s}, true
	})
	if err == nil {
		err = l.reread(l.life)
	}
	return err
}

// putOff gives back a run that was not carried out, for a while.
func (l *loaded) putOff(h *store.History, pause time.Duration) {
	var seen int64
	if n := len(h.Messages); n > 0 {
		seen = h.Messages[n-1].Seq
	}
	l.rt.mu.Lock()
	if l.rt.closing {
		pause = 0
	}
	l.rt.mu.Unlock()
	l.left("put off", l.conclude(l.life, func(row store.Run) store.Write {
		s := row.State
		s.Status, s.Due = store.Waiting, exact(time.Now().Add(pause))
		l.brokenOff(&s)
		return store.Write{State: &s, Release: true, Seen: seen}
	}))
}

// awaitTrial puts a run into the queue, and tells whether its trial may begin. While it waits it takes no place of the
// runtime's. One that has a place in a [Queue] with limits, which others need, does not wait while another is tried.
func (rt *Runtime) awaitTrial(l *loaded) bool {
	rt.mu.Lock()
	q := &rt.suspects
	behind := q.trial != nil && l.queue.scarce()
	if rt.runs[l.id] != l || rt.closing || behind || len(q.queue) >= maxQueued {
		rt.mu.Unlock()
		return false
	}
	l.resting.Store(true)
	rt.busy--
	l.turn, l.tryAt = make(chan bool, 1), time.Now().Add(rt.delay(l.past))
	q.queue = append(q.queue, l)
	rt.nextTrial()
	rt.mu.Unlock()
	rt.roomMade()
	select {
	case mine := <-l.turn:
		return mine
	case <-l.life.Done():
		rt.unqueue(l)
		return false
	}
}

// unqueue has a run not wait any longer.
func (rt *Runtime) unqueue(l *loaded) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.suspects.drop(l) {
		l.turn <- false
	}
}

// drop takes a run out of the queue, if it is there.
func (q *suspects) drop(l *loaded) bool {
	i := slices.Index(q.queue, l)
	if i >= 0 {
		q.queue = slices.Delete(q.queue, i, i+1)
	}
	return i >= 0
}

// nextTrial chooses who is tried next, if nobody is, of those that have waited long enough. The caller holds the lock.
func (rt *Runtime) nextTrial() {
	q := &rt.suspects
	if q.trial != nil || len(q.queue) == 0 || rt.over || rt.busy > rt.config.MaxConcurrent {
		return
	}
	now := time.Now()
	var next *loaded
	soonest := q.queue[0].tryAt
	for _, l := range q.queue {
		switch {
		case l.tryAt.After(now):
			if l.tryAt.Before(soonest) {
				soonest = l.tryAt
			}
		case next == nil || before(l, next) < 0:
			next = l
		}
	}
	if next == nil {
		q.timer.Reset(soonest.Sub(now))
		return
	}
	q.drop(next)
	q.trial, q.until = next, time.Time{}
	next.resting.Store(false)
	rt.busy++
	next.turn <- true
	q.queue = slices.DeleteFunc(q.queue, func(l *loaded) bool {
		if l.queue.scarce() {
			l.turn <- false
		}
		return l.queue.scarce()
	})
}

// before is the order of trials. First are those of which a trial or two came to nothing: by chance, it may be, and one
// that was on trial when another run killed the process is cleared before that happens again. Last are those that seem
// to be the ones that kill, after all others have got on.
func before(a, b *loaded) int {
	class := func(l *loaded) int {
		switch n := l.past.trials; {
		case n > maxChances:
			return 2
		case n > 0:
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(b.row.Priority, a.row.Priority))
}

// maxChances is how many trials in a row may come to nothing by chance.
const maxChances = 2

// beginTrial has the time of a trial begin.
func (rt *Runtime) beginTrial(l *loaded) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if q := &rt.suspects; q.trial == l && !rt.over {
		q.until = time.Now().Add(rt.config.Lease)
		q.timer.Reset(rt.config.Lease)
	}
}

// endTrial lets the next one have its trial, if it was this one's, or there was no room. The caller holds the lock.
func (rt *Runtime) endTrial(l *loaded) {
	if q := &rt.suspects; q.trial == l {
		q.trial = nil
	}
	rt.nextTrial()
}

// extra counts the run that is on trial: it takes none of the places that others need, but one of its own.
func (q *suspects) extra() int {
	if q.trial == nil || q.trial.resting.Load() || q.trial.leaving {
		return 0
	}
	return 1
}

// trialDue is called when a trial may begin, or may have gone on for long enough.
func (rt *Runtime) trialDue() {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	q := &rt.suspects
	if q.trial == nil {
		rt.nextTrial()
		return
	}
	if l := q.trial; !q.until.IsZero() && !rt.over && !time.Now().Before(q.until) {
		q.until = time.Time{}
		rt.jobs.Go(func() { rt.acquit(l) })
	}
}

// acquit ends the trial of a run that has killed nobody for the time of a lease: it is no suspect any more. How this
// life ends, and what it leaves undone, is not known yet.
func (rt *Runtime) acquit(l *loaded) {
	if err := l.account(l.epoch-1, 0); err != nil {
		l.notDone(combinators.LevelDebug, "acquit the run", err)
	} else {
		l.gotOn.Store(true)
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.endTrial(l)
}

// getsOn notes that the run has made a record: whatever it was suspected of, it was not that.
func (l *loaded) getsOn() {
	if l.gotOn.Swap(true) || !l.past.suspect() {
		return
	}
	l.rt.mu.Lock()
	defer l.rt.mu.Unlock()
	l.rt.endTrial(l)
}

// unproven tells whether it would count against the run, with others, if the process were to die now.
func (l *loaded) unproven() bool { return l.past.crashes > 0 && !l.gotOn.Load() }

// delay is how long a suspect waits at least: the longer, the more often the process died during its trials, so that
// all others get on meanwhile.
func (rt *Runtime) delay(p past) time.Duration {
	longest := rt.longestDelay()
	return min(longest/128<<min(p.trials, maxTrials), longest)
}

func (rt *Runtime) longestDelay() time.Duration { return rt.config.Lease / 4 }
