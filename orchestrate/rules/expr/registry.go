package expr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/internal/nearest"
	"github.com/baton-go/baton/orchestrate/rules"
)

// Registry says which names expressions may use. It is immutable, and safe for concurrent use.
type Registry[C any] struct {
	entries map[string]*Entry[C]
	names   []string
	cached  func(rules.Rule[C]) rules.Rule[C]
}

// Entry is one name of a registry.
type Entry[C any] struct {
	name     string
	params   []string // their types, in words
	variadic bool     // the last of params stands for any number
	build    func(args []any) rules.Rule[C]
	cached   func(rules.Rule[C]) rules.Rule[C]
}

// Arg is what an argument may be.
type Arg interface {
	string | int | float64 | bool | time.Duration
}

// Rule is the entry of a rule without arguments.
func Rule[C any](name string, rule rules.Rule[C]) Entry[C] {
	return Entry[C]{name: name, build: func([]any) rules.Rule[C] { return rule }}
}

// Rule1 is the entry of a rule with one argument.
func Rule1[C any, A Arg](name string, f func(A) rules.Rule[C]) Entry[C] {
	if f == nil {
		return Entry[C]{name: name}
	}
	return Entry[C]{
		name: name, params: []string{typeOf[A]()},
		build: func(args []any) rules.Rule[C] { return f(arg[A](args[0])) },
	}
}

// Rule2 is the entry of a rule with two arguments.
func Rule2[C any, A, B Arg](name string, f func(A, B) rules.Rule[C]) Entry[C] {
	if f == nil {
		return Entry[C]{name: name}
	}
	return Entry[C]{
		name: name, params: []string{typeOf[A](), typeOf[B]()},
		build: func(args []any) rules.Rule[C] { return f(arg[A](args[0]), arg[B](args[1])) },
	}
}

// Rule3 is the entry of a rule with three arguments.
func Rule3[C any, A, B, D Arg](name string, f func(A, B, D) rules.Rule[C]) Entry[C] {
	if f == nil {
		return Entry[C]{name: name}
	}
	return Entry[C]{
		name: name, params: []string{typeOf[A](), typeOf[B](), typeOf[D]()},
		build: func(args []any) rules.Rule[C] { return f(arg[A](args[0]), arg[B](args[1]), arg[D](args[2])) },
	}
}

// RuleN is the entry of a rule with any number of arguments of one type.
func RuleN[C any, A Arg](name string, f func(...A) rules.Rule[C]) Entry[C] {
	if f == nil {
		return Entry[C]{name: name}
	}
	return Entry[C]{
		name: name, params: []string{typeOf[A]()}, variadic: true,
		build: func(args []any) rules.Rule[C] {
			list := make([]A, len(args))
			for i := range args {
				list[i] = arg[A](args[i])
			}
			return f(list...)
		},
	}
}

// Key is the entry that says for which values the :cached modifier remembers a verdict: those of one key.
func Key[C any, K comparable](key func(c C) K) Entry[C] {
	return Entry[C]{cached: func(rule rules.Rule[C]) rules.Rule[C] { return rules.Cached(rule, key) }}
}

// NewRegistry makes a registry of entries. It panics if a name is no name of the language, or there twice, if a
// function is nil, or if there are two Keys.
func NewRegistry[C any](entries ...Entry[C]) *Registry[C] {
	r := &Registry[C]{entries: map[string]*Entry[C]{}}
	for _, e := range entries {
		if e.cached != nil {
			if r.cached != nil {
				panic("expr.NewRegistry: there are two Keys")
			}
			r.cached = e.cached
			continue
		}
		l := lexer{text: e.name}
		if _, reserved := words[e.name]; e.name == "" || reserved || l.word(0) != e.name {
			panic(fmt.Sprintf("expr.NewRegistry: %q cannot be the name of a rule", e.name))
		}
		if e.build == nil {
			panic(fmt.Sprintf("expr.NewRegistry: the function of %q is nil", e.name))
		}
		if r.entries[e.name] != nil {
			panic(fmt.Sprintf("expr.NewRegistry: there are two rules %q", e.name))
		}
		r.entries[e.name] = &e
	}
	r.names = slices.Sorted(maps.Keys(r.entries))
	return r
}

// Names lists the names with the types of their arguments, sorted: has_role(string), older_than(int).
func (r *Registry[C]) Names() []string {
	list := make([]string, len(r.names))
	for i, name := range r.names {
		list[i] = r.entries[name].signature()
	}
	return list
}

// Parse parses an expression and builds its rule. Its error is a [SyntaxError], or several joined.
func (r *Registry[C]) Parse(text string) (rules.Rule[C], error) {
	e, err := Parse(text)
	if err != nil {
		return rules.Rule[C]{}, err
	}
	return r.Build(e)
}

// Build builds the rule of an expression. Its error is a [SyntaxError], or up to ten of them joined.
func (r *Registry[C]) Build(e *Expr) (rules.Rule[C], error) {
	if e == nil || e.root == nil {
		return rules.Rule[C]{}, errors.New("expr: there is no expression")
	}
	b := &builder[C]{registry: r, text: e.text, ids: map[string]int{}, memo: map[int]rules.Rule[C]{}}
	rule, _ := b.build(e.root)
	if len(b.errs) > 0 {
		return rules.Rule[C]{}, errors.Join(b.errs...)
	}
	return rule, nil
}

func (e *Entry[C]) signature() string {
	if len(e.params) == 0 {
		return e.name
	}
	dots := ""
	if e.variadic {
		dots = "..."
	}
	return e.name + "(" + strings.Join(e.params, ", ") + dots + ")"
}

// unknown says that there is no such name, and which was meant perhaps. Long names are not looked for.
func unknown(what, name string, names []string) string {
	message := fmt.Sprintf("unknown %s %q", what, clip(name))
	if len(name) > 100 {
		return message
	}
	if near := nearest.Names(name, names); len(near) > 0 {
		return message + ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return message
}

// typeOf is a type in words.
func typeOf[A Arg]() string { return describe(*new(A)) }

// arg is a literal that was checked.
func arg[A Arg](v any) A {
	if n, ok := v.(int); ok {
		if f, ok := any(float64(n)).(A); ok {
			return f
		}
	}
	return v.(A)
}

// fits tells whether a literal may stand for an argument of a type.
func fits(v any, param string) bool {
	have := describe(v)
	return have == param || have == "int" && param == "number"
}

func describe(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case int:
		return "int"
	case float64:
		return "number"
	case bool:
		return "bool"
	default:
		return "duration"
	}
}
