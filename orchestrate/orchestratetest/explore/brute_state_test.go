package explore_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
)

// The brute force is a second explorer that shares nothing with the first but the meaning of a schedule. It has no
// goroutines, contexts or journal: a sketch in progress is a value, copied for each thing that can happen next. A crash
// changes nothing in it but what is known.

// state is a sketch in progress and the world that it is in.
type state struct {
	asks      map[string]*ask
	groups    map[string]*joint
	undos     map[string][]int // what each saga has to undo
	next      map[string]int   // the number of each strand's next step
	cancelled bool
	over      bool
	result    string

	now                      int
	sent, inbox              int
	meanwhile                bool // is still to come
	faults, crashes, cancels int
	doubts                   map[string]bool
	progress                 bool

	world  []string
	word   []letter
	decide bool // something has decided a group since the last letter
}

// ask is an action that is waited for.
type ask struct {
	path, label string
	kind        kind
	n           int
	until       int
	cuts        []string // whose end cuts it off: groups, and "run"
	late        bool     // it was cut off when it was asked for
	since       int      // how many letters there were
	then        func(s *state, text string)
}

// joint is a group under way.
type joint struct {
	mode    actions.Mode
	texts   []string
	failed  []bool
	left    int
	decided int
	then    cont
}

type cont func(s *state, text string, failed bool)

// letter is a thing that happened.
type letter struct {
	name  string
	alone bool // it changes places with nothing
	of    *ask
}

func begin(k sketch, events int, meanwhile bool) *state {
	s := &state{
		asks: map[string]*ask{}, groups: map[string]*joint{}, undos: map[string][]int{}, next: map[string]int{},
		doubts: map[string]bool{}, sent: events, meanwhile: meanwhile,
	}
	k.begin(s, "", []string{"run"}, func(s *state, text string, failed bool) {
		s.over, s.result = true, fmt.Sprint(text, " failed: ", failed)
	})
	return s
}

func (s *state) clone() *state {
	c := *s
	c.asks, c.next, c.doubts, c.undos = maps.Clone(s.asks), maps.Clone(s.next), maps.Clone(s.doubts), maps.Clone(s.undos)
	c.groups = make(map[string]*joint, len(s.groups))
	for path, g := range s.groups {
		j := *g
		j.texts, j.failed = slices.Clone(g.texts), slices.Clone(g.failed)
		c.groups[path] = &j
	}
	c.world, c.word = slices.Clip(s.world), slices.Clip(s.word)
	return &c
}

// step is the path of the next step of a strand.
func (s *state) step(strand string) string {
	n := s.next[strand]
	s.next[strand]++
	return fmt.Sprint(strand, n)
}

func (s *state) isCut(a *ask) bool {
	for _, by := range a.cuts {
		if by == "run" && s.cancelled || by != "run" && s.groups[by].decided >= 0 {
			return true
		}
	}
	return false
}

func (s *state) ask(k sketch, strand string, cuts []string, then func(*state, string)) {
	path := s.step(strand)
	a := &ask{path: path, kind: k.kind, n: k.n, until: s.now + k.n, cuts: cuts, since: len(s.word), then: then}
	if a.label = fmt.Sprintf("%d at %s", k.n, path); k.kind == undos {
		a.label = "undo " + a.label
	}
	a.late = s.isCut(a)
	s.asks[path] = a
}

// begin starts a sketch on a strand.
func (k sketch) begin(s *state, strand string, cuts []string, then cont) {
	switch k.kind {
	case act, nap, await:
		s.ask(k, strand, cuts, func(s *state, text string) { then(s, text, text != "ok") })
	case stop:
		then(s, "stop", true)
	case seq:
		k.rest(s, strand, cuts, 0, "", sketch.begin, then)
	case armor:
		k.parts[0].begin(s, strand, nil, then)
	case try:
		k.parts[0].begin(s, strand, cuts, func(s *state, text string, _ bool) { then(s, "try "+text, false) })
	case group:
		path := s.step(strand)
		n := len(k.parts)
		s.groups[path] = &joint{k.mode, make([]string, n), make([]bool, n), n, -1, then}
		inside := append(slices.Clone(cuts), path)
		for i, part := range k.parts {
			part.begin(s, fmt.Sprintf("%s.%d.", path, i), inside, func(s *state, text string, failed bool) {
				s.branchEnds(path, i, text, failed)
			})
		}
	case undos:
		k.saga(s, strand, cuts, then)
	}
}

// rest goes on with part i of several.
func (k sketch) rest(s *state, strand string, cuts []string, i int, before string,
	run func(sketch, *state, string, []string, cont), then cont,
) {
	if i == len(k.parts) {
		then(s, before, false)
		return
	}
	run(k.parts[i], s, strand, cuts, func(s *state, text string, failed bool) {
		text = strings.TrimPrefix(before+" "+text, " ")
		if failed {
			then(s, text, true)
			return
		}
		k.rest(s, strand, cuts, i+1, text, run, then)
	})
}

func (s *state) branchEnds(path string, i int, text string, failed bool) {
	g := s.groups[path]
	g.texts[i], g.failed[i] = text, failed
	g.left--
	decides := g.mode == actions.All && failed || g.mode == actions.Any && !failed || g.mode == actions.Race
	if decides && g.decided < 0 {
		g.decided = i
		s.decide = s.decide || len(g.texts) > 1
	}
	if g.left > 0 {
		return
	}
	bad := g.mode == actions.All && g.decided >= 0 || g.mode == actions.Any && g.decided < 0 ||
		g.mode == actions.Race && g.failed[g.decided]
	g.then(s, fmt.Sprintf("%s %d%q", g.mode, g.decided, g.texts), bad)
}

func (k sketch) saga(s *state, strand string, cuts []string, then cont) {
	id := s.step("saga ")
	s.undos[id] = nil
	run := func(part sketch, s *state, strand string, cuts []string, then cont) {
		if part.kind != act {
			part.begin(s, strand, cuts, then)
			return
		}
		s.ask(part, strand, cuts, func(s *state, text string) {
			if text == "ok" || strings.HasSuffix(text, "?") { // it may be done
				s.undos[id] = append(slices.Clone(s.undos[id]), part.n)
			}
			then(s, text, text != "ok")
		})
	}
	k.rest(s, strand, cuts, 0, "", run, func(s *state, text string, failed bool) {
		if !failed {
			then(s, text, false)
			return
		}
		s.undoAll(id, strand, text, then)
	})
}

func (s *state) undoAll(id, strand, text string, then cont) {
	left := s.undos[id]
	if len(left) == 0 {
		then(s, text, true)
		return
	}
	last := len(left) - 1
	s.undos[id] = slices.Clone(left[:last])
	s.ask(sketch{kind: undos, n: left[last]}, strand, nil, func(s *state, answer string) {
		if answer != "ok" {
			answer = "!"
		}
		s.undoAll(id, strand, text+strings.TrimSuffix(answer, "ok"), then)
	})
}
