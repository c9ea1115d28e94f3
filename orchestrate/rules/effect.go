package rules

import (
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// effect evaluates a rule that may need the yield. It tells whether the machine must stop here and be run again.
func (m *machine[C]) effect(y actions.Yield, n *node[C]) (stop bool) {
	if m.dry && n.yields() {
		m.waits, m.status = n, pending
		return true
	}
	mark := len(m.findings)
	switch n.kind {
	case kindPure, kindAsks, kindFlow, kindPipe:
		if m.trace {
			m.traced(y, n)
		} else {
			_ = m.leaf(y, n) // it is in the verdict
		}
		return false
	case kindParallel, kindFailFast, kindParallelAny:
		if stop = m.parallel(y, n); stop {
			return true
		}
	case kindRetry:
		m.retry(y, n)
	case kindTimeout:
		m.timeout(y, n)
	case kindNamed:
		m.named(y, n)
	case kindCached:
		if stop = m.cached(y, n); stop {
			return true
		}
	default:
		panic("rules: a kind of rule that nobody evaluates")
	}
	if m.status == no && n.message != nil && !m.hush() {
		m.drop(mark)
		m.find(n, nil)
	}
	return false
}

// yields tells whether evaluating the rule begins by yielding, as far as can be told from its kind.
func (n *node[C]) yields() bool {
	switch n.kind {
	case kindParallel, kindFailFast, kindParallelAny, kindCached:
		return false // they see for themselves
	default:
		return true
	}
}

// leaf evaluates a rule that has no parts. It returns the error of what the rule is made of.
func (m *machine[C]) leaf(y actions.Yield, n *node[C]) (err error) {
	var ok bool
	switch n.kind {
	case kindPure:
		ok = n.pure(m.value)
	case kindAsks:
		ok, err = ask(y, n.ask(m.value))
	case kindFlow:
		ok, err = n.flow(y, m.value)
	default:
		c, err := n.pipe(y, m.value)
		if err != nil {
			m.refuse(n, err)
			return err
		}
		m.value, ok = c, true
	}
	switch {
	case err != nil:
		m.fail(n, err)
	case ok:
		m.status = yes
	default:
		m.refuse(n, nil)
	}
	return err
}

func ask(y actions.Yield, a actions.Of[bool]) (bool, error) {
	if a == nil {
		return false, errNilAction
	}
	return orchestrate.Do[actions.Of[bool], bool](y, a)
}

var errNilAction = errors.New("rules: Asks was given a function that returned a nil action")

// part is what a machine for a part of the rule begins with. It is copied into the branch, because a branch may be run
// again by a policy around it, and never shares what changes with another.
type part[C any] struct {
	node  *node[C]
	value C
	work
}

// part is the rule n at a place, with the value that there is.
func (m *machine[C]) part(n *node[C], at *place) part[C] {
	p := part[C]{node: n, value: m.value, work: m.work}
	p.root, p.quiet, p.contest = at, m.hush(), nil
	return p
}

// run evaluates the part in a machine of its own, and returns that with the error for which the status is unknown.
func (p part[C]) run(y actions.Yield) (*machine[C], error) {
	m := &machine[C]{walker: walker[C]{value: p.value, work: p.work}}
	m.run(y, p.node)
	return m, m.trouble()
}

// trouble is the error for which the status is unknown.
func (m *machine[C]) trouble() error {
	switch {
	case m.status != unknown:
		return nil
	case m.validate:
		return m.errors()
	default:
		return m.err
	}
}

// take makes what came of a part the verdict of the rule under way, with the value that the part gave.
func (m *machine[C]) take(n *node[C], p *machine[C], err error) {
	if p == nil {
		if err == nil {
			err = errNoVerdict
		}
		m.fail(n, err)
		return
	}
	m.findings = append(m.findings, p.findings...)
	m.notes = append(m.notes, p.notes...)
	m.ran = append(m.ran, p.ran...)
	own := n.kind == kindCached || n.kind == kindRetry // and no executor has a hold on it
	if own && !m.learned && p.learned && p.memo.outer == m.memo {
		m.memo, m.learned = p.memo, true
	} else {
		m.learn(p, false)
	}
	m.value, m.status = p.value, p.status
	if err != nil && !m.validate {
		m.fail(n, err)
	}
}
