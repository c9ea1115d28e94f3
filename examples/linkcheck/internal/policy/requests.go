package policy

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor/backoff"
)

// maxPatience is how long a server may tell us to wait.
const maxPatience = time.Minute

// requests is what makes us a good guest, and what keeps a bad host from holding up the others. From the inside out: an
// attempt has its time; a host that does not answer is not asked for a while; so many attempts are under way at once; a
// host gets only so many in a second; an attempt that failed is made again, if that may help; and for a host that was
// given up nobody waits, but is told why.
//
// A wait for a host's turn takes no permit, and is no part of an attempt's time. The breaker is below both waits, so
// that what has waited while a host was given up does not ask it after all. A retry goes through all of it anew.
func requests(p Policy) combinators.Combinator {
	// A host is given up that fails nearly always: some pages that hang do not make the others dead.
	circuits := combinators.NewCircuits(host, combinators.CircuitConfig{
		FailureRate: 0.8, WindowCalls: 20, MinCalls: 5, Class: silence,
	})
	limiters := combinators.NewLimiters(host, combinators.LimiterConfig{Tokens: p.Rate, Per: time.Second, Burst: p.Rate})
	return combinators.Chain(
		down(circuits),
		retried[check.Head](p, check.AsksToWait), // what fails otherwise is asked for by GET, which tells more
		retried[check.Get](p, nil),
		combinators.RateLimitedBy(limiters),
		combinators.Limited(combinators.NewSemaphore(p.Concurrency)),
		combinators.BreakerBy(circuits),
		combinators.Timed(p.Timeout),
	)
}

// retried tries an action again that failed for what may pass, if it is worth it.
func retried[A actions.Action](p Policy, isWorth func(error) bool) combinators.Combinator {
	return combinators.For[A](combinators.Retried(combinators.Retry{
		MaxAttempts: 1 + p.Retries,
		MaxDelay:    maxPatience,
		Schedule:    backoff.Exponential(500*time.Millisecond, 2).Jitter(0.5),
		RetryIf:     isWorth,
	}))
}

// host is the key of whatever there is one of for each host.
func host(a actions.Action) string {
	if r, ok := a.(check.Remote); ok {
		return r.Host()
	}
	return ""
}

// silence classifies for the breakers: a host that answers, whatever it says, is not down.
func silence(ctx context.Context, err error) combinators.Class {
	if _, ok := errors.AsType[*check.StatusError](err); ok {
		return combinators.Success
	}
	return combinators.Classify(ctx, err)
}
