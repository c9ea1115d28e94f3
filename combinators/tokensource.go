package combinators

import (
	"context"
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"

	"github.com/baton-go/baton/executor"
)

// reservations takes tokens from a limiter of golang.org/x/time/rate. It reserves them, so that it knows how long they
// take to come.
type reservations struct{ limiter *rate.Limiter }

func (r reservations) take(ctx context.Context, n int, limit *RateLimit) error {
	if n < 0 {
		return noSuchBurst("", n, r.limiter.Burst())
	}
	now := time.Now()
	if r.limiter.AllowN(now, n) { // without the reservation's allocation
		return nil
	}
	if err := executor.Refuse(ctx); err != nil {
		return err
	}
	if burst := r.limiter.Burst(); n > burst {
		return noSuchBurst("", n, burst)
	}
	// Nothing is reserved in vain: what is given back while others reserve is lost.
	if wait := r.expected(now, n); !limit.patient(ctx, now, wait) {
		return noTokenFor("", wait)
	}
	reserved := r.limiter.ReserveN(now, n)
	if !reserved.OK() {
		return noSuchBurst("", n, r.limiter.Burst())
	}
	wait := reserved.DelayFrom(now)
	if !limit.patient(ctx, now, wait) {
		reserved.CancelAt(now)
		return noTokenFor("", wait)
	}
	err := sleep(ctx, wait)
	if err != nil {
		reserved.Cancel()
	}
	return err
}

// expected is how long n tokens take to come, as it looks now.
func (r reservations) expected(now time.Time, n int) time.Duration {
	missing := float64(n) - r.limiter.TokensAt(now)
	if wait := missing / float64(r.limiter.Limit()) * float64(time.Second); wait < math.MaxInt64 {
		return max(0, time.Duration(wait))
	}
	return math.MaxInt64 // also for a limit of 0
}

// patient tells whether to wait that long.
func (r *RateLimit) patient(ctx context.Context, now time.Time, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(now) <= wait {
		return false
	}
	return !r.NoWait && (r.MaxWait == 0 || wait <= r.MaxWait)
}

// waits takes tokens from somebody else's source, of which it is not known how long they take to come.
type waits struct{ source TokenSource }

func (w waits) take(ctx context.Context, n int, limit *RateLimit) error {
	if n < 0 {
		return &RateLimitedError{Reason: fmt.Sprintf("no such number of tokens (%d needed)", n)}
	}
	if limit.NoWait {
		if w.source.AllowN(time.Now(), n) {
			return nil
		}
		return &RateLimitedError{Reason: "no token"}
	}
	bounded := ctx
	if limit.MaxWait > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, limit.MaxWait)
		defer cancel()
	}
	err := w.source.WaitN(bounded, n)
	switch {
	case err == nil, IsRejection(err):
		return err
	case ctx.Err() != nil:
		return executor.Refuse(ctx)
	}
	return &sourceError{RateLimitedError{Reason: err.Error()}, err}
}

// sourceError is the rejection by a source, with its own error.
type sourceError struct {
	RateLimitedError
	err error
}

func (e *sourceError) Unwrap() []error { return []error{&e.RateLimitedError, e.err} }
