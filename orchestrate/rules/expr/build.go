package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate/rules"
)

// most is how many errors are told.
const most = 10

// builder builds a rule of an expression. It gives equal parts equal numbers, so that what is cached is shared.
type builder[C any] struct {
	registry *Registry[C]
	text     string
	errs     []error
	ids      map[string]int
	memo     map[int]rules.Rule[C] // of what is cached
}

func (b *builder[C]) wrong(offset int, format string, args ...any) {
	if len(b.errs) < most {
		b.errs = append(b.errs, wrong(b.text, offset, format, args...))
	}
}

// build builds a part. If it is wrong, the rule is the zero Rule, and an error is known.
func (b *builder[C]) build(n *node) (rules.Rule[C], int) {
	of := n.parts
	if n.op == opModify && n.name == "parallel" && n.parts[0].joined() {
		of = n.parts[0].parts // which the modifier joins in its own way
	}
	parts, ids := make([]rules.Rule[C], len(of)), make([]int, len(of))
	ok := true
	for i, part := range of {
		before := len(b.errs)
		parts[i], ids[i] = b.build(part)
		ok = ok && len(b.errs) == before
		if len(b.errs) >= most {
			return rules.Rule[C]{}, 0
		}
	}
	id := b.number(n, ids)
	if n.op == opName {
		return b.named(n), id
	}
	if n.op == opModify {
		return b.modify(n, parts, ok, id), id
	}
	if !ok {
		return rules.Rule[C]{}, id
	}
	switch n.op {
	case opIf:
		return rules.If(parts[0], parts[1], parts[2]), id
	case opOr:
		return rules.Or(parts...), id
	case opThen:
		return rules.Then(parts...), id
	case opAnd:
		return rules.And(parts...), id
	default:
		return rules.Not(parts[0]), id
	}
}

// number is the number of a part, which is that of every equal one.
func (b *builder[C]) number(n *node, ids []int) int {
	if b.registry.cached == nil {
		return 0
	}
	key := strconv.AppendInt(nil, int64(n.op), 10)
	if n.op == opModify { // of one, or of the parts that parallel joins
		key = strconv.AppendInt(append(key, '/'), int64(n.parts[0].op), 10)
	}
	for _, id := range ids {
		key = strconv.AppendInt(append(key, ' '), int64(id), 10)
	}
	key = append(append(key, ' '), n.name...)
	for _, arg := range n.args {
		key = append(append(key, ' '), literalOf(arg.value)...)
	}
	id, ok := b.ids[string(key)]
	if !ok {
		id = len(b.ids)
		b.ids[string(key)] = id
	}
	return id
}

func (b *builder[C]) named(n *node) rules.Rule[C] {
	e := b.registry.entries[n.name]
	if e == nil {
		b.wrong(n.offset, "%s", unknown("rule", n.name, b.registry.names))
		return rules.Rule[C]{}
	}
	if !b.check(n, e.signature(), e.params, len(e.params), e.variadic) {
		return rules.Rule[C]{}
	}
	args := make([]any, len(n.args))
	for i, arg := range n.args {
		args[i] = arg.value
	}
	return b.made(n, func() rules.Rule[C] { return e.build(args) })
}

// check looks whether the arguments of a part are as its parameters want them, of which some are required.
func (b *builder[C]) check(n *node, signature string, params []string, required int, variadic bool) bool {
	if len(n.args) < required && !variadic || len(n.args) > len(params) && !variadic {
		b.wrong(n.offset, "%s takes %s, and has %s", signature,
			arguments(len(params), required), arguments(len(n.args), len(n.args)))
		return false
	}
	for i, arg := range n.args {
		if want := params[min(i, len(params)-1)]; !fits(arg.value, want) {
			article := "a"
			if want == "int" {
				article = "an"
			}
			b.wrong(arg.offset, "%s: argument %d is the %s %s, and must be %s %s",
				signature, i+1, describe(arg.value), clip(arg.text), article, want)
			return false
		}
	}
	return true
}

func arguments(n, least int) string {
	switch {
	case n == 0:
		return "no arguments"
	case least < n:
		return fmt.Sprintf("%d to %d arguments", least, n)
	case n == 1:
		return "1 argument"
	default:
		return fmt.Sprintf("%d arguments", n)
	}
}

