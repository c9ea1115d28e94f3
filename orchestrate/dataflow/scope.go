package dataflow

import (
	"maps"
	"reflect"
	"slices"
)

// scope is what the compiler knows of the values of one strand: those that came from outside, and those that were
// produced in it so far. At run time it is a frame, in which each has a slot.
//
// Of what was produced, all is visible with VisibilityAll; else what the last stage gave that ran. Because a stage may
// be skipped, several stages may have been the last: those since the last one that runs in any case.
type scope struct {
	outer *scope // nil of a flow
	c     *compiler
	vis   Visibility
	names []string // of the slots

	produced map[string]*product
	last     int // the last stage, counted from 1
	barrier  int // the last stage that runs in any case
	// entries are the values from outside: those that the first stage sees, and those that all do. In a flow whose
	// inputs all stages see, they are the same.
	entries, initial map[string]*entry
	ordered          []*entry
}

// product is what a stage gave.
type product struct {
	port
	slot    int32
	stage   int
	certain bool
}

// entry is a value from outside.
type entry struct {
	port
	slot   int32
	source source // in the outer scope
	stays  bool   // whether stages after the first see it too
}

// source is where a name can be found.
type source struct {
	slots   []int32
	certain bool
	typ     reflect.Type // nil if that is known only while running
	by      string
	origins []origin
}

func newScope(c *compiler, outer *scope) *scope {
	return &scope{
		outer: outer, c: c, vis: c.visibility,
		produced: map[string]*product{}, entries: map[string]*entry{}, initial: map[string]*entry{},
	}
}

// slot makes one for a name.
func (s *scope) slot(name string) int32 {
	s.names = append(s.names, name)
	return int32(len(s.names) - 1)
}

// find finds the sources of a name at this point, the nearest first. Who asks says for what.
func (s *scope) find(name string, wanted port) source {
	var found source
	if p := s.produced[name]; p != nil && s.sees(p) {
		found = source{slots: []int32{p.slot}, certain: s.isCertain(p), typ: p.typ, by: p.by, origins: p.origins}
	}
	if found.certain {
		return found
	}
	if len(found.slots) > 0 {
		wanted.optional = true // it may come from here, and then not from outside
	}
	if s.vis == VisibilityAll || s.barrier == 0 {
		found = found.or(s.enter(name, wanted, false))
	}
	if s.vis == VisibilityInitial && !found.certain {
		wanted.optional = wanted.optional || len(found.slots) > 0
		found = found.or(s.enter(name, wanted, true))
	}
	return found
}

// sees tells whether a product may be visible.
func (s *scope) sees(p *product) bool { return s.vis == VisibilityAll || p.stage >= s.barrier }

// isCertain tells whether it certainly is.
func (s *scope) isCertain(p *product) bool {
	return p.certain && (s.vis == VisibilityAll || p.stage == s.last)
}

// or adds a source to look in if this one has nothing.
func (a source) or(b source) source {
	switch {
	case len(b.slots) == 0:
		return a
	case len(a.slots) == 0:
		return b
	}
	if a.typ != b.typ {
		a.typ = nil
	}
	a.slots, a.certain = append(a.slots, b.slots...), b.certain
	a.origins = either(a.origins, b.origins)
	return a
}

// enter finds a name outside the scope, and makes it an entry.
func (s *scope) enter(name string, wanted port, initial bool) source {
	table := s.entries
	if initial {
		table = s.initial
	}
	e := table[name]
	if e == nil {
		e = s.newEntry(name, wanted, initial)
		if e == nil {
			return source{}
		}
		table[name] = e
		s.ordered = append(s.ordered, e)
	}
	switch {
	case s.outer == nil:
		s.infer(e, wanted)
	case e.optional && !wanted.optional: // tell the flow that somebody needs it
		e.optional = false
		e.source.certain = s.lookOut(name, wanted, initial).certain
	}
	return source{slots: []int32{e.slot}, certain: e.source.certain, typ: e.typ, by: e.by, origins: e.origins}
}

