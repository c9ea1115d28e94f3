package combinators

import (
	"fmt"
	"time"
)

// State is what a [Circuit] does with calls.
type State uint8

const (
	// Closed lets every call through, and counts.
	Closed State = iota
	// Open rejects every call until its period has passed.
	Open
	// HalfOpen lets a few calls through on trial and rejects the others.
	HalfOpen
	// Isolated rejects every call until [Circuit.Reset].
	Isolated
)

// String is the name of the state in lower case: "half-open".
func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case Open:
		return "open"
	case HalfOpen:
		return "half-open"
	case Isolated:
		return "isolated"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// CircuitStats is what is known about a [Circuit] at one moment. The counts are those of its present generation.
type CircuitStats struct {
	State State
	// Generation counts the times that the circuit began anew, by a change of its state or by Reset, from 1.
	Generation uint64
	// Since is when the generation began.
	Since time.Time
	// RetryAfter is how long calls are still rejected, if the circuit is open.
	RetryAfter time.Duration

	// Successes, Failures and Neutral count the calls that ended, by class; Slow those of the first two that were slow.
	Successes, Failures, Neutral, Slow int64
	// Rejected counts the calls that were not let through.
	Rejected int64
	// ConsecutiveFailures counts the failures since the last success.
	ConsecutiveFailures int64
	// Trials is how many trials are under way.
	Trials int

	// WindowCalls is the number of calls that the rates are over: those in the window, or without a rule about a rate
	// the Successes and Failures.
	WindowCalls int64
	// FailureRate and SlowRate are shares of WindowCalls, from 0 to 1.
	FailureRate, SlowRate float64

	// LastSuccess and LastFailure are when the last call of that class ended, in whatever generation, or zero.
	LastSuccess, LastFailure time.Time
	// LastError is the error of the last failure.
	LastError error
}

// StateChange says that a [Circuit] changed its state.
type StateChange struct {
	// Circuit is the circuit's name.
	Circuit  string
	From, To State
	// Reason says why in a few words, such as "5 consecutive failures".
	Reason string
	// Stats is what was known at the end of the state that was left.
	Stats CircuitStats
	// OpenFor is how long calls are going to be rejected, if the circuit opened.
	OpenFor time.Duration
}
