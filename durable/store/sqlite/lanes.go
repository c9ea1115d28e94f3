package sqlite

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
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

// lane is all that is due, or will be, of one flow and one priority.
type lane struct {
	flow     string
	priority int64
	due      int64 // the earliest
}

// due is a run that may be claimed, before it is loaded.
type due struct{ id, priority, at int64 }

// candidates looks for runs that are due. It reads one entry of the index for each lane, and as many as it may claim of
// the lanes in which something is due, however many runs wait.
func (s *Store) candidates(ctx context.Context, k *conn, c store.Claim) (candidates, error) {
	flows := make(map[string]bool, len(c.Flows))
	for _, f := range c.Flows {
		flows[f] = true
	}
	at := time.Now()
	over, next := s.leases.over(at, c.Owner, flows)
	all, err := readOver(ctx, k, over)
	if err != nil {
		return candidates{}, err
	}
	lanes, err := readLanes(ctx, k, slices.Sorted(maps.Keys(flows)))
	if err != nil {
		return candidates{}, err
	}
	for _, l := range lanes {
		later := l.due
		if l.due <= at.UnixMicro() {
			var here []due
			if here, later, err = l.read(ctx, k, at.UnixMicro(), c.Max); err != nil {
				return candidates{}, err
			}
			all = append(all, here...)
		}
		if later != 0 {
			next = earlier(next, time.UnixMicro(later).UTC())
		}
	}
	slices.SortFunc(all, func(a, b due) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
	})
	if len(all) > c.Max {
		for _, d := range all[c.Max:] {
			next = earlier(next, time.UnixMicro(d.at).UTC())
		}
		all = all[:c.Max]
	}
	out := candidates{runs: make([]candidate, 0, len(all)), next: next}
	for _, d := range all {
		h, err := s.candidate(ctx, k, d.id)
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

// selectLanes finds the lanes by jumping over the index from one to the next.
const selectLanes = `WITH RECURSIVE lanes (flow, priority) AS (
	SELECT wanted.flow, (SELECT max(r.priority) FROM baton_runs r INDEXED BY baton_due
		WHERE r.flow = wanted.flow AND r.due IS NOT NULL AND r.status NOT BETWEEN 4 AND 6)
		FROM (SELECT ` + listed + ` AS flow FROM json_each(?)) wanted
	UNION ALL
	SELECT l.flow, (SELECT max(r.priority) FROM baton_runs r INDEXED BY baton_due
		WHERE r.flow = l.flow AND r.priority < l.priority AND r.due IS NOT NULL AND r.status NOT BETWEEN 4 AND 6)
		FROM lanes l WHERE l.priority IS NOT NULL)
	SELECT l.flow, l.priority, (SELECT min(r.due) FROM baton_runs r INDEXED BY baton_due
		WHERE r.flow = l.flow AND r.priority = l.priority AND r.due IS NOT NULL AND r.status NOT BETWEEN 4 AND 6)
	FROM lanes l WHERE l.priority IS NOT NULL`

func readLanes(ctx context.Context, k *conn, flows []string) ([]lane, error) {
	var lanes []lane
	err := k.each(ctx, selectLanes, func(r *row) error {
		lanes = append(lanes, lane{r.text(0), r.int(1), r.int(2)})
		return nil
	}, list(flows))
	return lanes, err
}

const (
	selectDue = `SELECT id, due FROM baton_runs INDEXED BY baton_due WHERE flow = ? AND priority = ? AND due <= ?
		AND status NOT BETWEEN 4 AND 6 ORDER BY due, id LIMIT ?`
	selectLater = `SELECT min(due) FROM baton_runs INDEXED BY baton_due WHERE flow = ? AND priority = ? AND due > ?
		AND status NOT BETWEEN 4 AND 6`
	selectPriority = "SELECT priority FROM baton_runs WHERE id = ? AND owner = ?"
)

// read returns what is due in the lane, one more than most at the most, and when the next one is due after those, or 0.
func (l lane) read(ctx context.Context, k *conn, now int64, most int) (here []due, later int64, err error) {
	err = k.each(ctx, selectDue, func(r *row) error {
		here = append(here, due{id: r.int(0), priority: l.priority, at: r.int(1)})
		return nil
	}, l.flow, l.priority, now, int64(most)+1)
	if err != nil || len(here) > most {
		return here, 0, err
	}
	err = k.each(ctx, selectLater, func(r *row) error {
		later = r.int(0)
		return nil
	}, l.flow, l.priority, now)
	return here, later, err
}

// readOver looks up the runs whose leases have run out.
func readOver(ctx context.Context, k *conn, over []ran) ([]due, error) {
	var all []due
	for _, l := range over {
		err := k.each(ctx, selectPriority, func(r *row) error {
			all = append(all, due{id: l.id, priority: r.int(0), at: l.until.UnixMicro()})
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
