package redis

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// How many runs one script leases, how many it takes from those whose leases have run out, and after how many records
// and messages it stops: so that the server has time for others.
const (
	mostClaimed = 200
	mostLate    = 500
	enough      = 10_000
)

// Claim leases runs that are due: see [store.Store]. It looks at each priority that runs of the flows have in a queue,
// at each owner that has leases of them, and with a limit for each key at each key that has a run which is due.
func (s *Store) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	c.Flows = slices.Compact(slices.Sorted(slices.Values(c.Flows)))
	c.Queues = slices.Clone(c.Queues)
	claimed, err := call(ctx, s, "claim", func(ctx context.Context) (claimed claimed, err error) {
		for left := c.Max; left > 0; {
			some := min(left, mostClaimed)
			before := len(claimed.Runs)
			n, again, err := s.claim(ctx, c, some, &claimed)
			if err != nil {
				return claimed, err
			}
			left -= n
			take(c.Queues, claimed.Runs[before:])
			if n < some && !again {
				break
			}
		}
		return claimed, nil
	})
	if err == nil && len(claimed.spoilt) > 0 {
		_, err = s.Commit(ctx, claimed.spoilt)
	}
	if err != nil {
		return store.Claimed{}, err
	}
	return claimed.Claimed, nil
}

// take subtracts runs that were claimed from what may be claimed of their queues. A Max below zero is nothing at all.
func take(queues []store.Share, runs []store.History) {
	for i := range queues {
		q := &queues[i]
		for _, h := range runs {
			if q.Max > 0 && h.Run.Queue == q.Queue {
				if q.Max--; q.Max == 0 {
					q.Max = -1
				}
			}
		}
	}
}

// claimed is what was claimed.
type claimed struct {
	store.Claimed
	spoilt []store.Write // that take runs out of the way of others of which something cannot be read
}

// claim leases at most so many runs, and returns how many. It is to be called again if there was too much to do
// for one script.
func (s *Store) claim(ctx context.Context, c store.Claim, most int, all *claimed) (n int, again bool, err error) {
	args := []any{s.channel, s.self, c.Owner, c.Lease.Microseconds(), most, mostLate, enough}
	args = append(args, len(c.Flows))
	for _, flow := range c.Flows {
		args = append(args, flow)
	}
	args = append(args, len(c.Queues))
	for _, q := range c.Queues {
		args = append(args, q.Queue, q.Max, max(0, q.Total), max(0, q.PerKey), q.After)
	}
	asked := s.clocks.Time()
	reply, err := s.run(ctx, claimScript, args...)
	if err != nil {
		return 0, false, err
	}
	answer, err := list(reply, 6)
	if err != nil {
		return 0, false, err
	}
	s.told(answer[3])
	now, err := parseTime(text(answer[0]))
	if err == nil {
		all.Next, err = parseTime(text(answer[1]))
	}
	if err != nil {
		return 0, false, odd(reply)
	}
	s.clocks.Measure(asked, now)
	all.Next = s.clocks.Here(all.Next)
	taken, err := list(answer[4], 0)
	if err != nil {
		return 0, false, err
	}
	for _, one := range taken {
		if err := s.leasedRun(one, all); err != nil {
			return 0, false, err
		}
	}
	aside, err := list(answer[5], 0)
	if err != nil {
		return 0, false, err
	}
	for _, one := range aside {
		if err := s.setAside(one, all); err != nil {
			return 0, false, err
		}
	}
	return len(taken), answer[2] == int64(1), nil
}

// leasedRun reads a run that was leased.
func (s *Store) leasedRun(reply any, all *claimed) error {
	one, err := list(reply, 4)
	if err != nil {
		return err
	}
	f, err := s.read(text(one[0]), one[1], one[2], one[3], math.MinInt64)
	if err != nil {
		return err
	}
	if f.spoilt != nil {
		all.spoil(f.Run, f.spoilt)
		return nil
	}
	all.Runs = append(all.Runs, f.History)
	return nil
}

// setAside reads a run that is damaged, of which the script has made one that is blocked. If the damage is still there
// nothing else can be written to it, and those who read it are told; or else the reason is kept.
func (s *Store) setAside(reply any, all *claimed) error {
	one, err := list(reply, 3)
	if err != nil || one[1] == nil {
		return err
	}
	fields, err := fieldsOf(one[1])
	if err != nil {
		return err
	}
	id := text(one[0])
	run, spoilt := s.unpack(id, fields)
	if spoilt == nil {
		run.Epoch = 0
		all.spoil(run, corrupt(id, "%s cannot be read", text(one[2])))
	}
	return nil
}

func (c *claimed) spoil(run store.Run, why error) {
	state := run.State
	state.Status, state.Due, state.Reason = store.Blocked, time.Time{}, why.Error()
	c.spoilt = append(c.spoilt, store.Write{
		Run: run.ID, Epoch: run.Epoch, State: &state, Revision: run.Revision, Release: true,
	})
}
