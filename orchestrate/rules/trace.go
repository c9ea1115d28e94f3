package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Traced is a verdict and how it came about.
type Traced[C any] struct {
	Verdict[C]
	// Ran are the leaves that ran, in the order in which they ended; those that ran side by side, in the order of the
	// rules.
	Ran []Ran
}

// Ran is a leaf that ran.
type Ran struct {
	Rule string
	Path string
	// OK is the leaf's own verdict, whatever became of it.
	OK bool
	// Err says why it could not be found out, or what a [Pipe] returned. It is not encoded.
	Err error `json:"-"`
	// At is when it began, and Took how long it took.
	At   time.Time
	Took time.Duration
}

// GobEncode encodes what is not an error, as JSON does.
func (r Ran) GobEncode() ([]byte, error) { return json.Marshal(r) }

// GobDecode decodes what GobEncode encoded.
func (r *Ran) GobDecode(data []byte) error { return json.Unmarshal(data, r) }

// step is a [Ran] whose path is not written yet.
type step struct {
	Ran
	spot spot
}

// Trace does what Check does, and tells which leaves ran, with their verdicts and times. It asks for the time by
// yielding [actions.Now], once at the beginning of each strand and once after each leaf. What ran before an error is
// told too.
func (r Rule[C]) Trace(y actions.Yield, c C) (Traced[C], error) {
	if r.node == nil {
		return Traced[C]{Verdict: Verdict[C]{Value: c}}, errZero
	}
	m, v, err := r.node.evaluate(y, c, work{trace: true})
	t := Traced[C]{Verdict: v, Ran: make([]Ran, len(m.ran))}
	for i, s := range m.ran {
		t.Ran[i] = s.Ran
		t.Ran[i].Path = s.spot.path()
	}
	return t, err
}

// Trace is [Rule.Trace] as a function.
func Trace[C any](y actions.Yield, rule Rule[C], c C) (Traced[C], error) { return rule.Trace(y, c) }

// String shows each leaf on a line: its verdict, its name, how long it took, and what went wrong.
func (t Traced[C]) String() string {
	var b strings.Builder
	for _, r := range t.Ran {
		sign := "no "
		switch {
		case r.OK:
			sign = "yes"
		case r.Err != nil:
			sign = "?  "
		}
		fmt.Fprintf(&b, "%s %s %v", sign, r.Rule, r.Took)
		if r.Err != nil {
			fmt.Fprintf(&b, ": %v", r.Err)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// traced evaluates a leaf and takes down how long that took.
func (m *machine[C]) traced(y actions.Yield, n *node[C]) {
	if m.clock.IsZero() && !m.tick(y, n) {
		return
	}
	at, s := m.clock, m.spot()
	err := m.leaf(y, n)
	said, fault := m.status, m.err
	m.tick(y, n)
	if said == unknown {
		m.err = fault // what went wrong first
	}
	m.ran = append(m.ran, step{Ran{Rule: n.name, OK: said == yes, Err: err, At: at, Took: m.clock.Sub(at)}, s})
}

// tick asks for the time. Without it there is no trace, and no verdict.
func (m *machine[C]) tick(y actions.Yield, n *node[C]) bool {
	now, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		m.fail(n, err)
		return false
	}
	m.clock = now
	return true
}
