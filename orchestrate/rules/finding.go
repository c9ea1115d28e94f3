package rules

import (
	"errors"
	"slices"
	"strconv"
)

var errNoVerdict = errors.New("rules: the executor did not run the rule")

// place is where a rule stands: a part of the rule at another place. Nil is the whole.
type place struct {
	parent *place
	index  int32
}

// spot is a place that is not made yet: a part of the rule at a place, or that place itself if the index is negative.
type spot struct {
	in    *place
	index int32
}

// finding is a "no", or what could not be found out, with the value at that point.
type finding[C any] struct {
	node  *node[C]
	spot  spot
	value C
	err   error // of a Pipe
	fault error // it could not be found out
}

// note is a [Note] whose path is not written yet.
type note struct {
	Note
	spot spot
}

func (s spot) place() *place {
	if s.index < 0 {
		return s.in
	}
	return &place{s.in, s.index}
}

// deepest is how many levels a path shows.
const deepest = 100

// path writes the indices from the whole to the place, or the last of them.
func (s spot) path() string {
	var indices []int32
	if s.index >= 0 {
		indices = append(indices, s.index)
	}
	p := s.in
	for ; p != nil && len(indices) < deepest; p = p.parent {
		indices = append(indices, p.index)
	}
	text := make([]byte, 0, 2*len(indices)+4)
	if p != nil {
		text = append(text, "…."...)
	}
	for i, index := range slices.Backward(indices) {
		text = strconv.AppendInt(text, int64(index), 10)
		if i > 0 {
			text = append(text, '.')
		}
	}
	return string(text)
}

// spot is where the rule stands that is under way.
func (m *walker[C]) spot() spot {
	last := len(m.frames) - 1
	if last < 0 {
		return spot{m.root, -1}
	}
	return spot{m.at(last), m.frames[last].next}
}

// at is the place of a composed rule that is under way. It makes the places from the whole down to there, once each.
func (m *walker[C]) at(i int) *place {
	known := i
	for known > 0 && m.frames[known].at == nil {
		known--
	}
	if known == 0 {
		m.frames[0].at = m.root
	}
	for ; known < i; known++ {
		m.frames[known+1].at = &place{m.frames[known].at, m.frames[known].next}
	}
	return m.frames[i].at
}

// refuse is the "no" of the rule that is under way.
func (m *walker[C]) refuse(n *node[C], err error) {
	m.status = no
	if !m.hush() {
		m.find(n, err)
	}
}

func (m *walker[C]) find(n *node[C], err error) {
	m.add(finding[C]{node: n, spot: m.spot(), value: m.value, err: err})
}

// fail says that the rule under way could not be found out.
func (m *walker[C]) fail(n *node[C], err error) {
	m.status = unknown
	if m.validate {
		m.add(finding[C]{node: n, spot: m.spot(), fault: err})
	} else {
		m.err = err
	}
}

func (m *walker[C]) add(f finding[C]) {
	if m.findings == nil {
		m.findings = make([]finding[C], 0, 4)
	}
	m.findings = append(m.findings, f)
}

// truncate forgets the findings since a mark.
func (m *walker[C]) truncate(mark int) {
	clear(m.findings[mark:])
	m.findings = m.findings[:mark]
}

// drop forgets the reasons since a mark, and keeps what could not be found out.
func (m *walker[C]) drop(mark int) {
	kept := slices.DeleteFunc(m.findings[mark:], func(f finding[C]) bool { return f.fault == nil })
	m.findings = m.findings[:mark+len(kept)]
}

func (m *walker[C]) reasons() []Reason {
	n := 0
	for i := range m.findings {
		if m.findings[i].fault == nil {
			n++
		}
	}
	if n == 0 || m.status == yes || m.status == unknown && !m.validate {
		return nil
	}
	reasons := make([]Reason, 0, n)
	for i := range m.findings {
		f := &m.findings[i]
		if f.fault == nil {
			reasons = append(reasons, Reason{
				Rule: f.node.name, Message: f.node.say(f.value, f.err), Path: f.spot.path(), Err: f.err,
			})
		}
	}
	return reasons
}

// errors joins what could not be found out. A single error stays as it is.
func (m *walker[C]) errors() error {
	var errs []error
	for i := range m.findings {
		if fault := m.findings[i].fault; fault != nil {
			errs = append(errs, fault)
		}
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (m *machine[C]) note(n Note) { m.notes = append(m.notes, note{Note: n, spot: m.spot()}) }

func (m *machine[C]) noted() []Note {
	if m.notes == nil {
		return nil
	}
	notes := make([]Note, len(m.notes))
	for i, n := range m.notes {
		notes[i] = n.Note
		notes[i].Path = n.spot.path()
	}
	return notes
}
