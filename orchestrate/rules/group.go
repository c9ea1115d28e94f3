package rules

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Parallel passes if all rules do. They run side by side, each with the same value, which also is the value that
// comes back. All run to their end; their reasons are in the order of the rules, and so is the verdict: that of the
// first rule in order that does not pass. Parallel panics if there are no rules.
func Parallel[C any](rules ...Rule[C]) Rule[C] { return newGroup("Parallel", kindParallel, rules) }

// FailFast is [Parallel] where the first "no" or error in time is the verdict. It cancels the others, and all have
// ended when the verdict is given. FailFast panics if there are no rules.
func FailFast[C any](rules ...Rule[C]) Rule[C] { return newGroup("FailFast", kindFailFast, rules) }

// ParallelAny passes if one of the rules does. They run side by side, each with the same value, which also is the value
// that comes back. The first "yes" in time cancels the others, which all have ended when the verdict is given, and its
// rule is named in the verdict: see [Verdict.Winner]. If none passes and one could not be found out, that is the error;
// otherwise the reasons of all are kept. ParallelAny panics if there are no rules.
func ParallelAny[C any](rules ...Rule[C]) Rule[C] {
	return newGroup("ParallelAny", kindParallelAny, rules)
}

func newGroup[C any](maker string, k kind, rules []Rule[C]) Rule[C] {
	if len(rules) == 0 {
		panic("rules." + maker + ": there are no rules")
	}
	n := newNode(maker, k, rules...)
	if n.caches {
		n.shared = sharedCaches(n.children)
	}
	return Rule[C]{n}
}

// declinedError makes a "no" decide a group that a "no" decides. No retry can change it.
type declinedError struct{ rule string }

func (e *declinedError) Error() string { return e.rule + ": the answer is no" }

// Permanent is true: a "no" is an answer.
func (e *declinedError) Permanent() bool { return true }

// branch is what came of one rule of a group.
type branch[C any] struct {
	machine *machine[C] // nil if the branch was a single action, or nothing came of it
	ok      bool        // the answer of the single action
	err     error
}

// parallel evaluates the rules of a group side by side.
func (m *machine[C]) parallel(y actions.Yield, n *node[C]) (stop bool) {
	if n.caches && (m.contest != nil || len(n.shared) > 0) {
		return m.rounds(y, n)
	}
	if m.dry {
		m.waits, m.status = n, pending
		return true
	}
	mode := m.mode(n)
	at := m.spot().place()
	g := actions.Group{Mode: mode, Branches: make([]actions.Branch, len(n.children))}
	for i, child := range n.children {
		if child.kind == kindAsks && mode == actions.Settle && !m.trace {
			if a := child.ask(m.value); a != nil {
				g.Branches[i].Leaf = a
				continue
			}
		}
		g.Branches[i].Flow = m.part(child, &place{at, int32(i)}).flow(mode)
	}
	branches, decided, err := run[C](y, g)
	m.conclude(n, at, branches, decided, err)
	return false
}

// mode is that of the group that evaluates n.
func (m *machine[C]) mode(n *node[C]) actions.Mode {
	switch {
	case n.kind == kindParallelAny:
		return actions.Any
	case n.kind == kindFailFast && !m.loud():
		return actions.All
	default:
		return actions.Settle
	}
}

// flow is the part as the branch of a group.
func (p part[C]) flow(mode actions.Mode) func(actions.Yield) (any, error) {
	return func(y actions.Yield) (any, error) {
		m, err := p.run(y)
		return m, m.ends(p.node, mode, err)
	}
}

// ends is the error with which a branch ends: a "no" is one where it decides, or must not.
func (m *machine[C]) ends(n *node[C], mode actions.Mode, err error) error {
	if err == nil && m.status == no && mode != actions.Settle {
		return &declinedError{n.name}
	}
	return err
}

