package failures

import (
	"encoding/json"
	"fmt"
	"slices"
)

// region is a failure in the making: an error and what it wraps, without what is held by errors whose own data has it.
type region struct {
	*recorder
	f  *Failure
	is []bool // by the place of the sentinel in the list
}

// visit records of which kinds an error is, and those that it wraps.
func (r *region) visit(err error, depth int) {
	if err == nil || depth > maxDepth || r.looks <= 0 {
		return
	}
	r.looks--
	e, again := err.(*Recorded) //nolint:errorlint // walks the tree itself
	if again = again && e != nil; again && r.copy(e) {
		return
	}
	r.say(err)
	if r.kindsOf(err) {
		return
	}
	several, one := unwrap(err)
	r.visit(one, depth+1)
	for _, err := range several {
		r.visit(err, depth+1)
	}
}

// kindsOf records of which kinds an error is by itself, and tells whether all that it wraps is recorded with it.
func (r *region) kindsOf(err error) (whole bool) {
	asker, _ := err.(interface{ Is(err error) bool })
	for i, kind := range r.kinds.list {
		switch {
		case kind.form != nil:
			whole = r.as(kind, err) || whole
		case r.is[i]:
		case same(err, kind.is):
			r.is[i] = true
		case asker != nil:
			guard(func() { r.is[i] = asker.Is(kind.is) })
		}
	}
	return whole
}

// as records an error that is of a type, and tells whether what it wraps is recorded with it.
func (r *region) as(kind Kind, err error) bool {
	e := kind.form.find(err)
	if e == nil {
		return false
	}
	if _, ok := r.f.As[kind.name]; ok { // errors.As finds the first one
		return false
	}
	holds := kind.form.holds()
	if holds && r.nesting >= maxNesting {
		return false
	}
	room := r.left
	limit := min(maxText, room)
	if holds { // its texts have seen to it that there was room
		limit = 2 * maxTotal
	}
	r.nesting++
	text, problem := r.encode(kind, e)
	r.nesting--
	if problem == nil && len(text) > limit {
		problem = fmt.Errorf("it has %d bytes, and there is room for %d", len(text), limit)
	}
	if problem != nil {
		if r.problem == nil {
			r.problem = fmt.Errorf("the error of kind %q cannot be encoded: %w", kind.name, problem)
		}
		return false
	}
	r.left = min(r.left, room-len(text))
	r.put(kind.name, text)
	return holds && same(err, e)
}

func (r *region) encode(kind Kind, err error) (text json.RawMessage, problem error) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Errorf("panic: %s", printed(p))
		}
	}()
	return kind.form.encode(r.recorder, err)
}

func (r *region) put(name string, text json.RawMessage) {
	if r.f.As == nil {
		r.f.As = map[string]json.RawMessage{}
	}
	r.f.As[name] = text
	r.f.Order = append(r.f.Order, name)
}

// say records the code and the details of the first error that has them.
func (r *region) say(err error) {
	if r.kinds.Bare {
		return
	}
	if e, ok := err.(interface{ Code() string }); ok && r.f.Code == "" {
		guard(func() { r.f.Code = r.text(e.Code(), maxCode) })
	}
	if e, ok := err.(interface{ Details() any }); ok && r.f.Details == nil {
		guard(func() { r.detail(Marshal(e.Details())) })
	}
}

func (r *region) detail(text json.RawMessage, err error) {
	if err == nil && len(text) <= min(maxText, r.left) && string(text) != "null" {
		r.f.Details = text
		r.left -= len(text)
	}
}

// copy records an error that was brought back as it was recorded, and tells whether that could be done.
func (r *region) copy(e *Recorded) bool {
	for name := range e.failure.As {
		if _, ok := r.f.As[name]; ok {
			return false
		}
	}
	for _, name := range e.failure.types() {
		r.put(name, e.failure.As[name])
		r.left -= len(e.failure.As[name])
	}
	for _, name := range e.failure.Is {
		if i, ok := r.kinds.byName[name]; ok {
			r.is[i] = true
		} else if !slices.Contains(r.f.Is, name) {
			r.f.Is = append(r.f.Is, name)
		}
	}
	if r.f.Code == "" && !r.kinds.Bare {
		r.f.Code = e.failure.Code
	}
	if r.f.Details == nil && !r.kinds.Bare {
		r.detail(e.failure.Details, nil)
	}
	return true
}
