package combinators

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Circuit keeps calls from what fails: a circuit breaker (Nygard, Release It!, Pragmatic Bookshelf 2007). While closed
// it lets calls through and counts; when a rule of its [CircuitConfig] is met it opens and rejects calls; after a while
// it is half-open and lets a few through on trial, which close it if they succeed and open it again as soon as one
// fails.
//
// A call belongs to the generation in which it started: its outcome changes nothing once the state has changed. A
// circuit is safe for concurrent use, starts no goroutine, and may be shared by any number of executors.
type Circuit struct {
	config  CircuitConfig
	epoch   time.Time // the durations in a period count from here
	current atomic.Pointer[period]

	mu sync.Mutex // for a new period, and what a period says that it guards
	// changes are those that OnChange has not been told of yet; telling, that somebody is at it.
	changes []StateChange
	telling bool
}

// NewCircuit makes a closed circuit. It panics if the configuration makes no sense.
func NewCircuit(config CircuitConfig) *Circuit {
	c := &Circuit{config: config.withDefaults(), epoch: time.Now()}
	p := &period{number: 1, lastFailure: never, window: newWindow(&c.config)}
	p.lastSuccess.Store(int64(never))
	c.current.Store(p)
	return c
}

// Name is the name of the circuit.
func (c *Circuit) Name() string { return c.config.Name }

// State is what the circuit would do with a call now: if its open period has passed, it is half-open although there has
// been no call yet. It takes no lock.
func (c *Circuit) State() State {
	p := c.current.Load()
	if p.state == Open && p.over(c.now()) {
		return HalfOpen
	}
	return p.state
}

// Stats tells what is known about the circuit now.
func (c *Circuit) Stats() CircuitStats {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.current.Load()
	if p.state == Open && p.over(now) {
		p = p.next(HalfOpen, p.until) // as the next call will find it
	}
	return c.stats(p, now)
}

// Reset closes the circuit and forgets its counts. Calls that are under way no longer count.
func (c *Circuit) Reset() {
	c.force(func(_ *period, now time.Duration) { c.move(Closed, now, "reset") })
}

// Trip opens the circuit as if a rule had been met, and begins the open period anew if it is open. It does nothing to
// one that is isolated.
func (c *Circuit) Trip() {
	c.force(func(p *period, now time.Duration) {
		if p.state != Isolated {
			c.move(Open, now, "tripped")
		}
	})
}

// Isolate makes the circuit reject every call until [Circuit.Reset].
func (c *Circuit) Isolate() {
	c.force(func(p *period, now time.Duration) {
		if p.state != Isolated {
			c.move(Isolated, now, "isolated")
		}
	})
}

// force changes the state from outside.
func (c *Circuit) force(change func(p *period, now time.Duration)) {
	now := c.now()
	c.mu.Lock()
	c.settle(now)
	change(c.current.Load(), now)
	c.mu.Unlock()
	c.tell(context.Background())
}

// now reads the monotonic clock only, which takes half as long as time.Now.
func (c *Circuit) now() time.Duration { return time.Since(c.epoch) }

// at is the time of a reading, or zero if there was none.
func (c *Circuit) at(d time.Duration) time.Time {
	if d == never {
		return time.Time{}
	}
	return c.epoch.Add(d)
}

// stats needs the lock.
func (c *Circuit) stats(p *period, now time.Duration) CircuitStats {
	s := CircuitStats{
		State:               p.state,
		Generation:          p.number,
		Since:               c.at(p.since),
		Successes:           p.successes.Load(),
		Failures:            p.failures,
		Neutral:             p.neutral.Load(),
		Slow:                p.slow,
		Rejected:            p.rejected.Load(),
		ConsecutiveFailures: p.streak.Load(),
		Trials:              p.trials,
		LastSuccess:         c.at(time.Duration(p.lastSuccess.Load())),
		LastFailure:         c.at(p.lastFailure),
		LastError:           p.lastError,
	}
	if p.state == Open {
		s.RetryAfter = max(0, p.until-now)
	}
	t := tally{s.Successes + s.Failures, s.Failures, s.Slow}
	if p.window != nil {
		t = p.window.tally(now)
	}
	s.WindowCalls, s.FailureRate, s.SlowRate = t.calls, t.failureRate(), t.slowRate()
	return s
}

// tell calls OnChange for the changes that it has not been told of, unless somebody is at it, who then goes on with
// these.
func (c *Circuit) tell(ctx context.Context) {
	if c.config.OnChange == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.telling {
		return
	}
	c.telling = true
	defer func() { c.telling = false }() // also if the callback exits the goroutine
	for len(c.changes) > 0 {
		change := c.changes[0]
		c.changes = c.changes[1:]
		c.tellOne(ctx, change)
	}
}

func (c *Circuit) tellOne(ctx context.Context, change StateChange) {
	c.mu.Unlock()
	defer c.mu.Lock()
	_ = contain(ctx, "CircuitConfig.OnChange", func() { c.config.OnChange(change) })
}
