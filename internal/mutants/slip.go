package mutants

import (
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// slip is what a mutant gets wrong about an action.
type slip string

const (
	dropped   slip = "drop"      // it is not done, and the answer is the usual one
	twice     slip = "twice"     // once it is done, it is done again
	swallowed slip = "swallow"   // its error is the usual answer
	later     slip = "later"     // it is done after the next one
	last      slip = "last"      // it is done after all others
	exposed   slip = "exposed"   // it is done without a shield
	misread   slip = "misread"   // its answer is taken for another
	keyReused slip = "reuse key" // it is done under the key of another
)

// mutant is a slip at a site.
type mutant struct {
	site  *site
	slip  slip
	value any // what is wrong
}

// String is the mutant's name.
func (m mutant) String() string { return string(m.slip) + " " + m.site.name }

// mutate is the flow with the slip.
func mutate[T any](m mutant, flow orchestrate.Orchestration[T]) orchestrate.Orchestration[T] {
	return func(y actions.Yield) (T, error) {
		s := &strand{mutant: m, next: y}
		result, err := flow(s.yield)
		return result, s.end(err)
	}
}

// strand is the yield of a strand where the slip may happen.
type strand struct {
	mutant
	next actions.Yield
	held actions.Action // for later
	idle int            // how often in a row nothing was yielded
}

func (s *strand) yield(a actions.Action) (any, error) {
	matches := nameOf(a) == s.site.name
	a = branches(a, s.branch)
	if !matches {
		s.idle = 0
		return s.other(a)
	}
	if s.idle++; s.idle > 100 {
		panic("without this action the workflow does not end")
	}
	switch s.slip {
	case dropped:
		return s.site.usual, nil
	case twice:
		if v, err := s.next(a); err != nil {
			return v, err
		}
	case swallowed:
		if v, err := s.next(a); err == nil {
			return v, nil
		}
		return s.site.usual, nil
	case later, last:
		if s.held == nil {
			s.held = a
			return s.site.usual, nil
		}
	case exposed:
		a = a.(actions.Shielded).Action
	case misread:
		v, err := s.next(a)
		if err == nil {
			v = s.value
		}
		return v, err
	case keyReused:
		a = s.value.(actions.Action)
		if s.site.shielded {
			a = actions.Shielded{Action: a}
		}
	}
	return s.next(a)
}

// other yields an action that is not mistaken, and then what was held for it.
func (s *strand) other(a actions.Action) (any, error) {
	v, err := s.next(a)
	if s.held == nil || s.slip == last {
		return v, err
	}
	held := s.held
	s.held = nil
	if err != nil && !s.site.shielded {
		return v, err // as one returns who sees an error
	}
	if _, late := s.next(held); late != nil {
		err = errors.Join(err, &lateError{late})
	}
	return v, err
}

// end does what is still held.
func (s *strand) end(err error) error {
	if s.held == nil || err != nil && !s.site.shielded {
		return err
	}
	_, late := s.next(s.held)
	return errors.Join(err, late)
}

// lateError is the error of an action, told at the next one, which was done.
type lateError struct{ error }

func (e *lateError) Unwrap() error { return e.error }

func (e *lateError) NotDone() bool { return false }

// branch has the slip happen in a branch as well.
func (s *strand) branch(_ int, b actions.Branch) actions.Branch {
	flow := b.Flow
	if b.Leaf != nil {
		if nameOf(b.Leaf) != s.site.name {
			return b
		}
		flow = func(y actions.Yield) (any, error) { return y(b.Leaf) }
	}
	return actions.Branch{Flow: func(y actions.Yield) (any, error) {
		inner := &strand{mutant: s.mutant, next: y}
		v, err := flow(inner.yield)
		return v, inner.end(err)
	}}
}