func (s *scope) newEntry(name string, wanted port, initial bool) *entry {
	stays := initial || s.vis == VisibilityAll
	if s.outer == nil {
		switch {
		case s.c.takes != nil: // all are there already
			return nil
		case s.vis == VisibilityInitial && !initial:
			return nil // the inputs of a flow are those that all stages see
		}
		return &entry{
			port: port{name: name, typ: wanted.typ, optional: true, origins: []origin{{nil, len(s.ordered)}}},
			slot: s.slot(name), stays: stays,
		}
	}
	src := s.lookOut(name, wanted, initial)
	if len(src.slots) == 0 {
		return nil
	}
	return &entry{
		port: port{name: name, typ: src.typ, optional: wanted.optional, by: src.by, origins: src.origins},
		slot: s.slot(name), source: src, stays: stays,
	}
}

// lookOut finds a name in the scope around this one, or among the inputs of the flow.
func (s *scope) lookOut(name string, wanted port, initial bool) source {
	if initial {
		return s.outer.enter(name, wanted, true)
	}
	return s.outer.find(name, wanted)
}

// infer makes of an input that is not declared what those who want it want.
func (s *scope) infer(e *entry, wanted port) {
	if s.c.takes != nil {
		return
	}
	if !wanted.optional && e.optional {
		e.optional, e.by = false, wanted.by
		e.source.certain = !s.c.skip
	}
	switch {
	case wanted.typ == nil || e.typ == wanted.typ:
	case e.typ == nil || wanted.typ.AssignableTo(e.typ):
		e.typ = wanted.typ // the narrower
	}
}

// declare makes an entry of an input that the flow says that it takes.
func (s *scope) declare(p port) {
	p.origins = []origin{{nil, len(s.ordered)}}
	e := &entry{port: p, slot: s.slot(p.name), source: source{certain: true}, stays: s.vis != VisibilityNone}
	s.ordered = append(s.ordered, e)
	if s.vis == VisibilityInitial {
		s.initial[p.name] = e
	} else {
		s.entries[p.name] = e
	}
}

// produce takes in what a stage gives, and returns the slots for it.
func (s *scope) produce(o op) []int32 {
	out := o.outputs()
	at := make([]int32, len(out))
	sure := o.certain()
	for i, p := range out {
		old := s.produced[p.name]
		now := &product{port: p, stage: s.last + 1, certain: sure && !p.optional}
		if old == nil {
			now.slot = s.slot(p.name)
		} else {
			now.slot = old.slot
			if s.sees(old) && s.isCertain(old) && (!p.optional || s.vis == VisibilityAll) {
				now.certain = true
			}
			if s.sees(old) && (!sure || p.optional) && old.typ != p.typ {
				now.typ = nil // it is the one or the other
			}
			if s.sees(old) && (!sure || p.optional) {
				now.origins = either(old.origins, p.origins)
			}
		}
		s.produced[p.name] = now
		at[i] = now.slot
	}
	s.last++
	if sure {
		s.barrier = s.last
	}
	return at
}

// visible lists the names that may be visible at this point.
func (s *scope) visible() []string {
	names := map[string]bool{}
	for name, p := range s.produced {
		if s.sees(p) {
			names[name] = true
		}
	}
	s.outside(func(name string) { names[name] = true }, false)
	return slices.Sorted(maps.Keys(names))
}

// outside calls f with the names that may come from outside.
func (s *scope) outside(f func(name string), initial bool) {
	stage := !initial && (s.vis == VisibilityAll || s.barrier == 0)
	if s.outer == nil {
		for _, e := range s.ordered {
			if stage || e.stays {
				f(e.name)
			}
		}
		return
	}
	if stage {
		for _, name := range s.outer.visible() {
			f(name)
		}
	} else if s.vis == VisibilityInitial {
		s.outer.outside(f, true)
	}
}

// fits tells whether a value of the one type may be one of the other. Without a type that is known while running.
func fits(got, want reflect.Type) bool {
	return got == nil || want == nil || got.AssignableTo(want) ||
		got.Kind() == reflect.Interface && want.AssignableTo(got)
}

// maxOrigins bounds how many steps one input is drawn to come from.
const maxOrigins = 16

func either(a, b []origin) []origin {
	all := slices.Concat(a, b)
	return all[:min(len(all), maxOrigins)]
}