// made calls what makes a rule. A panic there says that the arguments are wrong.
func (b *builder[C]) made(n *node, f func() rules.Rule[C]) (rule rules.Rule[C]) {
	defer func() {
		if p := recover(); p != nil {
			b.wrong(n.offset, "%s: %v", n.name, p)
		}
	}()
	if rule = f(); rule.Name() == "" {
		b.wrong(n.offset, "%s: there is no rule for these arguments", n.name)
	}
	return rule
}

// modifiers are the modifiers with the types of their arguments, and how many of those are required.
var modifiers = map[string]struct {
	params   []string
	required int
}{
	"retry":    {[]string{"int", "duration", "bool", "bool"}, 1},
	"timeout":  {[]string{"duration"}, 1},
	"cached":   {nil, 0},
	"parallel": {nil, 0},
	"named":    {[]string{"string"}, 1},
	"message":  {[]string{"string"}, 1},
}

var modifierNames = []string{"cached", "message", "named", "parallel", "retry", "timeout"}

func (b *builder[C]) modify(n *node, parts []rules.Rule[C], ok bool, id int) rules.Rule[C] {
	m, known := modifiers[n.name]
	if !known {
		b.wrong(n.offset, "%s; the : of a ?: is followed by a space", unknown("modifier", n.name, modifierNames))
		return rules.Rule[C]{}
	}
	signature := ":" + n.name
	if len(m.params) > 0 {
		signature += "(" + strings.Join(m.params, ", ") + ")"
	}
	if !b.check(n, signature, m.params, m.required, false) || !ok {
		return rules.Rule[C]{}
	}
	rule := parts[0]
	switch n.name {
	case "parallel":
		return b.parallel(n, parts)
	case "retry":
		return b.retry(n, rule)
	case "timeout":
		limit := n.args[0].value.(time.Duration)
		if limit <= 0 {
			b.wrong(n.args[0].offset, ":timeout needs a duration of more than nothing, and not %s", clip(n.args[0].text))
			return rules.Rule[C]{}
		}
		return rules.Timeout(rule, limit, rules.Rule[C]{})
	case "named":
		return b.made(n, func() rules.Rule[C] { return rules.Named(n.args[0].value.(string), rule) })
	case "message":
		return b.made(n, func() rules.Rule[C] { return rule.Message(n.args[0].value.(string)) })
	}
	if b.registry.cached == nil {
		b.wrong(n.offset, ":cached needs a Key in the registry")
		return rules.Rule[C]{}
	}
	cached, done := b.memo[id]
	if !done {
		cached = b.registry.cached(rule)
		b.memo[id] = cached
	}
	return cached
}

// joined tells whether the part is made of others by & or |.
func (n *node) joined() bool { return n.op == opAnd || n.op == opOr }

func (b *builder[C]) parallel(n *node, parts []rules.Rule[C]) rules.Rule[C] {
	switch n.parts[0].op {
	case opAnd:
		return rules.Parallel(parts...)
	case opOr:
		return rules.ParallelAny(parts...)
	default:
		b.wrong(n.offset, ":parallel follows parentheses around parts that are joined by & or |")
		return rules.Rule[C]{}
	}
}

func (b *builder[C]) retry(n *node, rule rules.Rule[C]) rules.Rule[C] {
	attempts := rules.Attempts{Max: n.args[0].value.(int)}
	var wait time.Duration
	if len(n.args) > 1 {
		wait = n.args[1].value.(time.Duration)
	}
	is := func(i int) bool { return len(n.args) > i && n.args[i].value.(bool) }
	if attempts.Max < 1 || wait < 0 {
		b.wrong(n.offset, ":retry needs at least 1 attempt, and a wait that is not negative")
		return rules.Rule[C]{}
	}
	attempts.Schedule = backoff.Constant(wait)
	if is(2) {
		attempts.Schedule = backoff.Exponential(wait, 2)
	}
	if is(3) {
		attempts.Schedule = attempts.Schedule.FullJitter()
	}
	return rules.Retry(rule, attempts)
}
