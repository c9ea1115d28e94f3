package rules

import (
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
)

// Rule takes a value of type C and gives a [Verdict]: yes or no, why not, and the value, which the rule may have
// changed. It is immutable and may be copied, shared, and be part of any number of others. The zero Rule is none:
// makers panic if they are given it, and to check it is an error.
type Rule[C any] struct{ node *node[C] }

// node is one rule. Nodes form a tree, or a graph without cycles where a rule is part of several. They are never
// changed.
type node[C any] struct {
	kind     kind
	name     string // as it is shown, with its arguments
	args     []any
	children []*node[C]
	message  *message[C]
	plain    bool                  // it yields nothing
	chain    []func(C) bool        // what its parts call, if it is an And of functions
	caches   bool                  // it is Cached, or has a Cached in it
	self     *node[C]              // of a Cached: itself, also once it was given a message
	shared   map[*node[C]]struct{} // of a group: the Cached that several of its rules may come to

	pure   func(C) bool
	ask    func(C) actions.Of[bool]
	flow   func(actions.Yield, C) (bool, error)
	pipe   func(actions.Yield, C) (C, error)
	policy policy[C]
}

type kind uint8

const (
	kindPure kind = iota
	kindAnd
	kindOr
	kindNot
	kindThen
	kindIf
	kindAsks
	kindFlow
	kindPipe
	kindParallel
	kindFailFast
	kindParallelAny
	kindRetry
	kindTimeout
	kindNamed
	kindCached
)

// words are the names of rules that were not given one.
var words = [...]string{
	kindAnd: "and", kindOr: "or", kindNot: "not", kindThen: "then", kindIf: "if",
	kindParallel: "parallel", kindFailFast: "fail_fast", kindParallelAny: "parallel_any",
	kindRetry: "retry", kindTimeout: "timeout", kindCached: "cached",
}

// Check checks a value: it stops at the first "no" of what must all hold, and at the first "yes" of what may. Its error
// says that it could not find out; the verdict then has the value at that point, and what was noted before.
//
// It has the shape of a workflow, to be bound to a value (orchestrate.Bind(rule.Check, c)), made a durable flow, or
// called by another workflow with its own yield.
func (r Rule[C]) Check(y actions.Yield, c C) (Verdict[C], error) {
	if r.node == nil {
		return Verdict[C]{Value: c}, errZero
	}
	if r.node.chain == nil {
		return r.node.judge(y, c, work{})
	}
	for i, f := range r.node.chain {
		if !f(c) {
			return r.node.brokenAt(i, nil, c, work{})
		}
	}
	return Verdict[C]{OK: true, Value: c}, nil
}

// Name is the name of the rule with its arguments, such as has_role("admin"); for a rule that is composed and not
// [Named], it is the word for how.
func (r Rule[C]) Name() string {
	if r.node == nil {
		return ""
	}
	return r.node.name
}

// Args are the arguments that the rule was made with.
func (r Rule[C]) Args() []any {
	if r.node == nil {
		return nil
	}
	return append([]any(nil), r.node.args...)
}

// String shows the rule on one line, such as and(adult, or(staff, trusted)), and no more of a long one than fits there.
func (r Rule[C]) String() string {
	const most = 4000
	return clip(oneLine(r.node, most), most)
}

func newLeaf[C any](maker string, k kind, name string, args []any, missing bool) *node[C] {
	if name == "" {
		panic("rules." + maker + ": the name is empty")
	}
	if missing {
		panic(fmt.Sprintf("rules.%s: the function of %q is nil", maker, name))
	}
	return &node[C]{kind: k, name: called(name, args), args: append([]any(nil), args...), plain: k == kindPure}
}

func newNode[C any](maker string, k kind, rules ...Rule[C]) *node[C] {
	n := &node[C]{kind: k, name: words[k], plain: k <= kindIf, children: make([]*node[C], len(rules))}
	for i, r := range rules {
		if r.node == nil {
			panic(fmt.Sprintf("rules.%s: rule %d is the zero Rule", maker, i))
		}
		n.children[i] = r.node
		n.caches = n.caches || r.node.caches
		n.plain = n.plain && r.node.plain
	}
	return n
}

// called shows a name with its arguments as code has them.
func called(name string, args []any) string {
	if len(args) == 0 {
		return name
	}
	var b strings.Builder
	b.WriteString(name)
	for i, arg := range args {
		b.WriteString([]string{"(", ", "}[min(i, 1)])
		if s, ok := arg.(string); ok {
			fmt.Fprintf(&b, "%q", s)
		} else {
			fmt.Fprint(&b, arg)
		}
	}
	b.WriteByte(')')
	return b.String()
}
