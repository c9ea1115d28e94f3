package combinators

import (
	"context"
	"iter"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Limiters is one [Limiter] for each key, such as a host or a tenant, made when the key first comes. It is safe for
// concurrent use.
//
// A limiter that has been idle for a while and is full again is dropped (see [Keep]): nothing is lost with it. When
// there are too many, those that are full go first, then those that were idle longest; the next action with such a key
// finds a full bucket.
type Limiters struct {
	name string
	key  func(actions.Action) string
	kept *keyed[*Limiter]
}

// NewLimiters makes limiters of one configuration, for at most 10,000 keys that are in use at least every 10 minutes. A
// limiter is named by config.Name and its key: "api/eu". For an action to which key gives "", or panics, there is no
// limit. NewLimiters panics if key is nil or the configuration makes no sense.
func NewLimiters(key func(actions.Action) string, config LimiterConfig) *Limiters {
	return NewLimitersWith(key, config, Keep{})
}

// NewLimitersWith is [NewLimiters] with other bounds on what is kept.
func NewLimitersWith(key func(actions.Action) string, config LimiterConfig, keep Keep) *Limiters {
	if key == nil {
		panic("combinators.NewLimiters: the key is nil")
	}
	_ = NewLimiterWith(config)
	create := func(key string) *Limiter {
		named := config
		named.Name = keyName(config.Name, key)
		return NewLimiterWith(named)
	}
	return &Limiters{config.Name, key, newKeyed(keep, create, worthOfLimiter)}
}

// Get is the limiter for a key.
func (l *Limiters) Get(key string) *Limiter { return l.kept.get(key) }

// All goes over the limiters that are kept when it begins, sorted by key.
func (l *Limiters) All() iter.Seq2[string, *Limiter] { return l.kept.all() }

// Len is how many limiters are kept.
func (l *Limiters) Len() int { return l.kept.len() }

func worthOfLimiter(l *Limiter) worth {
	if l.Available() == l.burst {
		return worthless
	}
	return valuable
}

// RateLimitedBy is [RateLimited] with the limiter for the action's key, and all that is said there holds for it. An
// action without a key passes through. Above Parallelize it is the group that is asked for its key. Finding the limiter
// takes a lock that readers share, and no allocation. RateLimitedBy panics if the limiters are nil.
func RateLimitedBy(limiters *Limiters) Combinator { return RateLimitedByWith(limiters, RateLimit{}) }

// RateLimitedByWith is [RateLimitedBy] with a bounded wait, or with costs. It panics if the limit makes no sense.
func RateLimitedByWith(limiters *Limiters, limit RateLimit) Combinator {
	if limiters == nil {
		panic("combinators.RateLimitedBy: the limiters are nil")
	}
	limit.check()
	return func(next executor.Executor) executor.Executor {
		return &rateLimitedBy{around("RateLimitedBy", next), limiters, limit}
	}
}

type rateLimitedBy struct {
	layer
	limiters *Limiters
	limit    RateLimit
}

func (r *rateLimitedBy) Execute(ctx context.Context, a actions.Action) (any, error) {
	if !actions.IsWait(a) {
		if key := keyOf(ctx, "Limiters.key", r.limiters.key, a); key != "" {
			if err := r.limit.admit(ctx, a, r.limiters.kept.get(key), "RateLimitedBy"); err != nil {
				return nil, err
			}
		}
	}
	return r.next.Execute(ctx, a)
}

// String is "RateLimitedBy", with the name of the limiters.
func (r *rateLimitedBy) String() string { return layerName("RateLimitedBy", r.limiters.name) }
