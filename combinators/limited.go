package combinators

import (
	"context"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Limit configures [LimitedWith]. The zero value is that of [Limited].
type Limit struct {
	// MaxWait is how long an action waits for its permits at most. 0 is as long as its context lasts.
	MaxWait time.Duration
	// NoWait rejects an action at once if its permits are not free.
	NoWait bool
	// Weight is how many permits an action needs. One that needs none passes through; one that needs more than there are,
	// or less than none, is rejected; if Weight panics it needs one. nil is 1 for every action.
	Weight func(actions.Action) int
}

// Limited carries out at most as many actions at once as the semaphore has permits (a bulkhead). The others wait in
// order, each until its context is done; it is then refused with that as the error (see [executor.Refuse]). What could
// not wait, or not longer, is rejected with a [LimitedError]. Permits are given back however an action ends.
//
// It belongs below Parallelize, where an action takes a permit for itself and groups may nest as they like. Above
// Parallelize a group takes one permit for all its branches, which bounds nothing inside it and is held while they
// wait: a mistake, of which [Lint] warns. Actions that only wait (see [actions.IsWait]) take no permit.
//
// Permits are re-entrant: an action that is carried out under a permit may run a flow of its own, whose actions pass
// freely, all of them under that one permit. For the same reason Limited around itself, with the same semaphore, takes
// one permit; with another it takes one of each, which two stacks must not do in different orders.
//
// While nobody waits it costs two atomic operations and the context that knows of the permit, and in a run it does not
// allocate, taken over many calls. Limited panics if the semaphore is nil.
func Limited(semaphore *Semaphore) Combinator { return LimitedWith(semaphore, Limit{}) }

// LimitedWith is [Limited] with a bounded wait, or with weights. It panics if the limit makes no sense.
func LimitedWith(semaphore *Semaphore, limit Limit) Combinator {
	if semaphore == nil {
		panic("combinators.Limited: the semaphore is nil")
	}
	notNegative("Limit", "MaxWait", limit.MaxWait)
	if limit.NoWait && limit.MaxWait > 0 {
		refuse("Limit", "MaxWait", "0 with NoWait", limit.MaxWait)
	}
	return func(next executor.Executor) executor.Executor {
		return &limited{around("Limited", next), semaphore, limit}
	}
}

type limited struct {
	layer
	semaphore *Semaphore
	limit     Limit
}

func (l *limited) Execute(ctx context.Context, a actions.Action) (any, error) {
	if actions.IsWait(a) || executor.Holds(ctx, l.semaphore) {
		return l.next.Execute(ctx, a)
	}
	n := 1
	if l.limit.Weight != nil {
		if n = weightOf(ctx, "Limit.Weight", l.limit.Weight, a); n == 0 {
			return l.next.Execute(ctx, a)
		}
	}
	if err := l.semaphore.acquire(ctx, n, &l.limit); err != nil {
		if IsRejection(err) {
			report(ctx, &Refused{By: "Limited", Action: a, Step: executor.StepFrom(ctx), Err: err})
		}
		return nil, err
	}
	defer l.semaphore.release(n)
	return l.next.Execute(executor.Hold(ctx, l.semaphore), a)
}

// String is "Limited", with the name of the semaphore: "Limited(db)".
func (l *limited) String() string { return layerName("Limited", l.semaphore.Name()) }

// weightOf asks what an action weighs. It is 1 if the function panics.
func weightOf(ctx context.Context, callback string, weight func(actions.Action) int, a actions.Action) int {
	n := 1
	_ = contain(ctx, callback, func() { n = weight(a) })
	return n
}
