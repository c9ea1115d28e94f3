package rules

import (
	"time"

	"github.com/baton-go/baton/actions"
)

// walker evaluates a rule that yields nothing. It walks the tree with a stack of its own, so that neither the depth of
// a rule nor the number of its parts costs a call or an allocation each.
type walker[C any] struct {
	value  C
	status status
	err    error // why the status is unknown, unless it validates
	work
	frames   []frame[C]
	saved    []C // the values at the first failure of each And that goes on
	findings []finding[C]
}

// machine evaluates any rule.
type machine[C any] struct {
	walker[C]
	notes   []note
	ran     []step
	clock   time.Time
	next    *node[C]  // to be evaluated before anything else
	waits   *node[C]  // where a machine that stopped goes on
	wants   memoKey   // what a machine that is blocked waits for
	grants  []memoKey // what it need not wait for
	parts   *parts[C] // of the group that is under way where caches are shared
	dry     bool      // stops where it would yield
	learned bool      // the memo is its own
}

// work is what a machine has in common with those for parts of its rule.
type work struct {
	root     *place // of the rule; nil is the whole
	memo     *memo
	contest  *contest // the caches that others may ask for at the same time
	validate bool     // goes on after a "no", for more reasons
	quiet    bool     // nobody will ask for the reasons
	trace    bool
}

// status is a verdict, or why there is none yet.
type status uint8

const (
	pending status = iota
	yes
	no
	unknown // it could not be found out
	blocked // it waits for a check that a sibling makes
)

// frame is a composed rule that is under way.
type frame[C any] struct {
	node   *node[C]
	at     *place // once somebody asked for it
	next   int32  // the part that is under way
	mark   int32  // how many findings there were before
	saved  int32  // the place in machine.saved, counted from 1, once a part failed
	quiet  bool   // no reason within counts
	failed status // what the first part that did not pass said
}

// walk evaluates a rule that yields nothing.
func (m *walker[C]) walk(n *node[C]) {
	for n != nil {
		switch {
		case n.kind != kindPure && len(n.children) > 0:
			m.push(n)
			n = n.children[0]
		case n.kind != kindPure:
			m.empty(n)
			n = m.resume()
		case !n.pure(m.value):
			m.refuse(n, nil)
			n = m.resume()
		default:
			n = m.pass()
		}
	}
}

// pass goes on after a "yes", as resume does. It is on the path of every leaf, so what is frequent comes first.
func (m *walker[C]) pass() *node[C] {
	m.status = yes
	if last := len(m.frames) - 1; last >= 0 {
		f := &m.frames[last]
		if next := int(f.next) + 1; f.node.kind == kindAnd && next < len(f.node.children) {
			f.next++
			return f.node.children[next]
		}
	}
	return m.resume()
}

// run evaluates n, or as much of it as can be done.
func (m *machine[C]) run(y actions.Yield, n *node[C]) {
	for n != nil {
		switch n.kind {
		case kindPure:
			if m.trace {
				if m.effect(y, n) {
					return
				}
			} else if n.pure(m.value) {
				n = m.pass()
				continue
			} else {
				m.refuse(n, nil)
			}
		case kindAnd, kindOr, kindNot, kindThen, kindIf:
			if len(n.children) > 0 {
				m.push(n)
				n = n.children[0]
				continue
			}
			m.empty(n)
		default:
			if m.effect(y, n) {
				return
			}
			if m.next != nil {
				n, m.next = m.next, nil
				continue
			}
		}
		n = m.resume()
	}
}

// push begins a composed rule.
func (m *walker[C]) push(n *node[C]) {
	m.frames = append(m.frames, frame[C]{node: n, mark: int32(len(m.findings)), quiet: m.hush()})
}

// empty is the verdict of a composed rule without parts.
func (m *walker[C]) empty(n *node[C]) {
	m.status = yes
	if n.kind == kindOr {
		m.refuse(n, nil)
	}
}

