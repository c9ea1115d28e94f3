package durable

import (
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// errLost is why a run is stopped in this process whose lease is not ours any more.
var errLost = fmt.Errorf("the run is somebody else's now: %w", store.ErrFenced)

// errLapsed is why a run is stopped whose lease could not be renewed in time.
var errLapsed = fmt.Errorf("the run may be somebody else's now, because its lease could not be renewed: %w",
	store.ErrFenced)

// renew lets all leases last longer, and finds out what notices did not tell.
func (k *keeper) renew() {
	began := time.Now()
	held, err := k.store.Renew(k.root, k.owner, k.config.Lease)
	if err != nil {
		k.outage.failed(k.root, "renew", err)
		k.renewAt = time.Now().Add(retryPause(k.unrenewed))
		k.unrenewed++
		return
	}
	if k.unrenewed > 0 {
		k.unrenewed = 0
		k.outage.over(k.root)
	}
	k.renewAt = began.Add(k.config.Lease / 3)
	lost, behind, strays := k.compare(held, began)
	for _, l := range lost {
		l.stop(errLost)
	}
	for _, l := range behind {
		k.look(l)
	}
	if len(strays) > 0 {
		k.spawn(func() { k.giveBack(strays) })
	}
}

// compare compares the leases that were renewed with the runs in memory: those that have none any more, those of which
// there is news, and leases without a run. All that is in memory was claimed before.
func (rt *Runtime) compare(held []store.Held, began time.Time) (lost, news []*loaded, strays []store.Held) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.round++
	for _, h := range held {
		l := rt.runs[h.Run]
		if l == nil || l.epoch != h.Epoch {
			strays = append(strays, h)
			continue
		}
		l.until, l.renewed = began.Add(rt.config.Lease), rt.round
		if h.Revision > l.revision.Load() || h.Messages > l.seen() {
			news = append(news, l)
		}
	}
	for _, l := range rt.runs {
		if l.renewed != rt.round && !l.leaving {
			lost = append(lost, l)
		}
	}
	return lost, news, strays
}

// giveBack ends leases that nobody here makes use of: of runs that were claimed by a call that failed, or whose lease
// lapsed and was then found not to be taken. They are claimed anew, in another epoch, so that nothing that is still
// under way in the old one can be written.
func (rt *Runtime) giveBack(strays []store.Held) {
	for _, h := range strays {
		if err := rt.giveBackOne(h); err != nil {
			rt.audience.tell(rt.root, &fact.NotDone{
				Run: fact.Run{ID: h.Run, Life: h.Epoch}, Operation: "give back a lease", Err: err,
				Level: combinators.LevelDebug,
			})
		}
	}
}

func (rt *Runtime) giveBackOne(h store.Held) error {
	row, err := rt.insisting.row(rt.root, h.Run)
	if err != nil {
		return err
	}
	rt.mu.Lock()
	l := rt.runs[h.Run]
	rt.mu.Unlock()
	if row.Owner != rt.owner || row.Epoch != h.Epoch || l != nil && l.epoch == h.Epoch {
		return nil // it is in order meanwhile
	}
	s := row.State
	s.Status, s.Due = store.Waiting, exact(time.Now())
	stayHeld(&row, &s, time.Now())
	err = rt.commits.commit(rt.root, store.Write{
		Run: h.Run, Epoch: h.Epoch, State: &s, Revision: row.Revision, Release: true,
	})
	if err == nil {
		rt.tellWritten(rt.root, row, s)
	}
	if errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrChanged) {
		return nil // the next renewal tells
	}
	return err
}

// lapse stops the runs whose leases have not been renewed in time.
func (rt *Runtime) lapse() {
	now := time.Now()
	next := now.Add(rt.config.Lease)
	var lapsed []*loaded
	rt.mu.Lock()
	for _, l := range rt.runs {
		switch {
		case !now.Before(l.until):
			lapsed = append(lapsed, l)
		case l.until.Before(next):
			next = l.until
		}
	}
	if !rt.over {
		rt.lapses.Reset(next.Sub(now))
	}
	rt.mu.Unlock()
	for _, l := range lapsed {
		l.stop(errLapsed)
	}
}
