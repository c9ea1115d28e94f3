package rules

import (
	"strconv"
	"strings"
)

// Explain tells in words what a rule checks, a part on a line, indented by how deep it stands. Beyond 20 levels the
// depth is written as a number.
func Explain[C any](rule Rule[C]) string {
	if rule.node == nil {
		return ""
	}
	var b strings.Builder
	e := explainer[C]{text: &b, todo: []line[C]{{node: rule.node}}}
	for len(e.todo) > 0 {
		l := e.todo[len(e.todo)-1]
		e.todo = e.todo[:len(e.todo)-1]
		e.line(l)
	}
	return b.String()
}

// explainer writes lines, and keeps those still to be written in reverse order.
type explainer[C any] struct {
	text *strings.Builder
	todo []line[C]
}

// line is a rule, or a text, to be written at a depth.
type line[C any] struct {
	node  *node[C]
	text  string
	depth int
}

func (e *explainer[C]) line(l line[C]) {
	const deepest = 20
	for range min(l.depth, deepest) {
		e.text.WriteString("  ")
	}
	if l.depth > deepest {
		e.text.WriteString("[" + strconv.Itoa(l.depth) + "] ")
	}
	e.text.WriteString(l.text)
	for n := l.node; n != nil; {
		n = e.node(n, l.depth)
	}
	e.text.WriteByte('\n')
}

// node writes a rule, but for the lines below, and returns the rule that is to follow on the same line.
func (e *explainer[C]) node(n *node[C], depth int) *node[C] {
	var first *node[C]
	if len(n.children) > 0 {
		first = n.children[0]
	}
	switch n.kind {
	case kindNot:
		e.text.WriteString("not ")
		if first.kind == kindIf || first.kind == kindThen || first.kind == kindTimeout {
			e.text.WriteString("so:")
			e.below(depth, n.children)
			return nil
		}
		return first
	case kindIf:
		e.branches(n, depth)
		return nil
	case kindRetry:
		e.text.WriteString(n.policy.attempts.words())
		return first
	case kindTimeout:
		if len(n.children) > 1 {
			e.todo = append(e.todo, line[C]{node: n.children[1], depth: depth + 1})
			e.todo = append(e.todo, line[C]{text: "if that takes longer:", depth: depth})
		}
		e.text.WriteString("within " + n.policy.limit.String() + ": ")
		return first
	case kindNamed:
		e.text.WriteString(n.name + ": ")
		return first
	case kindCached:
		e.text.WriteString("remembered: ")
		return first
	case kindPure, kindAsks, kindFlow, kindPipe:
		e.text.WriteString(n.name)
		return nil
	default:
		e.text.WriteString(n.phrase())
		e.below(depth, n.children)
		return nil
	}
}

// phrase introduces the parts of a rule.
func (n *node[C]) phrase() string {
	if len(n.children) == 0 {
		if n.kind == kindOr {
			return "never"
		}
		return "always"
	}
	switch n.kind {
	case kindAnd:
		return "all of:"
	case kindOr:
		return "any of:"
	case kindThen:
		return "one after the other, of which the last counts:"
	case kindParallel:
		return "all of, side by side:"
	case kindFailFast:
		return "all of, side by side until one fails:"
	default:
		return "any of, side by side:"
	}
}

func (e *explainer[C]) below(depth int, children []*node[C]) {
	for i := len(children) - 1; i >= 0; i-- {
		e.todo = append(e.todo, line[C]{node: children[i], depth: depth + 1})
	}
}

func (e *explainer[C]) branches(n *node[C], depth int) {
	condition, then, otherwise := n.children[0], n.children[1], n.children[2]
	e.todo = append(
		e.todo,
		line[C]{node: otherwise, depth: depth + 1},
		line[C]{text: "otherwise:", depth: depth},
		line[C]{node: then, depth: depth + 1},
	)
	if len(condition.children) == 0 {
		e.text.WriteString("if ")
		e.node(condition, depth)
		e.text.WriteString(":")
		return
	}
	e.text.WriteString("if:")
	e.todo = append(
		e.todo,
		line[C]{text: "then:", depth: depth},
		line[C]{node: condition, depth: depth + 1},
	)
}

func (a Attempts) words() string {
	words := "tried again"
	if a.Max > 0 {
		words = "tried up to " + strconv.Itoa(a.Max) + " times"
	}
	if a.No {
		words += " for a yes"
	}
	return words + ": "
}

// oneLine shows a rule as and(a, or(b, c)), or as much of that as the limit lets it.
func oneLine[C any](n *node[C], limit int) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	type bit struct {
		node *node[C]
		text string
	}
	for todo := []bit{{node: n}}; len(todo) > 0 && b.Len() <= limit; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		n := next.node
		switch {
		case n == nil:
			b.WriteString(next.text)
		case n.kind == kindNot:
			b.WriteString("not ")
			todo = append(todo, bit{node: n.children[0]})
		case n.kind == kindCached:
			todo = append(todo, bit{node: n.children[0]})
		case n.kind < kindAsks && n.kind != kindPure, n.kind >= kindParallel:
			b.WriteString(n.name + "(")
			todo = append(todo, bit{text: ")"})
			for i := len(n.children) - 1; i >= 0; i-- {
				todo = append(todo, bit{node: n.children[i]})
				if i > 0 {
					todo = append(todo, bit{text: ", "})
				}
			}
		default:
			b.WriteString(n.name)
		}
	}
	return b.String()
}
