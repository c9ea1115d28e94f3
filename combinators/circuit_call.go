package combinators

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/baton-go/baton/executor"
)

// circuitCall is a call that was let through: the period that it belongs to and, where somebody will ask, when it
// began.
type circuitCall struct {
	period *period // nil if the call is part of a trial and does not count
	began  time.Duration
}

// trial tells whether the call is a trial.
func (k circuitCall) trial() bool { return k.period != nil && k.period.state == HalfOpen }

// admit lets a call through that a closed circuit does not let through as it is, or returns an [OpenError].
func (c *Circuit) admit(ctx context.Context, p *period) (circuitCall, error) {
	now := c.now()
	switch {
	case p.state == Closed:
		return circuitCall{p, now}, nil
	case p.state == Isolated, p.state == Open && !p.over(now):
		return circuitCall{}, c.reject(p, now)
	case p.state == Open:
		c.mu.Lock()
		change := c.settle(now)
		c.mu.Unlock()
		if change != nil {
			c.changed(ctx, change)
			now = c.now() // callbacks take time
		}
	}
	return c.try(ctx, now)
}

// try lets a call through if there is room for a trial, if it is part of one, or if the circuit has just closed.
// Between the beginning of a trial and its end no callback is called: one that exits the goroutine would take the trial
// with it.
func (c *Circuit) try(ctx context.Context, now time.Duration) (circuitCall, error) {
	before := c.current.Load()
	part := executor.Holds(ctx, before) // a trial of before
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.current.Load()
	switch {
	case p.state == Closed:
	case p.state == HalfOpen && p == before && part:
		return circuitCall{}, nil
	case p.state == HalfOpen && p.trials < c.config.MaxTrials:
		p.trials++
	default:
		return circuitCall{}, c.reject(p, now)
	}
	return circuitCall{p, now}, nil
}

func (c *Circuit) reject(p *period, now time.Duration) error {
	p.rejected.Add(1)
	e := &OpenError{Circuit: c.config.Name, State: p.state}
	if p.state == Open {
		e.RetryAfter = max(0, p.until-now)
	}
	return e
}

// end counts the outcome of a call.
func (c *Circuit) end(ctx context.Context, k circuitCall, class Class, err error) {
	p := k.period
	switch {
	case p == nil:
		return
	case p.state != Closed, class == Failure:
	case class != Success:
		p.neutral.Add(1)
		return
	case p.window == nil:
		p.successes.Add(1)
		p.succeeded(c.now())
		return
	}
	now := c.now()
	c.mu.Lock()
	var change *StateChange
	if c.current.Load() == p { // not if it comes late
		change = c.count(p, class, err, now, c.config.SlowCall > 0 && now-k.began >= c.config.SlowCall)
	}
	c.mu.Unlock()
	if change != nil {
		c.changed(ctx, change)
	}
}

// count counts an outcome in the current period, and changes the state if that is due.
func (c *Circuit) count(p *period, class Class, err error, now time.Duration, tardy bool) *StateChange {
	o := isCall
	if p.state == HalfOpen {
		p.trials--
	}
	switch class {
	case Success:
		p.successes.Add(1)
		p.succeeded(now)
	case Failure:
		o |= isFailure
		p.failures++
		p.lastFailure, p.lastError = now, err
		p.streak.Add(1)
	default:
		p.neutral.Add(1)
		return nil
	}
	if tardy {
		o |= isSlow
		p.slow++
	}
	if p.state == HalfOpen {
		return c.judgeTrial(p, o, now)
	}
	return c.judge(p, o, now)
}

// judge opens a closed circuit if a rule is met.
func (c *Circuit) judge(p *period, o mark, now time.Duration) *StateChange {
	var t tally
	if p.window != nil {
		t = p.window.record(now, o)
	}
	if o&isFailure != 0 && c.config.Failures > 0 {
		if n := p.streak.Load(); n >= int64(c.config.Failures) {
			return c.move(Open, now, several(n, "a failure", "consecutive failures"))
		}
	}
	if t.calls < int64(c.config.MinCalls) {
		return nil
	}
	if c.config.FailureRate > 0 && t.failures > 0 && t.failureRate() >= c.config.FailureRate {
		return c.move(Open, now, fmt.Sprintf("%s of %d calls failed", percent(t.failureRate()), t.calls))
	}
	if c.config.SlowRate > 0 && t.slow > 0 && t.slowRate() >= c.config.SlowRate {
		return c.move(Open, now, fmt.Sprintf("%s of %d calls were slow", percent(t.slowRate()), t.calls))
	}
	return nil
}

// judgeTrial closes a half-open circuit, or opens it again.
func (c *Circuit) judgeTrial(p *period, o mark, now time.Duration) *StateChange {
	switch {
	case o&isFailure != 0:
		return c.move(Open, now, "a trial failed")
	case o&isSlow != 0:
		return c.move(Open, now, "a trial was slow")
	}
	p.passed++
	if p.passed < c.config.TrialSuccesses {
		return nil
	}
	return c.move(Closed, now, several(int64(p.passed), "a trial succeeded", "trials succeeded"))
}

// changed reports a change.
func (c *Circuit) changed(ctx context.Context, change *StateChange) {
	defer c.tell(ctx) // also if a sink exits the goroutine
	report(ctx, &StateChanged{*change, executor.StepFrom(ctx)})
}

func several(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// percent rounds down, so that it shows the full share only if it is full.
func percent(share float64) string { return fmt.Sprintf("%d%%", int(math.Floor(share*100))) }
