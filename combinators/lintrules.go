package combinators

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// rules look at a layer and at those above it.
func rules() []func(*linter, *place) {
	return []func(*linter, *place){
		permitAroundGroup, limitNeverReached, attemptNeverRetried, retriedRejection, retriedRetries, toldTwice,
		countedTwice, aboveJournal, aboveSystem, limitedHits, leftBehind,
	}
}

func permitAroundGroup(l *linter, p *place) {
	if !carriesOutGroups(p.layer) {
		return
	}
	for q := range p.over() {
		if limited, ok := q.layer.(*limited); ok && q.sees(actions.Group{}) && limited.weighs(actions.Group{}) {
			l.warn(q, "holds a permit while a whole group is carried out",
				"that bounds nothing inside the group, and is held while its branches wait",
				"Put it below "+p.name())
		}
	}
}

func limitNeverReached(l *linter, p *place) {
	inner, ok := p.layer.(*timed)
	if !ok || inner.LimitOf != nil {
		return
	}
	for q := range p.over() {
		if outer, ok := q.layer.(*timed); ok && outer.LimitOf == nil && outer.Limit <= inner.Limit {
			l.warn(p, "is never reached below "+q.name(), "the limit above it passes first", "Make it the shorter one")
		}
	}
}

func attemptNeverRetried(l *linter, p *place) {
	inner, ok := p.layer.(*timed)
	if !ok || inner.LimitOf != nil {
		return
	}
	for q := range p.over() {
		if r, ok := q.layer.(*retried); ok && 0 < r.MaxElapsed && r.MaxElapsed <= inner.Limit {
			l.warn(p, "is too long to be retried", fmt.Sprintf(
				"after an attempt that takes that long, the MaxElapsed of %s, %v, is over", q.name(), r.MaxElapsed),
				"Make it shorter, or MaxElapsed longer")
		}
	}
}

func retriedRejection(l *linter, p *place) {
	rejection := rejectionOf(p.layer)
	if rejection == nil {
		return
	}
	for q := range p.over() {
		if r, ok := q.layer.(*retried); ok && r.retryable(context.Background(), rejection) {
			l.warn(q, "retries the rejections of "+p.name(),
				"what is shut or full already is asked again and again, and the callers pile up",
				"Have its Class call a rejection neutral, as Classify does")
		}
	}
}

// rejectionOf is an error with which the layer rejects actions, or nil if it rejects none.
func rejectionOf(e executor.Executor) error {
	switch e := e.(type) {
	case *breaker:
		return &OpenError{Circuit: e.circuit.Name(), State: Open, RetryAfter: time.Second}
	case *breakerBy:
		return &OpenError{Circuit: e.circuits.name, State: Open, RetryAfter: time.Second}
	case *limited:
		return &LimitedError{Semaphore: e.semaphore.Name(), Size: e.semaphore.Size(), Weight: 1, Reason: badWeight}
	case *rateLimited:
		return noTokenFor(e.name, time.Second)
	case *rateLimitedBy:
		return noTokenFor(e.limiters.name, time.Second)
	}
	return nil
}

func retriedRetries(l *linter, p *place) {
	inner, ok := p.layer.(*retried)
	if !ok {
		return
	}
	for q := range p.over() {
		if outer, ok := q.layer.(*retried); ok {
			l.warn(p, "is retried by "+q.name(), fmt.Sprintf(
				"that makes up to %d times %d attempts, when the service may be at its weakest",
				outer.MaxAttempts, inner.MaxAttempts), "Keep one of them, or give the inner one a Budget")
		}
	}
}

// toldTwice finds a sink in two places, unless it is told of the action in one and of its attempts in the other.
func toldTwice(l *linter, p *place) {
	inner, ok := p.layer.(*observed)
	if !ok {
		return
	}
	for q := range p.over() {
		switch outer := q.layer.(type) {
		case *retried, *hedged, *fallback:
			return
		case *observed:
			if sink := sameSink(outer.sinks, inner.sinks); sink != "" {
				l.warn(p, fmt.Sprintf("tells %s what %s tells it already", sink, q.name()),
					"the outer one sees what is in groups too, so each action is reported twice", "Keep the outer one")
			}
		}
	}
}

// sameSink is the name of a sink that both have, if there is one.
func sameSink(a, b []Sink) string {
	for _, s := range a {
		for _, t := range b {
			if sameLogger(s, t) {
				return "the logger"
			}
			if reflect.TypeOf(s) == reflect.TypeOf(t) && reflect.ValueOf(s).Comparable() && s == t {
				return fmt.Sprintf("the same %T", s)
			}
		}
	}
	return ""
}

func sameLogger(a, b Sink) bool {
	one, ok1 := a.(*logSink)
	two, ok2 := b.(*logSink)
	return ok1 && ok2 && one.Logger == two.Logger && one.Slog == two.Slog
}

// countedTwice finds one circuit, limiter or budget in two places.
func countedTwice(l *linter, p *place) {
	inner := kept(p.layer)
	if inner == nil {
		return
	}
	for q := range p.over() {
		if kept(q.layer) == inner {
			l.warn(p, "uses what "+q.name()+" uses already", "each action counts twice", "Keep one of them")
		}
	}
}

