package combinators

import (
	"fmt"
	"math"
	"time"
)

const (
	defaultFailures    = 5
	defaultWindowCalls = 100
	defaultMinCalls    = 10
	defaultOpenFor     = 30 * time.Second
	defaultOpenLimit   = 10 // times OpenFor
	maxWindowCalls     = 1_000_000
)

// CircuitConfig configures a [Circuit]. The zero value opens it for 30 s after 5 consecutive failures and closes it
// again after one successful trial. There are three rules about when a closed circuit opens, of which any number may be
// set; the first to be met opens it.
type CircuitConfig struct {
	// Name stands in errors, events and stacks.
	Name string

	// Failures is the first rule: that many consecutive failures. 0 is 5 if no other rule is set, and else no rule.
	Failures int
	// FailureRate is the second rule: at least this share of the calls in the window failed. It is above 0 and at most 1;
	// 0 is no rule.
	FailureRate float64
	// SlowRate is the third rule: at least this share of the calls in the window took SlowCall or longer, whether they
	// succeeded or failed. It is above 0 and at most 1; 0 is no rule. A slow trial fails.
	SlowRate float64
	// SlowCall is what makes a call slow. It is required with SlowRate.
	SlowCall time.Duration

	// WindowCalls makes the window the last so many calls that ended, a byte each: at most a million. 0 is 100, unless
	// WindowTime is set.
	WindowCalls int
	// WindowTime makes the window the calls that ended in the last so much time. It slides in ten steps: between nine
	// and ten tenths of it are looked at. 0 makes the window one of calls.
	WindowTime time.Duration
	// MinCalls is how many calls must be in the window before a rate means anything. 0 is 10, or WindowCalls if that is
	// less.
	MinCalls int

	// OpenFor is how long the circuit stays open before there are trials. 0 is 30 s.
	OpenFor time.Duration
	// OpenGrowth is the factor by which the period grows each time that the circuit opens again without having closed.
	// It is at least 1; 0 is 1.
	OpenGrowth float64
	// MaxOpenFor bounds that growth. 0 is ten times OpenFor.
	MaxOpenFor time.Duration
	// MaxTrials is how many trials may be under way at once. 0 is 1.
	MaxTrials int
	// TrialSuccesses is how many trials must succeed to close the circuit. 0 is 1.
	TrialSuccesses int

	// Class classifies outcomes. Neutral ones count for no rule. nil is [Classify].
	Class Classifier
	// OnChange is called after each change of the state: one call at a time, in the order of the changes, on the
	// goroutine of one of the calls that change it. It may use the circuit. If it panics, that is reported and changes
	// nothing.
	OnChange func(StateChange)
}

// windowed tells whether there is a rule about a rate.
func (c *CircuitConfig) windowed() bool { return c.FailureRate > 0 || c.SlowRate > 0 }

// withDefaults checks the configuration and fills in the defaults.
func (c CircuitConfig) withDefaults() CircuitConfig {
	c.check()
	if c.windowed() {
		if c.WindowCalls == 0 && c.WindowTime == 0 {
			c.WindowCalls = defaultWindowCalls
		}
		if c.MinCalls == 0 {
			c.MinCalls = defaultMinCalls
			if c.WindowCalls > 0 {
				c.MinCalls = min(c.MinCalls, c.WindowCalls)
			}
		}
	} else {
		orDefault(&c.Failures, defaultFailures)
	}
	orDefault(&c.OpenFor, defaultOpenFor)
	orDefault(&c.OpenGrowth, 1)
	if c.MaxOpenFor == 0 {
		c.MaxOpenFor = math.MaxInt64
		if c.OpenFor < math.MaxInt64/defaultOpenLimit {
			c.MaxOpenFor = defaultOpenLimit * c.OpenFor
		}
	}
	orDefault(&c.MaxTrials, 1)
	orDefault(&c.TrialSuccesses, 1)
	return c
}

