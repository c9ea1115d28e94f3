package file

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// Claim leases runs that are due: see [store.Store]. It looks at all runs that have not finished. One whose history
// cannot be read is blocked, with the reason, until somebody mends or removes it. If it is the disk that does not read
// it, or a permission that is missing, twice, the run is left out, and tried again after a second, and later each
// time, up to a minute; the others are claimed meanwhile. The error is that of a claim that has found no other run.
func (s *Store) Claim(ctx context.Context, c store.Claim) (claimed store.Claimed, err error) {
	err = s.change(ctx, "claim", func(t *transaction) error {
		histories := map[string]store.History{}
		for failed := 0; ; {
			due, next := whole.Due(t.readable(), c, t.now)
			again, unread := t.read(due, histories)
			if failed += unread; again && failed < mostUnread {
				continue // others may take its place, within the same limits
			}
			claimed = store.Claimed{Runs: t.take(c, due, histories), Next: next}
			if len(claimed.Runs) == 0 {
				return s.untold()
			}
			return nil
		}
	})
	if err != nil {
		return store.Claimed{}, err
	}
	return claimed, nil
}

// read adds the histories of runs to those that were read before, and sees to the runs that cannot be read: others are
// to be chosen again. It counts those that the disk does not read.
func (t *transaction) read(runs []*whole.Run, histories map[string]store.History) (again bool, unread int) {
	for _, d := range runs {
		id := d.Run.ID
		if _, ok := histories[id]; ok {
			continue
		}
		changed := t.change(id)
		r := changed.after
		h, err := t.store.know(r)
		switch {
		case err == nil:
			histories[id] = h
			delete(t.store.unread, id)
			continue
		case errors.Is(err, store.ErrCorrupt):
			changed.lasting = true
			owner := r.Run.Run.Owner
			r.block(err)
			_ = t.store.keepFile(fileOf(id)) // it is kept in its place, too
			t.tell(r, owner, false)
		default:
			t.store.putOff(id, err, t.now)
			unread++
		}
		again = true
	}
	return again, unread
}

// take leases runs whose histories were read.
func (t *transaction) take(c store.Claim, due []*whole.Run, histories map[string]store.History) []store.History {
	var taken []store.History
	for _, d := range due {
		h, ok := histories[d.Run.ID]
		if !ok {
			continue // it could not be read
		}
		changed := t.change(d.Run.ID)
		r := changed.after
		r.Claim(c, t.now)
		r.Run.Run.Due = moment(r.Run.Run.Due)
		changed.lasting = true
		t.tell(r, "", false)
		h.Run = cloneRun(&r.Run.Run)
		taken = append(taken, h)
	}
	return taken
}

// block takes a run out of the way of others that cannot be read. Nothing of it is removed.
func (r *run) block(why error) {
	row := &r.Run.Run
	row.Status, row.Due, row.Reason, row.Owner = store.Blocked, time.Time{}, why.Error(), ""
	row.Epoch++
	row.Revision++
}

// Renew lets the leases of an owner last longer: see [store.Store]. It writes nothing: no lease outlives the process.
func (s *Store) Renew(ctx context.Context, owner string, lease time.Duration) (held []store.Held, err error) {
	err = s.change(ctx, "renew", func(t *transaction) error {
		held = nil
		var ids []string
		for r := range t.claimable() {
			if r.Run.Owner == owner {
				ids = append(ids, r.Run.ID)
			}
		}
		for _, id := range ids {
			if h, ok := t.change(id).after.Renew(owner, lease, t.now); ok {
				held = append(held, h)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}
