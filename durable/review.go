package durable

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// review has a try at the runs that others have blocked.
func (rt *Runtime) review() {
	every := reviewEvery
	if !store.HearsAll(rt.store) {
		every = rt.config.Lease
	}
	m := &rt.misfits
	lookAt, notBefore := time.Now().Add(every), time.Time{}
	timer := time.NewTimer(every)
	defer timer.Stop()
	for {
		at := m.soonest(lookAt)
		if at.Before(notBefore) {
			at = notBefore
		}
		timer.Reset(time.Until(at))
		select {
		case <-rt.root.Done():
			return
		case <-m.wake:
		case <-timer.C:
		}
		now := time.Now()
		switch {
		case now.Before(notBefore):
			continue
		case rt.room() == 0: // somebody else may have some
			notBefore = now.Add(reviewPause)
			continue
		case m.wanted() || !now.Before(lookAt):
			rt.seekBlocked(rt.root, now)
			lookAt = now.Add(every)
		}
		if ids := m.due(now); len(ids) > 0 {
			rt.retryBlocked(rt.root, ids, now)
			notBefore = now.Add(reviewPause)
		}
	}
}

// seekBlocked looks for the runs that others have blocked.
func (rt *Runtime) seekBlocked(ctx context.Context, now time.Time) {
	q := store.Query{Statuses: []store.Status{store.Blocked}, Flows: rt.names, Queues: rt.queueNames, Limit: 500}
	for len(rt.names) > 0 {
		page, err := rt.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return // it is looked for again
		}
		for _, r := range page {
			if yes, at := rt.misfits.attempt(r, now); yes || !at.IsZero() {
				rt.misfits.later(r.ID, at)
			}
		}
		q.After = cursorOf(page)
	}
}

// retryBlocked tries runs that others have blocked.
func (rt *Runtime) retryBlocked(ctx context.Context, ids []string, now time.Time) {
	q := store.Query{
		IDs: ids, Statuses: []store.Status{store.Blocked}, Flows: rt.names, Queues: rt.queueNames, Limit: len(ids),
	}
	page, err := rt.store.List(ctx, q)
	if err != nil {
		rt.misfits.postpone(ids, now)
		return
	}
	var chosen []string
	var writes []store.Write
	var before []store.Run
	_, takes := rt.store.(store.Taker)
	for _, r := range page {
		if r.Trials >= maxTrials || overdue(r, 0) {
			continue // it kills whoever tries, or is ended soon
		}
		yes, at := rt.misfits.attempt(r, now)
		switch {
		case !yes && at.IsZero():
		case !yes:
			rt.misfits.later(r.ID, at)
		case takes && rt.unlimited(r.Queue): // limits are for claims to keep
			rt.misfits.attempted(r, now)
			chosen = append(chosen, r.ID)
		default:
			rt.misfits.attempted(r, now)
			s := r.State
			s.Status, s.Due, s.Reason = store.Waiting, exact(now), ""
			if r.Created.Before(now) {
				s.Due = r.Created // before others, so that it is claimed at once: here, mostly
			}
			writes = append(writes, store.Write{Run: r.ID, State: &s, Revision: r.Revision})
			before = append(before, r)
		}
	}
	if len(chosen) > 0 {
		rt.misfits.choose(chosen)
		rt.alarm.ring()
	}
	if len(writes) == 0 {
		return
	}
	if err := rt.commitAll(ctx, before, writes); err != nil {
		rt.misfits.postpone(ids, now)
	}
	rt.alarm.at(now)
}

// adopt takes runs that others have blocked. Those for which there is no room, and those that somebody was at, are
// looked at again: they may still be blocked.
func (k *keeper) adopt(ids []string) {
	taker := k.store.(store.Taker)
	began := time.Now()
	defer k.misfits.postpone(ids, began)
	k.mu.Lock()
	wanted := ids[:min(len(ids), k.roomLocked())]
	if len(wanted) == 0 {
		k.mu.Unlock()
		return
	}
	k.claiming, k.missed = true, map[string][]store.Notice{}
	k.mu.Unlock()
	taken, err := taker.Take(k.root, k.owner, k.config.Lease, wanted)
	k.register(taken, began.Add(k.config.Lease))
	if err != nil {
		k.renewAt = time.Now() // it may have taken some
	}
}
