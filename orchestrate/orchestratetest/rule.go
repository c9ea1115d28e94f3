package orchestratetest

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
)

// rule is an expectation of a mock. Its mock's lock guards it.
type rule struct {
	expectation
	turns []answer // answers in turn, instead of the one
	delay time.Duration
	limit int // how many actions it is for; 0 for any number
	maybe bool
	used  int
}

// Rule says how a [Mock] answers the actions of type A that it is for. As it is, it answers any number of them, at
// least one, with the zero value of the result. Rules are made before the run.
type Rule[A actions.Of[R], R any] struct {
	m *Mock
	r *rule
}

// On makes a rule for actions that equal a, field by field.
func On[A actions.Of[R], R any](m *Mock, a A) *Rule[A, R] {
	refuseNil("On", "mock", m)
	return newRule[A, R](m, expecting("On", a))
}

// OnType makes a rule for all actions of type A.
func OnType[A actions.Of[R], R any](m *Mock) *Rule[A, R] {
	refuseNil("OnType", "mock", m)
	return newRule[A, R](m, expectingType[A]("OnType", nil))
}

// OnMatch makes a rule for the actions of type A for which match is true. The function is called by many goroutines,
// one at a time, and must not use the mock.
func OnMatch[A actions.Of[R], R any](m *Mock, match func(A) bool) *Rule[A, R] {
	refuseNil("OnMatch", "mock", m)
	refuseNil("OnMatch", "function", match)
	return newRule[A, R](m, expectingType("OnMatch", match))
}

func newRule[A actions.Of[R], R any](m *Mock, e expectation) *Rule[A, R] {
	var zero R
	e.answer = returning(zero)
	r := &Rule[A, R]{m, &rule{expectation: e}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = append(m.rules, r.r)
	return r
}

// Return answers with v.
func (r *Rule[A, R]) Return(v R) *Rule[A, R] { return r.answer(returning(v)) }

// ReturnSequence answers with vs in turn, and is for as many actions, unless Times says that it is for more: these are
// answered with the last.
func (r *Rule[A, R]) ReturnSequence(vs ...R) *Rule[A, R] {
	if len(vs) == 0 {
		panic("orchestratetest.Rule.ReturnSequence: no values")
	}
	turns := make([]answer, len(vs))
	for i, v := range vs {
		turns[i] = returning(v)
	}
	return r.change(func(r *rule) { r.turns, r.limit = turns, max(r.limit, len(vs)) })
}

// Fail answers with an error.
func (r *Rule[A, R]) Fail(err error) *Rule[A, R] {
	refuseNil("Rule.Fail", "error", err)
	return r.answer(func(context.Context, actions.Action) (any, error) { return nil, err })
}

// Panic answers with a panic.
func (r *Rule[A, R]) Panic(value any) *Rule[A, R] {
	return r.answer(func(context.Context, actions.Action) (any, error) { panic(value) })
}

// Do answers as f does. It is called by many goroutines, also at once.
func (r *Rule[A, R]) Do(f func(ctx context.Context, a A) (R, error)) *Rule[A, R] {
	refuseNil("Rule.Do", "function", f)
	return r.answer(func(ctx context.Context, a actions.Action) (any, error) { return f(ctx, a.(A)) })
}

// Never does not answer before the action is cancelled.
func (r *Rule[A, R]) Never() *Rule[A, R] { return r.answer(unanswered) }

// After waits for d before it answers, or until the action is cancelled: in a bubble of testing/synctest that takes no
// time.
func (r *Rule[A, R]) After(d time.Duration) *Rule[A, R] {
	return r.change(func(r *rule) { r.delay = d })
}

// Once is Times(1).
func (r *Rule[A, R]) Once() *Rule[A, R] { return r.Times(1) }

// Times says that the rule is for n actions, not more and not less. It panics unless n is positive.
func (r *Rule[A, R]) Times(n int) *Rule[A, R] {
	if n < 1 {
		panic(fmt.Sprintf("orchestratetest.Rule.Times: n must be at least 1, got %d", n))
	}
	return r.change(func(r *rule) { r.limit = n })
}

// Maybe says that the rule need not be used, or not as often.
func (r *Rule[A, R]) Maybe() *Rule[A, R] { return r.change(func(r *rule) { r.maybe = true }) }

func (r *Rule[A, R]) answer(a answer) *Rule[A, R] {
	return r.change(func(r *rule) { r.expectation.answer, r.turns = a, nil })
}

func (r *Rule[A, R]) change(f func(*rule)) *Rule[A, R] {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	f(r.r)
	return r
}

// spent tells whether the rule is for no more actions.
func (r *rule) spent() bool { return r.limit > 0 && r.used == r.limit }

// satisfied tells whether the rule was used as often as it must be.
func (r *rule) satisfied() bool { return r.maybe || r.used > 0 && (r.limit == 0 || r.spent()) }

// use returns the answer for the next action.
func (r *rule) use() answer {
	next := r.expectation.answer
	if len(r.turns) > 0 {
		next = r.turns[min(r.used, len(r.turns)-1)]
	}
	r.used++
	if r.delay <= 0 {
		return next
	}
	delay := r.delay
	return func(ctx context.Context, a actions.Action) (any, error) {
		if err := wait(ctx, delay); err != nil {
			return nil, err
		}
		return next(ctx, a)
	}
}

// String is the expectation, where it is written, and how often it was used.
func (r *rule) String() string {
	often := "used " + times(r.used)
	if r.limit > 0 {
		often += " of " + times(r.limit)
	}
	return r.what + "  (" + r.at + "), " + often
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
