package combinators

import (
	"fmt"
	"time"
)

const (
	defaultTotal    = 30 * time.Second
	attemptsInTotal = 3
)

// Policy configures [Standard]. The zero value is a good beginning for a service that answers within seconds: up to
// three attempts of 10 s within 30 s, and a circuit that opens for 30 s after five consecutive failures.
type Policy struct {
	// Name is what the service is called in errors, events and stacks.
	Name string
	// Sinks are told of each action, and of what the layers below do about it (see [Observed]). None means no observer.
	Sinks []Sink
	// Semaphore bounds how many actions are under way, their retries and the waits between included (see [Limited]). nil
	// is no bound.
	Semaphore *Semaphore
	// Total is how long an action may take once it has its permit (see [Timed]). 0 is 30 s.
	Total time.Duration
	// Retry says how failures are retried (see [Retried]).
	Retry Retry
	// Limiter bounds how often the service is called, retries included (see [RateLimited]). nil is no bound.
	Limiter TokenSource
	// Circuit keeps calls from the service while it is down (see [Breaker]). nil is a new one with the defaults of
	// [CircuitConfig], which nobody else can look into.
	Circuit *Circuit
	// Attempt is how long one attempt may take, less than Total. 0 is a third of Total.
	Attempt time.Duration
	// Class classifies outcomes for the retries, unless Retry.Class does, and for the circuit if Standard makes it. nil
	// is [Classify].
	Class Classifier
}

// Standard is the recommended order of policies for calling a remote service. It is no layer of its own but this chain:
//
//	Observed(Sinks)       sees what the caller sees, and is told of everything below
//	Limited(Semaphore)    bounds the work that waits or retries, before any time is counted
//	Timed(Total)          bounds what the caller waits for, whatever happens below
//	Retried(Retry)        does not retry what the layers below reject
//	RateLimited(Limiter)  lets no retry exceed the rate
//	Breaker(Circuit)      sees each attempt, and what hangs as a failure
//	Timed(Attempt)        leaves time for another attempt
//
// It belongs below Parallelize and executor.System, where each single action gets all of it: above, a group would be
// one call of the service. Give each service its own, with [For] or [When]:
//
//	combinators.For[Charge](combinators.Standard(combinators.Policy{Name: "payments"}))
//
// [Cached] and [Coalesced] belong around it, [Fallback] as well. Wrapped around itself with one Policy it retries what
// it has retried, and its circuit counts twice. It costs what its layers cost: with the zero Policy two contexts with a
// deadline. Whoever wants another order, or fewer layers, chains them by hand; [Lint] looks through any stack.
//
// Standard panics if a number is negative, or if Attempt is not less than Total.
func Standard(p Policy) Combinator {
	notNegative("Policy", "Total", p.Total)
	notNegative("Policy", "Attempt", p.Attempt)
	orDefault(&p.Total, defaultTotal)
	orDefault(&p.Attempt, max(1, p.Total/attemptsInTotal))
	if p.Attempt >= p.Total {
		refuse("Policy", "Attempt", fmt.Sprintf("less than Total, %v", p.Total), p.Attempt)
	}
	if p.Retry.Class == nil {
		p.Retry.Class = p.Class
	}
	if p.Circuit == nil {
		p.Circuit = NewCircuit(CircuitConfig{Name: p.Name, Class: p.Class})
	}
	return Chain(p.layers()...)
}

func (p *Policy) layers() []Combinator {
	var cs []Combinator
	if len(p.Sinks) > 0 {
		cs = append(cs, Observed(p.Sinks...))
	}
	if p.Semaphore != nil {
		cs = append(cs, Limited(p.Semaphore))
	}
	cs = append(cs, Timed(p.Total), Retried(p.Retry))
	if p.Limiter != nil {
		cs = append(cs, RateLimited(p.Limiter))
	}
	return append(cs, Breaker(p.Circuit), Timed(p.Attempt))
}
