package combinators

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// TokenSource is what [RateLimited] takes tokens from: a [*Limiter], a *rate.Limiter of golang.org/x/time/rate, or one
// of your own, that counts for a whole cluster for instance.
type TokenSource interface {
	// AllowN takes n tokens if they are there at the given time.
	AllowN(at time.Time, n int) bool
	// WaitN takes n tokens as soon as they are there. It fails if the context is done before that or, by its deadline,
	// is going to be; it has then taken none.
	WaitN(ctx context.Context, n int) error
}

// RateLimit configures [RateLimitedWith]. The zero value is that of [RateLimited].
type RateLimit struct {
	// MaxWait is how long an action waits for its tokens at most. One that would have to wait longer is rejected at
	// once. 0 is as long as its context lasts.
	MaxWait time.Duration
	// NoWait rejects an action at once if its tokens are not there.
	NoWait bool
	// Cost is how many tokens an action takes. One that takes none passes through; one that takes more than there can be,
	// or less than none, is rejected; if Cost panics it takes one. nil is 1 for every action.
	Cost func(actions.Action) int
}

func (r *RateLimit) check() {
	notNegative("RateLimit", "MaxWait", r.MaxWait)
	if r.NoWait && r.MaxWait > 0 {
		refuse("RateLimit", "MaxWait", "0 with NoWait", r.MaxWait)
	}
}

// RateLimited begins an action when there is a token for it. The others wait in order, each until its context is done;
// it is then refused with that as the error (see [executor.Refuse]). What could not wait, or would have waited in vain,
// because its tokens would come after the context's deadline or MaxWait, is rejected at once with a [RateLimitedError].
// An action that gives up takes no token; one that began has spent it, however it ends. (A *rate.Limiter takes a token
// back only as far as nobody has reserved one since.)
//
// Below Parallelize each single action takes a token; above, a group takes one for all of its actions. Within [Retried]
// each attempt takes one, around it one stands for all of them. Around itself, with the same limiter, it takes two.
// Actions that only wait (see [actions.IsWait]) take none.
//
// While nobody waits it costs, with a [*Limiter], a lock and one reading of the clock, and no allocation. RateLimited
// panics if the source is nil.
func RateLimited(source TokenSource) Combinator { return RateLimitedWith(source, RateLimit{}) }

// RateLimitedWith is [RateLimited] with a bounded wait, or with costs. It panics if the limit makes no sense.
func RateLimitedWith(source TokenSource, limit RateLimit) Combinator {
	limit.check()
	l := rateLimited{limit: limit}
	switch s := source.(type) {
	case nil:
		panic("combinators.RateLimited: the source is nil")
	case *Limiter:
		if s == nil {
			panic("combinators.RateLimited: the limiter is nil")
		}
		l.take, l.name = s, s.Name()
	case *rate.Limiter:
		if s == nil {
			panic("combinators.RateLimited: the limiter is nil")
		}
		l.take = reservations{s}
	default:
		l.take = waits{s}
	}
	return func(next executor.Executor) executor.Executor {
		wrapped := l
		wrapped.layer = around("RateLimited", next)
		return &wrapped
	}
}

// taker takes tokens for RateLimited, or returns why not.
type taker interface {
	take(ctx context.Context, n int, limit *RateLimit) error
}

type rateLimited struct {
	layer
	name  string
	take  taker
	limit RateLimit
}

func (r *rateLimited) Execute(ctx context.Context, a actions.Action) (any, error) {
	if !actions.IsWait(a) {
		if err := r.limit.admit(ctx, a, r.take, "RateLimited"); err != nil {
			return nil, err
		}
	}
	return r.next.Execute(ctx, a)
}

// String is "RateLimited", with the name of the limiter: "RateLimited(api)".
func (r *rateLimited) String() string { return layerName("RateLimited", r.name) }

// admit takes the tokens for an action, or returns why not.
func (r *RateLimit) admit(ctx context.Context, a actions.Action, from taker, by string) error {
	n := 1
	if r.Cost != nil {
		if n = weightOf(ctx, "RateLimit.Cost", r.Cost, a); n == 0 {
			return nil
		}
	}
	err := from.take(ctx, n, r)
	if err != nil && IsRejection(err) {
		report(ctx, &Refused{By: by, Action: a, Step: executor.StepFrom(ctx), Err: err})
	}
	return err
}