func (c *CircuitConfig) check() {
	notNegative("CircuitConfig", "Failures", c.Failures)
	checkShare("CircuitConfig", "FailureRate", c.FailureRate)
	checkShare("CircuitConfig", "SlowRate", c.SlowRate)
	notNegative("CircuitConfig", "SlowCall", c.SlowCall)
	notNegative("CircuitConfig", "WindowCalls", c.WindowCalls)
	if c.WindowCalls > maxWindowCalls {
		refuse("CircuitConfig", "WindowCalls", fmt.Sprintf("at most %d", maxWindowCalls), c.WindowCalls)
	}
	if c.WindowTime != 0 && c.WindowTime < windowSlots {
		refuse("CircuitConfig", "WindowTime", fmt.Sprintf("at least %v", time.Duration(windowSlots)), c.WindowTime)
	}
	notNegative("CircuitConfig", "MinCalls", c.MinCalls)
	notNegative("CircuitConfig", "OpenFor", c.OpenFor)
	if c.OpenGrowth != 0 && !(c.OpenGrowth >= 1 && c.OpenGrowth <= math.MaxFloat64) {
		refuse("CircuitConfig", "OpenGrowth", "at least 1", c.OpenGrowth)
	}
	notNegative("CircuitConfig", "MaxOpenFor", c.MaxOpenFor)
	notNegative("CircuitConfig", "MaxTrials", c.MaxTrials)
	notNegative("CircuitConfig", "TrialSuccesses", c.TrialSuccesses)
	c.checkTogether()
}

// checkTogether refuses fields that do not go with each other.
func (c *CircuitConfig) checkTogether() {
	switch {
	case c.SlowRate > 0 && c.SlowCall == 0:
		refuse("CircuitConfig", "SlowCall", "positive with a SlowRate", c.SlowCall)
	case c.SlowCall > 0 && c.SlowRate == 0:
		refuse("CircuitConfig", "SlowRate", "above 0 with a SlowCall", c.SlowRate)
	case c.WindowCalls > 0 && c.WindowTime > 0:
		refuse("CircuitConfig", "WindowTime", "0 with WindowCalls", c.WindowTime)
	case !c.windowed() && c.WindowCalls > 0:
		refuse("CircuitConfig", "WindowCalls", "0 without FailureRate and SlowRate", c.WindowCalls)
	case !c.windowed() && c.WindowTime > 0:
		refuse("CircuitConfig", "WindowTime", "0 without FailureRate and SlowRate", c.WindowTime)
	case !c.windowed() && c.MinCalls > 0:
		refuse("CircuitConfig", "MinCalls", "0 without FailureRate and SlowRate", c.MinCalls)
	case c.MinCalls > c.windowCalls():
		refuse("CircuitConfig", "MinCalls", fmt.Sprintf("at most WindowCalls, %d", c.windowCalls()), c.MinCalls)
	case c.MaxOpenFor > 0 && c.MaxOpenFor < c.openFor():
		refuse("CircuitConfig", "MaxOpenFor", fmt.Sprintf("at least OpenFor, %v", c.openFor()), c.MaxOpenFor)
	}
}

// windowCalls is how many calls can be in the window.
func (c *CircuitConfig) windowCalls() int {
	switch {
	case c.WindowTime > 0:
		return math.MaxInt
	case c.WindowCalls > 0:
		return c.WindowCalls
	}
	return defaultWindowCalls
}

func (c *CircuitConfig) openFor() time.Duration {
	if c.OpenFor > 0 {
		return c.OpenFor
	}
	return defaultOpenFor
}

// openPeriod is how long the circuit is open the given time in a row, counted from 1.
func (c *CircuitConfig) openPeriod(opens int) time.Duration {
	period := float64(c.OpenFor) * math.Pow(c.OpenGrowth, float64(opens-1))
	if period >= float64(c.MaxOpenFor) {
		return c.MaxOpenFor
	}
	return time.Duration(period)
}

func notNegative[N int | time.Duration](what, field string, got N) {
	if got < 0 {
		refuse(what, field, "at least 0", got)
	}
}

func checkShare(what, field string, got float64) {
	if !(got >= 0 && got <= 1) {
		refuse(what, field, "between 0 and 1", got)
	}
}

func orDefault[N int | time.Duration | float64](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}
