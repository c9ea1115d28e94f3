package combinators

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultMaxKeys = 10_000
	defaultIdle    = 10 * time.Minute
	// A sweep that has to make room takes a sixteenth, so that its cost is shared by many keys; one that found nothing to
	// take is not repeated for a while.
	sweptShare = 16
	sweptPause = time.Second
)

// Keep bounds what is kept for keys: one circuit or limiter for each host or tenant, of which there may be any number.
// There is no goroutine that cleans up; whenever a new key comes, what is idle may go.
type Keep struct {
	// Max is how many keys are kept at most. 0 is 10,000. When they are that many, a new one drives out those that were
	// idle longest.
	Max int
	// Idle is how long a key must have been out of use to be dropped. 0 is 10 minutes.
	Idle time.Duration
}

func (k Keep) withDefaults() Keep {
	notNegative("Keep", "Max", k.Max)
	notNegative("Keep", "Idle", k.Idle)
	orDefault(&k.Max, defaultMaxKeys)
	orDefault(&k.Idle, defaultIdle)
	return k
}

// worth is how much would be lost with what is kept for a key.
type worth uint8

const (
	worthless worth = iota // it may be dropped when it is idle
	valuable               // it is dropped only to make room, after all that is worthless
	precious               // it is not dropped
)

// keyed keeps a T for each key. It is safe for concurrent use. Finding one takes a lock that readers share, and neither
// allocates nor reads the clock.
type keyed[T any] struct {
	Keep
	create func(key string) T
	worth  func(T) worth

	mu      sync.RWMutex
	entries map[string]*keyedEntry[T]
	swept   time.Time
	stuck   bool // the last sweep for room found none
}

type keyedEntry[T any] struct {
	value T
	used  atomic.Bool // since the last sweep
	since time.Time   // the last sweep at which it had been used, or its creation
}

func newKeyed[T any](keep Keep, create func(key string) T, worth func(T) worth) *keyed[T] {
	return &keyed[T]{
		Keep:    keep.withDefaults(),
		create:  create,
		worth:   worth,
		entries: map[string]*keyedEntry[T]{},
		swept:   time.Now(),
	}
}

// get finds what is kept for a key, or creates it. It creates it anew for each call, and keeps nothing, while all that
// is kept is precious and there is no room.
func (k *keyed[T]) get(key string) T {
	k.mu.RLock()
	e := k.entries[key]
	if e != nil && !e.used.Load() { // so that a key in constant use is only read
		e.used.Store(true)
	}
	k.mu.RUnlock()
	if e == nil {
		return k.add(key)
	}
	return e.value
}

func (k *keyed[T]) add(key string) T {
	now := time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.entries[key]; e != nil {
		e.used.Store(true)
		return e.value
	}
	since := now.Sub(k.swept)
	if since >= k.Idle || len(k.entries) >= k.Max && (!k.stuck || since >= sweptPause) {
		k.sweep(now)
	}
	value := k.create(key)
	if len(k.entries) < k.Max {
		k.entries[key] = &keyedEntry[T]{value: value, since: now}
	}
	return value
}

// sweep drops what is idle, and if there is still no room, what was idle longest.
func (k *keyed[T]) sweep(now time.Time) {
	k.swept = now
	for key, e := range k.entries {
		switch {
		case e.used.Swap(false):
			e.since = now
		case now.Sub(e.since) >= k.Idle && k.worth(e.value) == worthless:
			delete(k.entries, key)
		}
	}
	if len(k.entries) >= k.Max {
		k.makeRoom()
	}
	k.stuck = len(k.entries) >= k.Max
}

func (k *keyed[T]) makeRoom() {
	type candidate struct {
		key   string
		since time.Time
		worth worth
	}
	var all []candidate
	for key, e := range k.entries {
		if w := k.worth(e.value); w != precious {
			all = append(all, candidate{key, e.since, w})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.worth, b.worth), a.since.Compare(b.since), cmp.Compare(a.key, b.key))
	})
	for _, c := range all[:min(len(all), max(1, k.Max/sweptShare))] {
		delete(k.entries, c.key)
	}
}

func (k *keyed[T]) len() int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return len(k.entries)
}

// all goes over what is kept when it begins, sorted by key.
func (k *keyed[T]) all() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		k.mu.RLock()
		entries := maps.Clone(k.entries)
		k.mu.RUnlock()
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			if !yield(key, entries[key].value) {
				return
			}
		}
	}
}
