package file

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// Claim leases runs that are due: see [store.Store]. It looks at all runs that have not finished. One whose history
// cannot be read is blocked, with the reason, until somebody mends or removes it.
func (s *Store) Claim(ctx context.Context, c store.Claim) (claimed store.Claimed, err error) {
	err = s.change(ctx, "claim", func(t *transaction) error {
		claimed = store.Claimed{}
		for {
			spoilt, err := t.claim(c, &claimed)
			if err != nil || !spoilt {
				return err
			}
		}
	})
	if err != nil {
		return store.Claimed{}, err
	}
	return claimed, nil
}

// claim claims as many runs as it may. It stops, and says so, once it has blocked one that was due.
func (t *transaction) claim(c store.Claim, claimed *store.Claimed) (spoilt bool, err error) {
	left := c
	left.Max -= len(claimed.Runs)
	if left.Max == 0 {
		return false, nil
	}
	due, next := whole.Due(t.claimable(), left, t.now)
	claimed.Next = next
	for _, d := range due {
		id := d.Run.ID
		changed := t.change(id)
		r := changed.after
		h, err := t.store.know(r)
		if errors.Is(err, store.ErrCorrupt) {
			changed.lasting = true
			owner := r.Run.Run.Owner
			r.block(err)
			_ = t.store.keepFile(fileOf(id)) // it is kept in its place, too
			t.tell(r, owner, false)
			spoilt = true
			continue
		}
		if err != nil {
			return false, err
		}
		r.Claim(c, t.now)
		r.Run.Run.Due = moment(r.Run.Run.Due)
		h.Run = cloneRun(&r.Run.Run)
		changed.lasting = true
		t.tell(r, "", false)
		claimed.Runs = append(claimed.Runs, h)
	}
	return spoilt, nil
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
