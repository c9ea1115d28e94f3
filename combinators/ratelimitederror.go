package combinators

import (
	"fmt"
	"time"
)

// RateLimitedError says that a limiter had no token for an action, which was not carried out.
type RateLimitedError struct {
	// Limiter is the name of the limiter.
	Limiter string
	// RetryAfter is when there would have been one. It is 0 if that is not known, or never.
	RetryAfter time.Duration
	// Reason says why in a few words.
	Reason string
}

// Error tells the limiter and the reason.
func (e *RateLimitedError) Error() string {
	return fmt.Sprintf("%s: %s", kindName("limiter", e.Limiter), e.Reason)
}

// Rejected is true: the action was refused by a combinator.
func (*RateLimitedError) Rejected() bool { return true }

// NotDone is true (see [executor.NotDone]).
func (*RateLimitedError) NotDone() bool { return true }

// RetryIn is RetryAfter, if it is known.
func (e *RateLimitedError) RetryIn() (time.Duration, bool) { return e.RetryAfter, e.RetryAfter > 0 }

func noTokenFor(limiter string, wait time.Duration) *RateLimitedError {
	return &RateLimitedError{Limiter: limiter, RetryAfter: wait, Reason: fmt.Sprintf("no token for another %v", wait)}
}

// noSuchBurst is the error of one that can never have its tokens.
func noSuchBurst(limiter string, n, burst int) *RateLimitedError {
	reason := fmt.Sprintf("no such number of tokens (burst %d, %d needed)", burst, n)
	return &RateLimitedError{Limiter: limiter, Reason: reason}
}
