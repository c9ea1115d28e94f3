package failures

import (
	"fmt"
	"slices"

	"github.com/baton-go/baton/executor"
)

// Encode records an error, whatever it is like. The problem, if there is one, says what of it is missing because it
// cannot be encoded. The failure of nil is nil.
func (k *Kinds) Encode(err error) (f *Failure, problem error) {
	if err == nil {
		return nil, nil
	}
	r := &recorder{kinds: k, left: maxTotal, looks: maxLooks}
	f = r.failure(err, maxText)
	return f, r.problem
}

// recorder records one error with all that it wraps.
type recorder struct {
	kinds   *Kinds
	left    int // bytes that may still be written, roughly
	looks   int // errors that may still be looked at
	nesting int // errors that hold the one that is recorded
	problem error
}

// failure records an error and what it wraps.
func (r *recorder) failure(err error, limit int) *Failure {
	if r.left <= 0 || r.looks <= 0 {
		return &Failure{Text: omitted}
	}
	f := &Failure{}
	census := count(err)
	r.looks -= census.errors
	text := census.trouble(err)
	p, panicked := err.(*executor.PanicError) //nolint:errorlint // as Execute made it
	panicked = panicked && p != nil
	switch {
	case text != "":
	case panicked:
		text = printed(p.Value)
	default:
		text = textOf(err)
	}
	f.Text = r.text(text, limit)
	if census.tame {
		f.advise(err)
	} else { // there may be no end of it
		r.looks = min(r.looks, maxStray)
	}
	g := region{recorder: r, f: f, is: make([]bool, len(r.kinds.list))}
	if panicked {
		f.Panic = true
		if !r.kinds.Bare {
			f.Stack = r.text(string(p.Stack), maxStack)
		}
		err = p.Unwrap()
	}
	g.visit(err, 0)
	for i, is := range g.is {
		if is && !slices.Contains(f.Is, r.kinds.list[i].name) {
			f.Is = append(f.Is, r.kinds.list[i].name)
		}
	}
	if r.kinds.Bare || slices.IsSorted(f.Order) {
		f.Order = nil
	}
	return f
}

// text is a text of at most limit bytes for which there is room.
func (r *recorder) text(text string, limit int) string {
	text = bounded(text, max(0, min(limit, r.left)))
	r.left -= len(text) + 1
	return text
}

// trouble is what to say about an error instead of asking it: it would not come back.
func (c census) trouble(err error) string {
	switch {
	case c.deep:
		return fmt.Sprintf("an error of type %T that seems to wrap itself", err)
	case !c.tame:
		return fmt.Sprintf("an error of type %T that wraps more than %d others", err, maxErrors)
	}
	return ""
}
