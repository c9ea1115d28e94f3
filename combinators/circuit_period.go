package combinators

import (
	"math"
	"sync/atomic"
	"time"
)

// never is the time of what has not happened.
const never = time.Duration(math.MinInt64)

// period is the time that a circuit spends in one state: a generation.
type period struct {
	number       uint64
	state        State
	since, until time.Duration // until is when an open period is over
	opens        int           // how often the circuit has opened since it was last closed

	// What a closed circuit without a window changes when a call succeeds is written without a lock.
	successes, neutral, rejected, streak atomic.Int64
	lastSuccess                          atomic.Int64

	// The rest is guarded by the circuit's lock.
	failures, slow int64
	trials, passed int // trials that are under way, and that have succeeded
	window         window
	lastFailure    time.Duration
	lastError      error
}

// over tells whether an open period has passed.
func (p *period) over(now time.Duration) bool { return now >= p.until }

// succeeded writes down a success. What has the right value already is only read.
func (p *period) succeeded(now time.Duration) {
	p.lastSuccess.Store(int64(now))
	if p.streak.Load() != 0 {
		p.streak.Store(0)
	}
}

// next is the period that follows on p.
func (p *period) next(state State, since time.Duration) *period {
	n := &period{
		number:      p.number + 1,
		state:       state,
		since:       since,
		opens:       p.opens,
		lastFailure: p.lastFailure,
		lastError:   p.lastError,
	}
	n.lastSuccess.Store(p.lastSuccess.Load())
	return n
}

// settle makes an open circuit half-open if its period has passed. It needs the lock.
func (c *Circuit) settle(now time.Duration) *StateChange {
	if p := c.current.Load(); p.state == Open && p.over(now) {
		return c.move(HalfOpen, p.until, "the open period has passed")
	}
	return nil
}

// move begins the next period. It returns the change, if the state is another. It needs the lock.
func (c *Circuit) move(to State, now time.Duration, reason string) *StateChange {
	old := c.current.Load()
	p := old.next(to, now)
	switch to {
	case Closed:
		p.opens = 0
		p.window = newWindow(&c.config)
	case Open:
		if old.state != Open {
			p.opens++
		}
		p.until = addTime(now, c.config.openPeriod(p.opens))
	case HalfOpen, Isolated:
	}
	c.current.Store(p)
	if old.state == to {
		return nil
	}
	change := &StateChange{Circuit: c.config.Name, From: old.state, To: to, Reason: reason, Stats: c.stats(old, now)}
	if to == Open {
		change.OpenFor = p.until - now
	}
	if c.config.OnChange != nil {
		c.changes = append(c.changes, *change)
	}
	return change
}

// addTime adds without overflow.
func addTime(t, d time.Duration) time.Duration {
	if t > math.MaxInt64-d {
		return math.MaxInt64
	}
	return t + d
}
