package combinators

import (
	"context"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Cached answers actions from a cache, and keeps what comes of those that it does not find there: results, nil among
// them, and errors only if the cache has an ErrorTTL. Panics and neutral outcomes are never kept. Under a context that
// is done it answers nothing.
//
// A result is kept under the whole action unless the cache has a Key; what else makes a difference to it, such as the
// rights that a handler takes from the context, must be in the key. An action that is not comparable is refused with a
// [KeyError]. Standard actions such as Sleep and NewID are each a fact of its own and pass through, and so do groups,
// unless the Key makes something of them. Everybody gets the very same result, so nobody may change what it refers to.
//
// Of several equal actions at the same time, none of which is in the cache, each is carried out, and what the last of
// them returned is kept; with [Coalesced] below, they share one call.
//
// Below Parallelize it answers each single action; above, those at the top level. Wrapped around itself with one cache
// it only counts twice. It belongs above the policies: an answer from the cache needs no permit and no attempt.
//
// A hit costs a lookup under a lock, a reading of the clock if the cache has a TTL, and no allocation; a miss one
// allocation until the cache is full. Cached panics if the cache is nil.
func Cached(cache *Cache) Combinator {
	if cache == nil {
		panic("combinators.Cached: the cache is nil")
	}
	return func(next executor.Executor) executor.Executor {
		return &cached{around("Cached", next), cache}
	}
}

type cached struct {
	layer
	cache *Cache
}

func (c *cached) Execute(ctx context.Context, a actions.Action) (any, error) {
	k, ok, err := c.keyOf(ctx, a)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.next.Execute(ctx, a)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	found, epoch, ok := c.cache.find(k)
	if ok {
		if watched(ctx) {
			report(ctx, &Reused{By: "Cached", Action: a, Step: executor.StepFrom(ctx)})
		}
		return found.Value, found.Err
	}
	result, err := c.next.Execute(ctx, a)
	if ttl, ok := c.worth(ctx, err); ok {
		c.cache.keep(k, actions.Outcome[any]{Value: result, Err: err}, ttl, epoch)
	}
	return result, err
}

// String names the layer, and the cache if it has a name.
func (c *cached) String() string {
	if name := c.cache.config.Name; name != "" {
		return "Cached(" + name + ")"
	}
	return "Cached"
}

// keyOf makes the key of an action and tells whether it has one here.
func (c *cached) keyOf(ctx context.Context, a actions.Action) (k cacheKey, ok bool, err error) {
	if c.cache.config.PerRun {
		if k.run = executor.StepFrom(ctx).RunToken(); k.run == nil {
			return k, false, nil
		}
	}
	k.key, ok, err = c.cache.keys.keyOf(ctx, a)
	return k, ok, err
}

// worth tells whether an outcome is kept, and for how long.
func (c *cached) worth(ctx context.Context, err error) (ttl time.Duration, ok bool) {
	switch config := &c.cache.config; config.Class.of(ctx, err) {
	case Success:
		return config.TTL, true
	case Failure:
		return config.ErrorTTL, config.ErrorTTL > 0
	case Neutral:
	}
	return 0, false
}