// kept is what the layer counts actions in, or nil.
func kept(e executor.Executor) any {
	switch e := e.(type) {
	case *breaker:
		return e.circuit
	case *breakerBy:
		return e.circuits
	case *rateLimitedBy:
		return e.limiters
	case *rateLimited:
		if reflect.ValueOf(e.take).Comparable() {
			return e.take
		}
	case *retried:
		if e.Budget != nil {
			return e.Budget
		}
	case *hedged:
		if e.Budget != nil {
			return e.Budget
		}
	}
	return nil
}

func aboveJournal(l *linter, p *place) {
	if _, ok := p.layer.(Journal); !ok {
		return
	}
	for q := range p.over() {
		switch {
		case isPolicy(q.layer):
			l.warn(q, "is a policy above a journal", "when a run is replayed, it decides about answers from the records",
				"Put it below "+p.name()+"; what must survive a restart is part of the orchestration (orchestrate.Retry, "+
					"orchestrate.WithTimeout)")
		case isParallelize(q.layer):
			l.warn(q, "takes groups away from a journal", "which branch decided a group is then not on record",
				"Leave it out: "+p.name()+" carries out groups itself")
		case isSystem(q.layer):
			l.warn(q, "takes sleeps, times and identifiers away from a journal", "a replay would see others",
				"Put it below "+p.name())
		}
	}
}

func aboveSystem(l *linter, p *place) {
	if !isSystem(p.layer) {
		return
	}
	for q := range p.over() {
		switch q.layer.(type) {
		case *timed:
			if q.sees(actions.Sleep{}) {
				l.warn(q, "limits sleeps", "System is below it, so a Sleep that is longer than the limit fails",
					"Put it below System; above Parallelize, For[actions.Group] spares single sleeps")
			}
		case *limited, *breaker, *breakerBy, *rateLimited, *rateLimitedBy:
			if q.sees(actions.Now{}) {
				l.warn(q, "stands above System", "reading a clock or drawing a random number then counts as a call",
					"Put it below System")
			}
		}
	}
}

func limitedHits(l *linter, p *place) {
	if _, ok := p.layer.(*cached); !ok {
		return
	}
	for q := range p.over() {
		if rejectionOf(q.layer) != nil {
			l.warn(q, "stands above "+p.name(), "an answer from the cache needs nothing of what it limits",
				"Put it below the cache")
		}
	}
}

func leftBehind(l *linter, p *place) {
	if t, ok := p.layer.(*timed); !ok || t.Abandon == nil {
		return
	}
	for q := range p.over() {
		if _, ok := q.layer.(*limited); ok {
			l.warn(q, "does not bound what "+p.name()+" leaves behind",
				"the permit is given back at the limit, while the handler is still at work", "Put it below "+p.name())
		}
	}
}

// bottom looks at a whole way through the stack, from its end.
func (l *linter) bottom(end *place) {
	groups, known := false, true
	for p := end; p != nil; p = p.above {
		groups = groups || carriesOutGroups(p.layer)
		known = known && isKnown(p.layer)
		switch p.layer.(type) {
		case *breaker, *breakerBy:
			l.blindBreaker(end, p)
		}
	}
	if groups || !known {
		return
	}
	for p := end; p != nil; p = p.above {
		if c, ok := p.layer.(*choice); ok && c.scope != "" {
			l.warn(p, "never applies", "a scope is a group, and nothing here carries out groups", "Put it below Parallelize")
		}
	}
}

// blindBreaker finds a breaker with a timeout above it, and none below.
func (l *linter) blindBreaker(end, breaker *place) {
	for p := end; p != breaker; p = p.above {
		if _, ok := p.layer.(*timed); ok && p.meets(breaker) {
			return
		}
	}
	for q := range breaker.over() {
		if _, ok := q.layer.(*timed); ok {
			l.warn(breaker, "does not see what hangs", "the timeout is above it ("+q.name()+"), and a call that its caller "+
				"gives up counts for nothing", "Put a Timed below it")
			return
		}
	}
}

// weighs tells whether the action would take a permit.
func (l *limited) weighs(a actions.Action) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = true
		}
	}()
	return l.limit.Weight == nil || l.limit.Weight(a) != 0
}

func isPolicy(e executor.Executor) bool {
	switch e.(type) {
	case *retried, *timed, *breaker, *breakerBy, *limited, *rateLimited, *rateLimitedBy, *hedged, *fallback, *cached,
		*coalesced:
		return true
	}
	return false
}

func isParallelize(e executor.Executor) bool {
	_, ok := e.(*parallelized)
	return ok
}

func carriesOutGroups(e executor.Executor) bool {
	_, journal := e.(Journal)
	return journal || isParallelize(e)
}

// isSystem knows System by its type, which has no name outside its package.
func isSystem(e executor.Executor) bool {
	return reflect.TypeOf(e) == reflect.TypeOf(executor.System(executor.NewMux()))
}

// isKnown tells whether the layer is one of ours. Another may carry out groups without saying so.
func isKnown(e executor.Executor) bool {
	t := reflect.TypeOf(e)
	if t.Kind() != reflect.Pointer {
		return false
	}
	path := t.Elem().PkgPath()
	return path == reflect.TypeFor[layer]().PkgPath() || path == reflect.TypeFor[executor.Mux]().PkgPath()
}
