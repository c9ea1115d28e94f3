package orchestratetest

import (
	"context"

	"github.com/baton-go/baton/actions"
)

// Line is a part of a [Script]: what is expected, and how it is answered. It does not change, and may be used again.
type Line interface{ cues() node }

// Expected is the line for one action of type A. As it is, it answers with the zero value of the result.
type Expected[A actions.Of[R], R any] struct{ expectation }

// Expect expects an action that equals a, field by field.
func Expect[A actions.Of[R], R any](a A) Expected[A, R] {
	return expected[A, R](expecting("Expect", a))
}

// ExpectType expects any action of type A.
func ExpectType[A actions.Of[R], R any]() Expected[A, R] {
	return expected[A, R](expectingType[A]("ExpectType", nil))
}

// ExpectMatch expects an action of type A for which match is true. It panics if match is nil.
func ExpectMatch[A actions.Of[R], R any](match func(A) bool) Expected[A, R] {
	refuseNil("ExpectMatch", "function", match)
	return expected[A, R](expectingType("ExpectMatch", match))
}

func expected[A actions.Of[R], R any](e expectation) Expected[A, R] {
	var zero R
	e.answer = returning(zero)
	return Expected[A, R]{e}
}

// Return answers with r.
func (e Expected[A, R]) Return(r R) Line { return e.with(returning(r)) }

// Fail answers with an error.
func (e Expected[A, R]) Fail(err error) Line {
	refuseNil("Expect.Fail", "error", err)
	return e.with(func(context.Context, actions.Action) (any, error) { return nil, err })
}

// Panic answers with a panic.
func (e Expected[A, R]) Panic(value any) Line {
	return e.with(func(context.Context, actions.Action) (any, error) { panic(value) })
}

// Do answers as f does.
func (e Expected[A, R]) Do(f func(ctx context.Context, a A) (R, error)) Line {
	refuseNil("Expect.Do", "function", f)
	return e.with(func(ctx context.Context, a actions.Action) (any, error) { return f(ctx, a.(A)) })
}

// Never does not answer: the branch that yielded the action waits until another one decides the group.
func (e Expected[A, R]) Never() Line { return e.with(unanswered) }

func (e Expected[A, R]) with(a answer) Line {
	e.answer = a
	return e
}

func (e Expected[A, R]) cues() node { return &cue{expectation: e.expectation} }

// Sequence expects lines one after the other: in [InAnyOrder], or where branches of a group are to keep an order among
// each other.
func Sequence(lines ...Line) Line {
	return composed("Sequence", lines, func(ns []node) node { return &inTurn{nodes: ns} })
}

// InAnyOrder expects all lines, in whatever order. Where several match, the first is taken.
func InAnyOrder(lines ...Line) Line {
	return composed("InAnyOrder", lines, func(ns []node) node { return anyOrder(ns) })
}

// Optional is a line that may be left out. If it matches, it is taken, also where a line behind it would match too.
func Optional(line Line) Line {
	return composed("Optional", []Line{line}, func(ns []node) node { return &optional{node: ns[0]} })
}

// composition is a line that is made of others.
type composition struct {
	lines []Line
	node  func([]node) node
}

func composed(function string, lines []Line, node func([]node) node) Line {
	for _, l := range lines {
		refuseNil(function, "line", l)
	}
	return composition{lines, node}
}

func (c composition) cues() node { return c.node(nodesOf(c.lines)) }

func nodesOf(lines []Line) []node {
	ns := make([]node, len(lines))
	for i, l := range lines {
		ns[i] = l.cues()
	}
	return ns
}
