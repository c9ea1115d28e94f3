package combinators

import (
	"context"
	"iter"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Circuits is one [Circuit] for each key, such as a host or a tenant, made when the key first comes. It is safe for
// concurrent use.
//
// A circuit of which nobody has asked for a while is dropped (see [Keep]) unless it is open, half-open or isolated.
// When there are too many, those that are closed go first, then those that are half-open; one that is open or isolated
// never does. Should all of them be, calls for further keys go through circuits that are not kept.
type Circuits struct {
	name string
	key  func(actions.Action) string
	kept *keyed[*Circuit]
}

// NewCircuits makes circuits of one configuration, for at most 10,000 keys that are in use at least every 10 minutes. A
// circuit is named by config.Name and its key: "payments/eu". For an action to which key gives "", or panics, there is
// no circuit. NewCircuits panics if key is nil or the configuration makes no sense.
func NewCircuits(key func(actions.Action) string, config CircuitConfig) *Circuits {
	return NewCircuitsWith(key, config, Keep{})
}

// NewCircuitsWith is [NewCircuits] with other bounds on what is kept.
func NewCircuitsWith(key func(actions.Action) string, config CircuitConfig, keep Keep) *Circuits {
	if key == nil {
		panic("combinators.NewCircuits: the key is nil")
	}
	_ = config.withDefaults()
	create := func(key string) *Circuit {
		named := config
		named.Name = keyName(config.Name, key)
		return NewCircuit(named)
	}
	return &Circuits{config.Name, key, newKeyed(keep, create, worthOfCircuit)}
}

// Get is the circuit for a key, to look into or to change.
func (c *Circuits) Get(key string) *Circuit { return c.kept.get(key) }

// All goes over the circuits that are kept when it begins, sorted by key.
func (c *Circuits) All() iter.Seq2[string, *Circuit] { return c.kept.all() }

// Len is how many circuits are kept.
func (c *Circuits) Len() int { return c.kept.len() }

func worthOfCircuit(c *Circuit) worth {
	switch c.State() {
	case Closed:
		return worthless
	case HalfOpen:
		return valuable
	case Open, Isolated:
	}
	return precious
}

// keyOf asks for the key of an action. It is "" if the function panics.
func keyOf(ctx context.Context, callback string, key func(actions.Action) string, a actions.Action) (k string) {
	_ = contain(ctx, callback, func() { k = key(a) })
	return k
}

// keyName is the name of what is kept for a key.
func keyName(name, key string) string {
	if name == "" {
		return key
	}
	return name + "/" + key
}

// BreakerBy is [Breaker] with the circuit for the action's key, and all that is said there holds for it. An action
// without a key passes through. Above Parallelize it is the group that is asked for its key. Finding the circuit takes
// a lock that readers share, and no allocation. BreakerBy panics if the circuits are nil.
func BreakerBy(circuits *Circuits) Combinator {
	if circuits == nil {
		panic("combinators.BreakerBy: the circuits are nil")
	}
	return func(next executor.Executor) executor.Executor {
		return &breakerBy{around("BreakerBy", next), circuits}
	}
}

type breakerBy struct {
	layer
	circuits *Circuits
}

func (b *breakerBy) Execute(ctx context.Context, a actions.Action) (any, error) {
	if actions.IsWait(a) {
		return b.next.Execute(ctx, a)
	}
	key := keyOf(ctx, "Circuits.key", b.circuits.key, a)
	if key == "" {
		return b.next.Execute(ctx, a)
	}
	return b.circuits.kept.get(key).execute(ctx, a, b.next, "BreakerBy")
}

// String is "BreakerBy", with the name of the circuits.
func (b *breakerBy) String() string { return layerName("BreakerBy", b.circuits.name) }
