package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// candidates are runs that may be claimed.
type candidates struct {
	runs   []candidate
	spoilt []spoilt
	next   time.Time // when the earliest one that is not among them is due
}

type candidate struct {
	id, seq int64
	history store.History
}

// due is a run that may be claimed, before it is loaded.
type due = shares.Due[int64]

// candidates looks for runs that are due. It reads one entry of the index for each lane, and as many as it may claim of
// the lanes in which something is due, however many runs wait. No lease begins between this and the transaction that
// takes them: claims are made one at a time.
func (s *Store) candidates(ctx context.Context, k *conn, c store.Claim) (candidates, error) {
	at := time.Now()
	over, leased, next := s.leases.look(at, c)
	all, err := readOver(ctx, k, over)
	if err != nil {
		return candidates{}, err
	}
	now := at.UnixMicro()
	lanes, turns, err := k.lanes(ctx, c)
	if err != nil {
		return candidates{}, err
	}
	for _, l := range worthReading(lanes, turns, c, leased, now) {
		here, err := l.read(ctx, k, now)
		if err != nil {
			return candidates{}, err
		}
		all = append(all, here...)
	}
	slices.SortFunc(all, func(a, b due) int { return cmp.Compare(a.Run, b.Run) })
	ids, left := shares.Choose(c, leased, all)
	if left {
		next = wall(at)
	} else if next, err = nextOf(ctx, k, lanes, now, next); err != nil {
		return candidates{}, err
	}
	out := candidates{runs: make([]candidate, 0, len(ids)), next: next}
	for _, id := range ids {
		h, err := s.candidate(ctx, k, id)
		switch {
		case errors.Is(err, store.ErrCorrupt) && h.id != 0:
			out.spoilt = append(out.spoilt, spoilt{h, err})
		case err != nil:
			return candidates{}, err
		default:
			out.runs = append(out.runs, h)
		}
	}
	return out, nil
}

func (s *Store) candidate(ctx context.Context, k *conn, id int64) (candidate, error) {
	f, err := s.run(ctx, k, selectRun+"WHERE r.id = ?", id)
	c := candidate{id: f.id, seq: f.seq, history: store.History{Run: f.Run}}
	if err == nil && f.id != 0 {
		c.history, err = s.history(ctx, k, f, store.Mark{})
	}
	return c, err
}

// nextOf returns when the first run that is not due becomes it, in the lanes or at the time that is known already.
func nextOf(ctx context.Context, k *conn, lanes []lane, now int64, next time.Time) (time.Time, error) {
	for i := range lanes {
		later, err := lanes[i].next(ctx, k, now)
		if err != nil {
			return next, err
		}
		if later != 0 {
			next = earlier(next, time.UnixMicro(later).UTC())
		}
	}
	return next, nil
}

// leastTurns is how many runs are read at least of each lane of those that take turns.
const leastTurns = 8

// worthReading returns the lanes in which something is due, with how much of each is to be read. Of those that take
// turns no more are worth it than keys that may have their turn in this claim, and of each no more than a multiple of
// its part: if that is not enough, the claim ends with it, and another one goes on.
func worthReading(
	lanes, turns []lane, c store.Claim, leased map[shares.Slot]int, now int64,
) (worth []lane) {
	byQueue := map[string][]lane{}
	for _, l := range turns {
		if l.due <= now {
			byQueue[l.queue] = append(byQueue[l.queue], l)
		}
	}
	perKey := map[string]int{}
	for _, q := range c.Queues {
		if perKey[q.Queue] = q.PerKey; q.PerKey > 0 {
			worth = append(worth, worthTurns(byQueue[q.Queue], q, c.Max, leased)...)
		}
	}
	for _, l := range lanes {
		if l.due <= now && perKey[l.queue] == 0 {
			l.most = c.Max + 1
			worth = append(worth, l)
		}
	}
	return worth
}

func worthTurns(turns []lane, q store.Share, most int, leased map[shares.Slot]int) []lane {
	turns = slices.DeleteFunc(turns, func(l lane) bool { return leased[l.slot()] >= q.PerKey })
	slices.SortFunc(turns, func(a, b lane) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(leased[a.slot()], leased[b.slot()]),
			shares.Turn(q, a.key, b.key), cmp.Compare(a.due, b.due))
	})
	keys := map[string]bool{}
	for i, l := range turns {
		if keys[l.key] = true; len(keys) > most+1 {
			turns = turns[:i]
			break
		}
	}
	for i := range turns {
		l := &turns[i]
		l.most = min(max(leastTurns, 2*(most+1)/len(turns)), q.PerKey-leased[l.slot()])
	}
	return turns
}

// readOver looks up the runs whose leases have run out.
func readOver(ctx context.Context, k *conn, over []ran) ([]due, error) {
	var all []due
	for _, l := range over {
		err := k.each(ctx, selectPriority, func(r *row) error {
			d := due{Run: l.id, Priority: r.int(0), At: l.until.UnixMicro()}
			d.Slot = l.slot
			all = append(all, d)
			return nil
		}, l.id, l.owner)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// earlier returns the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
