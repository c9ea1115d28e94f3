package combinators

import (
	"context"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
)

const defaultCacheSize = 1000

// CacheConfig configures a [Cache]. The zero value keeps the last 1000 results for ever, for all runs.
type CacheConfig struct {
	// Name, if not empty, tells the cache apart in executor.Layers.
	Name string
	// Size is how many results the cache holds at most. For one more, the one that was not used for the longest time
	// goes. 0 is 1000.
	Size int
	// TTL is how long a result may be reused after it was returned. 0 is as long as there is room.
	TTL time.Duration
	// ErrorTTL is how long an error may be. 0 is not at all: errors are not kept.
	ErrorTTL time.Duration
	// Key says what a result is kept under, together with the action's type: equal keys, equal results. An action for
	// which it returns nil, or panics, passes through. nil is the action itself, which must then be comparable.
	Key func(actions.Action) any
	// PerRun keeps the results of each run apart. Actions outside a run then pass through. The results of a run that is
	// over go when others need the room.
	PerRun bool
	// Class classifies an outcome: successes are kept for TTL, failures for ErrorTTL, and what is neutral is not kept.
	// nil is [Classify].
	Class Classifier
}

// CacheStats counts what became of the actions that a cache was asked for.
type CacheStats struct {
	// Hits were answered by the cache, Misses were not.
	Hits, Misses uint64
	// Evictions made room for others, Expirations were too old when they were asked for.
	Evictions, Expirations uint64
	// Entries is how many results the cache holds.
	Entries int
}

// Cache holds results for [Cached]. It may be shared by several executors, which then share results, and is safe for
// concurrent use.
type Cache struct {
	config CacheConfig
	keys   keyMaker
	mu     sync.Mutex
	// entries holds the results, and newest is the head of the ring in which they stand by last use.
	entries map[cacheKey]*entry
	newest  *entry
	stats   CacheStats
	// epoch counts the times that something was to be forgotten. What was asked for in an earlier one is not kept.
	epoch uint64
}

// NewCache makes a cache. It panics if a number in the configuration is negative.
func NewCache(config CacheConfig) *Cache {
	switch {
	case config.Size < 0:
		refuse("NewCache", "Size", "positive", config.Size)
	case config.TTL < 0:
		refuse("NewCache", "TTL", "positive", config.TTL)
	case config.ErrorTTL < 0:
		refuse("NewCache", "ErrorTTL", "positive", config.ErrorTTL)
	case config.Size == 0:
		config.Size = defaultCacheSize
	}
	return &Cache{
		config:  config,
		keys:    keyMaker{"Cached", config.Key, "CacheConfig.Key"},
		entries: map[cacheKey]*entry{},
	}
}

// Stats returns the counts since the cache was made.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	stats := c.stats
	stats.Entries = len(c.entries)
	return stats
}

// Purge forgets everything. What is being carried out at the time is not kept either.
func (c *Cache) Purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	clear(c.entries)
	c.newest = nil
}

// Forget forgets what is known of the action, in every run, and tells whether there was something. Whatever is being
// carried out at the time is not kept either. With PerRun it takes time proportional to the size of the cache.
func (c *Cache) Forget(a actions.Action) bool {
	k, ok, err := c.keys.keyOf(context.Background(), a)
	if err != nil || !ok {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	if !c.config.PerRun {
		e, ok := c.entries[cacheKey{key: k}]
		if ok {
			c.remove(e)
		}
		return ok
	}
	found := false
	for of, e := range c.entries {
		if of.key == k {
			c.remove(e)
			found = true
		}
	}
	return found
}

// cacheKey is the key of an action and the token of its run, if that counts.
type cacheKey struct {
	key
	run any
}

// entry is an outcome in the ring of all.
type entry struct {
	key          cacheKey
	outcome      actions.Outcome[any]
	until        time.Time // zero: for ever
	newer, older *entry
}

// find looks a key up and returns what was kept, or the epoch to keep something in.
func (c *Cache) find(k cacheKey) (found actions.Outcome[any], epoch uint64, ok bool) {
	var now time.Time
	if c.config.TTL > 0 || c.config.ErrorTTL > 0 {
		now = time.Now()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if ok && !e.until.IsZero() && !now.Before(e.until) {
		c.remove(e)
		c.stats.Expirations++
		ok = false
	}
	if !ok {
		c.stats.Misses++
		return found, c.epoch, false
	}
	c.stats.Hits++
	c.unlink(e)
	c.link(e)
	return e.outcome, c.epoch, true
}

// keep keeps what came of an action that was asked for in the given epoch.
func (c *Cache) keep(k cacheKey, o actions.Outcome[any], ttl time.Duration, epoch uint64) {
	var until time.Time
	if ttl > 0 {
		until = time.Now().Add(ttl)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return
	}
	e, ok := c.entries[k]
	switch {
	case ok:
		c.unlink(e)
	case len(c.entries) >= c.config.Size:
		e = c.newest.newer // the oldest; its place serves again
		c.remove(e)
		c.stats.Evictions++
	default:
		e = &entry{}
	}
	*e = entry{key: k, outcome: o, until: until}
	c.entries[k] = e
	c.link(e)
}

func (c *Cache) remove(e *entry) {
	delete(c.entries, e.key)
	c.unlink(e)
}

// link makes e the newest of the ring.
func (c *Cache) link(e *entry) {
	if c.newest == nil {
		e.newer, e.older = e, e
	} else {
		oldest := c.newest.newer
		e.older, e.newer = c.newest, oldest
		c.newest.newer, oldest.older = e, e
	}
	c.newest = e
}

func (c *Cache) unlink(e *entry) {
	if e.newer == e {
		c.newest = nil
		return
	}
	e.newer.older, e.older.newer = e.older, e.newer
	if c.newest == e {
		c.newest = e.older
	}
}