// hush tells whether nobody will ask for the reasons of the rule that is under way.
func (m *walker[C]) hush() bool {
	if len(m.frames) == 0 {
		return m.quiet
	}
	f := &m.frames[len(m.frames)-1]
	if f.quiet {
		return true
	}
	switch f.node.kind {
	case kindNot:
		return true
	case kindIf:
		return f.next == 0
	case kindThen:
		return int(f.next) < len(f.node.children)-1
	default:
		return false
	}
}

// loud tells whether the rule that is under way is to find more reasons than one.
func (m *walker[C]) loud() bool { return m.validate && !m.hush() }

// resume goes on with what the rules under way make of the last verdict. It returns the next rule to evaluate, or nil
// if the evaluation is over.
func (m *walker[C]) resume() *node[C] {
	for len(m.frames) > 0 {
		f := &m.frames[len(m.frames)-1]
		if m.after(f) {
			return f.node.children[f.next]
		}
		n, quiet, mark := f.node, f.quiet, int(f.mark)
		m.frames[len(m.frames)-1] = frame[C]{} // which may hold on to a value
		m.frames = m.frames[:len(m.frames)-1]
		if m.status == no && !quiet && (n.message != nil || n.kind == kindNot) {
			m.drop(mark)
			m.find(n, nil)
		}
	}
	return nil
}

// after takes the verdict of a part. It tells whether there is another one to evaluate, and otherwise leaves the
// verdict of the whole.
func (m *walker[C]) after(f *frame[C]) bool {
	if m.status == unknown && !m.validate {
		return false
	}
	switch f.node.kind {
	case kindAnd:
		return m.afterAnd(f)
	case kindOr:
		return m.afterOr(f)
	case kindNot:
		m.invert()
		return false
	case kindThen:
		if m.status == unknown {
			return false
		}
		return f.advance()
	case kindIf:
		if f.next > 0 || m.status == unknown {
			return false
		}
		f.next = 1
		if m.status == no {
			f.next = 2
		}
		return true
	default: // a timeout's other rule
		return false
	}
}

func (f *frame[C]) advance() bool {
	if int(f.next)+1 == len(f.node.children) {
		return false
	}
	f.next++
	return true
}

func (m *walker[C]) afterAnd(f *frame[C]) bool {
	if m.status != yes {
		if f.quiet || !m.validate {
			return false
		}
		if f.failed == pending {
			f.failed = m.status
			m.saved = append(m.saved, m.value)
			f.saved = int32(len(m.saved))
		}
	}
	if f.advance() {
		return true
	}
	if f.failed != pending { // the verdict and the value are those at the first failure
		m.status = f.failed
		m.value = m.saved[f.saved-1]
		m.saved = m.saved[:f.saved-1]
	}
	return false
}

func (m *walker[C]) afterOr(f *frame[C]) bool {
	switch m.status {
	case no:
		return f.advance()
	case yes:
		m.truncate(int(f.mark))
	default:
		m.drop(int(f.mark))
	}
	return false
}

func (m *walker[C]) invert() {
	switch m.status {
	case yes:
		m.status = no
	case no:
		m.status = yes
	default:
	}
}

// verdict is the result of a walker that is over.
func (m *walker[C]) verdict() (Verdict[C], error) {
	v := Verdict[C]{OK: m.status == yes, Value: m.value}
	err := m.err
	if m.findings != nil {
		v.Reasons = m.reasons()
		if m.validate {
			err = m.errors()
		}
	}
	if m.status == unknown && err == nil {
		err = errNoVerdict
	}
	return v, err
}

// evaluate evaluates a rule that may yield. The caller looks into the machine for what is not in the verdict.
func (n *node[C]) evaluate(y actions.Yield, c C, w work) (*machine[C], Verdict[C], error) {
	m := &machine[C]{walker: walker[C]{value: c, work: w}}
	m.run(y, n)
	v, err := m.verdict()
	v.Notes = m.noted()
	return m, v, err
}

// judge evaluates a rule.
func (n *node[C]) judge(y actions.Yield, c C, w work) (Verdict[C], error) {
	if !n.plain {
		_, v, err := n.evaluate(y, c, w)
		return v, err
	}
	return n.glance(c, w)
}
