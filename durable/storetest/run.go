package storetest

import (
	"runtime/debug"
	"testing"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Run checks a store. It is opened once, and all checks share it, in parallel and under names of their own (a random
// prefix), so what is in it already does not matter; whoever opens it closes it, in a Cleanup of t. What only a
// [store.Watcher], a [store.Counter] or a [store.Gauge] can do is checked if the store is one.
//
// The suite makes about 2,500 calls, of which the largest has [BigPayload] bytes; most are made side by side.
func Run(t *testing.T, open func(t *testing.T) store.Store, options ...Option) {
	t.Helper()
	c := newConfig(options)
	s := open(t)
	for _, g := range suite() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, check := range g.checks {
				t.Run(check.name, func(t *testing.T) {
					t.Parallel()
					check.on(newKit(t, s, c))
				})
			}
		})
	}
}

// Option is an option of [Run].
type Option func(*config)

type config struct {
	bigPayload int
	patience   time.Duration // for what must happen when time passes
	rounds     int
	quick      bool // tests of the suite do not want all of the random calls
}

func newConfig(options []Option) config {
	c := config{bigPayload: 8 << 20, patience: time.Minute, rounds: 1}
	for _, o := range options {
		o(&c)
	}
	return c
}

// BigPayload sets how many bytes the largest payload has that the store must keep: 8 MiB, unless it is set.
func BigPayload(bytes int) Option { return func(c *config) { c.bigPayload = bytes } }

// Rounds sets how often what is random is done: once, unless it is set, which takes a moment. Every round is another
// one, and the same when it is repeated, as far as it does not depend on which of several goroutines is first.
func Rounds(n int) Option { return func(c *config) { c.rounds = n } }

// group is a part of the contract, as a list of what it says.
type group struct {
	name   string
	checks []check
}

type check struct {
	name string
	run  func(*kit)
}

// on runs the check. A panic fails it alone: a check takes what it asked for as given, and stores have bugs.
func (c check) on(k *kit) {
	k.Helper()
	defer func() {
		if p := recover(); p != nil {
			k.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	c.run(k)
}

// suite lists everything that is checked.
func suite() []group {
	return []group{
		{"create", createChecks()},
		{"claim", claimChecks()},
		{"queues", queueChecks()},
		{"backlog", backlogChecks()},
		{"lease", leaseChecks()},
		{"renew", renewChecks()},
		{"records", recordChecks()},
		{"conditions", conditionChecks()},
		{"state", stateChecks()},
		{"release", releaseChecks()},
		{"consume", consumeChecks()},
		{"send", sendChecks()},
		{"wake", wakeChecks()},
		{"load", loadChecks()},
		{"list", listChecks()},
		{"pages", pageChecks()},
		{"delete", deleteChecks()},
		{"values", valueChecks()},
		{"watch", watchChecks()},
		{"count", countChecks()},
		{"concurrency", concurrencyChecks()},
		{"differential", differentialChecks()},
		{"linearizable", linearChecks()},
	}
}
