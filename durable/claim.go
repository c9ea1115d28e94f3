package durable

import (
	"slices"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// maxClaim is how many runs are claimed in one transaction at most.
const maxClaim = 256

// keeper is the goroutine that renews leases and claims runs. That it does both, one after the other, means that each
// lease of which a Renew tells is that of a run in memory, or of one that was claimed without our knowing.
type keeper struct {
	*Runtime
	renewAt, pollAt time.Time
	// notBefore is when claims go on after one that failed, or that found nothing although something was due.
	notBefore time.Time
	// refill is when a queue that the last claim left out, because of its rate, may be claimed from again.
	refill time.Time
	// How often in a row a claim failed, found nothing, and a renewal failed.
	failed, vain, unrenewed int
}

func (rt *Runtime) keep() {
	k := keeper{Runtime: rt, renewAt: time.Now().Add(rt.config.Lease / 3)}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(time.Until(k.next()))
		select {
		case <-rt.root.Done():
			return
		case <-rt.alarm.wake:
		case <-timer.C:
		}
		if !time.Now().Before(k.renewAt) {
			k.renew()
		}
		if ids := k.misfits.choice(); len(ids) > 0 {
			k.adopt(ids)
		}
		if at, ok := k.claimAt(); ok && !time.Now().Before(at) {
			k.claim()
		}
	}
}

// next is when there is something to do, unless the alarm rings before.
func (k *keeper) next() time.Time {
	if at, ok := k.claimAt(); ok && at.Before(k.renewAt) {
		return at
	}
	return k.renewAt
}

// claimAt is when to claim next. It is false while there is no room.
func (k *keeper) claimAt() (at time.Time, ok bool) {
	k.mu.Lock()
	room := k.roomLocked()
	_, soonest, some := k.shares(time.Now())
	k.mu.Unlock()
	if room == 0 || !some && soonest.IsZero() {
		return at, false
	}
	if at = k.pollAt; !some {
		at = soonest
	} else if !k.refill.IsZero() && k.refill.Before(at) {
		at = k.refill
	}
	if due := k.alarm.next(); some && !due.IsZero() && due.Before(at) {
		at = due
	}
	if at.Before(k.notBefore) {
		at = k.notBefore
	}
	return at, true
}

// room is how many more runs may be claimed.
func (rt *Runtime) room() int {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.roomLocked()
}

func (rt *Runtime) roomLocked() int {
	if rt.closing || len(rt.names) == 0 {
		return 0
	}
	busy := rt.config.MaxConcurrent - rt.busy + rt.suspects.extra()
	loaded := rt.config.MaxLoaded - rt.crowding() + rt.idle.list.Len() // which can be unloaded
	return max(0, min(busy, loaded, maxClaim))
}

// claim takes runs that are due.
func (k *keeper) claim() {
	k.mu.Lock()
	c := store.Claim{Owner: k.owner, Lease: k.config.Lease, Max: k.roomLocked(), Flows: k.names}
	var some bool
	if c.Queues, k.refill, some = k.shares(time.Now()); c.Max == 0 || !some {
		k.mu.Unlock()
		return
	}
	k.claiming, k.missed = true, map[string][]store.Notice{}
	k.alarm.forget() // what is told from now on, and a place that is free from now on, may come too late for this claim
	k.mu.Unlock()
	began := time.Now()
	claimed, err := k.store.Claim(k.root, c)
	k.register(claimed.Runs, began.Add(c.Lease))
	if err == nil && k.audience.listens(k.root, combinators.LevelOff) {
		k.audience.tellApart(k.root, &fact.Claimed{Runs: len(claimed.Runs), Took: time.Since(began)})
	}
	now := time.Now()
	k.pollAt = now.Add(k.config.Poll)
	switch {
	case err != nil:
		k.outage.failed(k.root, "claim", err)
		k.notBefore = now.Add(retryPause(k.failed))
		k.failed++
		k.alarm.at(now)
		k.renewAt = now // it may have claimed some
		return
	case len(claimed.Runs) == 0 && !claimed.Next.IsZero() && !claimed.Next.After(now):
		k.notBefore = now.Add(retryPause(k.vain)) // its clock is not ours
		k.vain++
	default:
		k.vain = 0
	}
	if k.failed > 0 {
		k.failed = 0
		k.outage.over(k.root)
	}
	if !claimed.Next.IsZero() {
		k.alarm.at(claimed.Next)
	}
}

// register has runs carried out that were claimed until the given time at least.
func (rt *Runtime) register(runs []store.History, until time.Time) {
	rt.mu.Lock()
	missed := rt.missed
	rt.claiming, rt.missed = false, nil
	rt.change()
	var crowded, news []*loaded
	now := time.Now()
	for _, h := range runs { // each is a copy, so that none keeps the others in memory
		if rt.over || rt.flows[h.Run.Flow] == nil {
			continue // the lease runs out
		}
		l := rt.newLoaded(&h, until)
		if old := rt.runs[l.id]; old != nil {
			if !old.leaving { // else its last write is under way: it was made, mostly, and if not it is refused
				crowded = append(crowded, old)
			}
			rt.forget(old)
		}
		rt.runs[l.id] = l
		rt.busy++
		l.queue.enter(now, h.Run.Key)
		l.draining = rt.closing
		if slices.ContainsFunc(missed[l.id], l.concerns) {
			news = append(news, l)
		}
		rt.jobs.Go(func() { l.carryOut(&h) })
	}
	rt.mu.Unlock()
	for _, old := range crowded {
		old.stop(errLost)
	}
	for _, l := range news {
		rt.look(l)
	}
	rt.crowd()
}
