package rules

import (
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// Attempts says how a rule is tried again.
type Attempts struct {
	// Max is how often the rule is tried at most; 0 is as often as the schedule says.
	Max int
	// Schedule says how long to wait before each further attempt. Nil waits not at all, and needs a Max.
	Schedule backoff.Schedule
	// No has a "no" tried again too, and not only what could not be found out.
	No bool
}

type policy[C any] struct {
	attempts Attempts
	schedule backoff.Schedule
	limit    time.Duration
	key      func(C) any
}

// Retry evaluates a rule again while it cannot be found out, as orchestrate.Retry does: it yields the waits. Every
// attempt is given the original value. If the verdict took more attempts than one, a note says how many and what
// their errors were; if there is none, the error is a [backoff.RetryError]. Retry panics if there is neither a Max
// nor a Schedule; by a schedule without an end it tries for ever, and remembers every error.
func Retry[C any](rule Rule[C], attempts Attempts) Rule[C] {
	n := newNode("Retry", kindRetry, rule)
	s := attempts.Schedule
	switch {
	case attempts.Max < 0:
		panic(fmt.Sprintf("rules.Retry: Max must not be negative, got %d", attempts.Max))
	case s == nil && attempts.Max == 0:
		panic("rules.Retry: there is neither a Max nor a Schedule")
	case s == nil:
		s = backoff.Constant(0)
	}
	if attempts.Max > 0 {
		s = s.UpTo(attempts.Max - 1)
	}
	n.policy.attempts, n.policy.schedule = attempts, s
	return Rule[C]{n}
}

// Timeout gives a rule some time, after which it is cancelled and onTimeout is evaluated in its place, with the
// original value. Without one, by the zero Rule, the verdict is not known: the error is an
// [orchestrate.TimeoutError]. Timeout panics if d is not positive.
func Timeout[C any](rule Rule[C], d time.Duration, onTimeout Rule[C]) Rule[C] {
	parts := []Rule[C]{rule, onTimeout}
	if onTimeout.node == nil {
		parts = parts[:1]
	}
	if d <= 0 {
		panic(fmt.Sprintf("rules.Timeout: the time must be positive, got %v", d))
	}
	n := newNode("Timeout", kindTimeout, parts...)
	n.policy.limit = d
	return Rule[C]{n}
}

// Named gives a rule a name and makes it a scope of that name: combinators.Named then puts a breaker, a limiter or any
// other policy around just this rule. See orchestrate.Scope for what a scope asks of an executor. It panics if the name
// is empty.
func Named[C any](name string, rule Rule[C]) Rule[C] {
	if name == "" {
		panic("rules.Named: the name is empty")
	}
	n := newNode("Named", kindNamed, rule)
	n.name = name
	return Rule[C]{n}
}

var errTryAgain = errors.New("the answer is no")

func (m *machine[C]) retry(y actions.Yield, n *node[C]) {
	p := m.part(n.children[0], &place{m.spot().place(), 0})
	var last *machine[C]
	var errs []error
	attempts := 0
	final, err := orchestrate.Retry(y, n.policy.schedule, func(y actions.Yield) (*machine[C], error) {
		tried, err := p.run(y)
		if last != nil {
			m.ran = append(m.ran, last.ran...)
		}
		attempts++
		last = tried
		if err == nil && tried.status == no && n.policy.attempts.No {
			err = errTryAgain
		}
		errs = append(errs, err)
		return tried, err
	})
	switch spent, ok := errors.AsType[*backoff.RetryError](err); {
	case err == nil:
		errs = errs[:attempts-1]
		m.take(n, final, nil)
	case last != nil && last.status == no && ok && len(spent.Errs) == attempts:
		errs = errs[:attempts-1]
		m.take(n, last, nil)
	default:
		m.ran = append(m.ran, last.ran...)
		if m.loud() {
			for _, f := range last.findings {
				if f.fault == nil { // those are in err
					m.add(f)
				}
			}
		}
		m.fail(n, err)
		return
	}
	if attempts > 1 {
		m.note(Note{Rule: n.children[0].name, Attempts: attempts, Errs: errs})
	}
}

// partError is the error of a part, which tells it from those of what is around it.
type partError[C any] struct {
	machine *machine[C]
	err     error
}

func (e *partError[C]) Error() string { return e.err.Error() }

func (e *partError[C]) Unwrap() error { return e.err }

func (m *machine[C]) timeout(y actions.Yield, n *node[C]) {
	p := m.part(n.children[0], &place{m.spot().place(), 0})
	done, err := orchestrate.WithTimeout(y, n.policy.limit, func(y actions.Yield) (*machine[C], error) {
		tried, err := p.run(y)
		if err != nil {
			return nil, &partError[C]{tried, err}
		}
		return tried, nil
	})
	if own, ok := errors.AsType[*partError[C]](err); ok {
		m.take(n, own.machine, own.err)
		return
	}
	if _, ok := errors.AsType[*orchestrate.TimeoutError](err); ok && len(n.children) > 1 {
		m.frames = append(m.frames, frame[C]{node: n, next: 1, mark: int32(len(m.findings)), quiet: m.hush()})
		m.status, m.next = pending, n.children[1]
		return
	}
	m.take(n, done, err)
}

func (m *machine[C]) named(y actions.Yield, n *node[C]) {
	p := m.part(n.children[0], &place{m.spot().place(), 0})
	g := actions.Group{Scope: n.name, Branches: []actions.Branch{{Flow: p.flow(actions.Settle)}}}
	branches, _, err := run[C](y, g)
	if err != nil {
		m.fail(n, err)
		return
	}
	m.take(n, branches[0].machine, branches[0].err)
}
