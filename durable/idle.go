package durable

import (
	"container/list"
	"errors"
	"sync"
	"time"
)

// idleList holds the runs in memory that wait, those first that have waited longest.
type idleList struct {
	// turn is held by whoever takes runs off the list to unload them: until they leave, they count as being in memory,
	// and others would be unloaded for them, too. It is taken before the runtime's lock.
	turn  sync.Mutex
	list  list.List // of *loaded
	timer *time.Timer
	armed bool
}

// rest notes that every strand of a run waits: it takes no slot, and is unloaded after a while.
func (rt *Runtime) rest(l *loaded) {
	rt.mu.Lock()
	if rt.runs[l.id] != l || l.leaving || l.resting.Load() {
		rt.mu.Unlock()
		return
	}
	l.resting.Store(true)
	rt.busy--
	rt.enlist(l)
	hurry := l.unproven() || l.queue.scarce() // it would be killed with others for nothing, or has the place of others
	if hurry {
		rt.delist(l)
	}
	rt.nextTrial()
	rt.mu.Unlock()
	if _, idle := l.journal.Load().Idle(); !idle {
		rt.stir(l) // it was woken before it was on the list
	} else if hurry {
		rt.unload(l, true)
	}
	rt.roomMade()
	rt.crowd()
}

// enlist puts a run at the end of the list. The caller holds the lock.
func (rt *Runtime) enlist(l *loaded) {
	l.idleSince = time.Now()
	l.place = rt.idle.list.PushBack(l)
	if !rt.idle.armed && !rt.over {
		rt.idle.armed = true
		rt.idle.timer.Reset(rt.config.UnloadAfter)
	}
}

// forget takes a run out of memory. The caller holds the lock.
func (rt *Runtime) forget(l *loaded) {
	if rt.runs[l.id] != l {
		return
	}
	delete(rt.runs, l.id)
	l.queue.exit()
	rt.delist(l)
	rt.suspects.drop(l)
	if !l.resting.Load() {
		rt.busy--
	}
	if l.leaving {
		rt.departing--
	}
	rt.endTrial(l)
	rt.change()
}

// gone notes that the life of a run is over.
func (rt *Runtime) gone(l *loaded) {
	l.end(errGone)
	l.cancel(errGone)
	rt.mu.Lock()
	rt.forget(l)
	rt.mu.Unlock()
	rt.roomMade()
	if l.queue != nil {
		rt.freed(l.queue.Name)
	}
}

// errGone is the cause of contexts that outlive their run.
var errGone = errors.New("the run has ended, or has left this process")

// roomMade has runs claimed that had to wait for others.
func (rt *Runtime) roomMade() {
	if due := rt.alarm.next(); !due.IsZero() && !due.After(time.Now()) {
		rt.alarm.ring()
	}
}

// depart notes that the last write of a run is under way.
func (rt *Runtime) depart(l *loaded) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.runs[l.id] == l && !l.leaving {
		l.leaving = true
		rt.departing++
		rt.delist(l)
	}
}

// stir notes that a run does something again. It is called at each step, so it costs next to nothing when the run was
// not at rest.
func (rt *Runtime) stir(l *loaded) {
	if !l.resting.Load() {
		return
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if l.resting.Load() && !l.leaving && rt.runs[l.id] == l {
		l.resting.Store(false)
		rt.busy++
		rt.delist(l)
	}
}

// delist takes a run off the list. The caller holds the lock.
func (rt *Runtime) delist(l *loaded) {
	if l.place != nil {
		rt.idle.list.Remove(l.place)
		l.place = nil
	}
}

// unloadIdle is called when the run that has waited longest may have waited long enough.
func (rt *Runtime) unloadIdle() {
	rt.idle.turn.Lock()
	defer rt.idle.turn.Unlock()
	now := time.Now()
	var ripe []*loaded
	rt.mu.Lock()
	rt.idle.armed = false
	for e := rt.idle.list.Front(); e != nil; e = rt.idle.list.Front() {
		l := e.Value.(*loaded)
		if left := rt.config.UnloadAfter - now.Sub(l.idleSince); left > 0 {
			if !rt.over {
				rt.idle.armed = true
				rt.idle.timer.Reset(left)
			}
			break
		}
		rt.delist(l)
		ripe = append(ripe, l)
	}
	rt.mu.Unlock()
	for _, l := range ripe {
		rt.unload(l, false)
	}
}

// crowding is how many runs in memory MaxLoaded is about. The caller holds the lock.
func (rt *Runtime) crowding() int {
	return len(rt.runs) - rt.departing - len(rt.suspects.queue) - rt.suspects.extra()
}

// crowd unloads the runs that have waited longest while there are too many in memory.
func (rt *Runtime) crowd() {
	rt.idle.turn.Lock()
	defer rt.idle.turn.Unlock()
	for {
		rt.mu.Lock()
		e := rt.idle.list.Front()
		if e == nil || rt.crowding() <= rt.config.MaxLoaded {
			rt.mu.Unlock()
			return
		}
		l := e.Value.(*loaded)
		rt.delist(l)
		rt.mu.Unlock()
		rt.unload(l, true)
	}
}

// unload unloads a run that was taken off the list, unless it has something to do, or soon will have.
func (rt *Runtime) unload(l *loaded, anyway bool) {
	j := l.journal.Load()
	until, idle := j.Idle()
	l.told.Store(l.ctx.Err() != nil)
	switch {
	case !idle:
		rt.stir(l)
	case !anyway && !until.IsZero() && time.Until(until) <= rt.config.UnloadAfter:
		rt.mu.Lock()
		defer rt.mu.Unlock()
		if l.resting.Load() && l.place == nil && !l.leaving && rt.runs[l.id] == l {
			rt.enlist(l)
		}
	case j.Unload():
		rt.depart(l)
	default:
		rt.stir(l)
	}
}