// run yields the group. The error says that it was not carried out, or that something around it failed.
func run[C any](y actions.Yield, g actions.Group) ([]branch[C], int, error) {
	r, err := orchestrate.Do(y, g)
	whole := len(r.Outcomes) == len(g.Branches) && r.Decided < len(g.Branches)
	expected := g.Mode == actions.All && r.Decided >= 0 || g.Mode == actions.Any && r.Decided < 0
	switch {
	case err != nil && (!whole || !expected):
		return nil, 0, err
	case !whole:
		return nil, 0, fmt.Errorf("rules: the executor returned %d outcomes for the group %q of %d branches",
			len(r.Outcomes), actions.Name(g), len(g.Branches))
	}
	branches := make([]branch[C], len(g.Branches))
	for i, o := range r.Outcomes {
		b := &branches[i]
		b.err = o.Err
		b.machine, _ = o.Value.(*machine[C])
		b.ok, _ = o.Value.(bool)
		switch leaf := g.Branches[i].Leaf; {
		case b.err != nil || b.machine != nil:
		case leaf == nil:
			b.err = errNoVerdict
		case o.Value != nil && !isBool(o.Value):
			b.err = &executor.ResultError{Action: leaf, Want: reflect.TypeFor[bool](), Got: reflect.TypeOf(o.Value)}
		}
	}
	return branches, r.Decided, nil
}

// status is what the branch said.
func (b *branch[C]) status() status {
	switch {
	case b.err != nil && (b.machine == nil || b.machine.status != no):
		return unknown
	case b.machine != nil:
		return b.machine.status
	case b.ok:
		return yes
	default:
		return no
	}
}

// conclude makes the verdict of a group from what came of its branches.
func (m *machine[C]) conclude(n *node[C], at *place, branches []branch[C], decided int, err error) {
	switch mode := m.mode(n); {
	case err != nil:
		m.fail(n, err)
	case mode == actions.Any:
		m.concludeAny(n, at, branches, decided)
	case mode == actions.All && decided >= 0:
		for i := range branches {
			m.trail(&branches[i])
		}
		b := &branches[decided]
		if m.status = b.status(); m.status == unknown {
			m.fail(n, b.err)
			return
		}
		m.join(n, at, decided, b)
	default:
		m.concludeAll(n, at, branches)
	}
}

// concludeAll takes the first rule in order that does not pass for the verdict, and all reasons.
func (m *machine[C]) concludeAll(n *node[C], at *place, branches []branch[C]) {
	verdict, mark := yes, len(m.findings)
	var faults []error
	for i := range branches {
		b := &branches[i]
		said := b.status()
		if verdict == yes {
			verdict = said
		}
		m.trail(b)
		if said == unknown && !m.loud() {
			faults = append(faults, b.err)
			continue
		}
		m.join(n, at, i, b)
	}
	if verdict == unknown && !m.loud() { // the first error is the error
		m.truncate(mark)
		m.fail(n, faults[0])
		faults = faults[1:]
	}
	m.status = verdict
	if len(faults) > 0 {
		m.note(Note{Rule: n.name, Errs: faults})
	}
}

func (m *machine[C]) concludeAny(n *node[C], at *place, branches []branch[C], decided int) {
	mark := len(m.findings)
	var faults []error
	for i := range branches {
		b := &branches[i]
		m.trail(b)
		switch {
		case decided >= 0:
		case b.status() == no:
			m.join(n, at, i, b)
		default:
			faults = append(faults, b.err)
		}
	}
	switch {
	case decided >= 0:
		m.join(n, at, decided, &branches[decided])
		m.truncate(mark)
		m.status = yes
		m.note(Note{Rule: n.name, Winner: n.children[decided].name})
	case faults != nil:
		m.truncate(mark)
		m.fail(n, joined(faults))
	default:
		m.status = no
	}
}

// join takes over what a branch found and noted. The value of the whole stays.
func (m *machine[C]) join(n *node[C], at *place, i int, b *branch[C]) {
	said := b.status()
	switch {
	case b.machine != nil && (said != unknown || m.validate):
		m.findings = append(m.findings, b.machine.findings...)
		m.notes = append(m.notes, b.machine.notes...)
	case said == unknown:
		m.add(finding[C]{node: n.children[i], spot: spot{at, int32(i)}, fault: b.err})
	case said == no && !m.hush():
		m.add(finding[C]{node: n.children[i], spot: spot{at, int32(i)}, value: m.value})
	}
}

// trail takes over what a branch traced and remembered.
func (m *machine[C]) trail(b *branch[C]) {
	if b.machine != nil {
		m.ran = append(m.ran, b.machine.ran...)
		m.learn(b.machine, false)
	}
}

func isBool(v any) bool {
	_, ok := v.(bool)
	return ok
}

func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
