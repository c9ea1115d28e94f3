package expr

import (
	"strconv"
	"strings"
	"time"
)

// signs join the parts of an operator.
var signs = [...]string{opOr: " | ", opThen: " >> ", opAnd: " & "}

// Format writes an expression in its one canonical form: on one line, with signs for operators, and no parentheses but
// those it needs. Parsing what Format wrote gives the same expression again. Comments are not kept.
func Format(e *Expr) string {
	if e == nil || e.root == nil {
		return ""
	}
	var b strings.Builder
	write(&b, e.root, opIf)
	return b.String()
}

// String is [Format].
func (e *Expr) String() string { return Format(e) }

// write writes a part, in parentheses if it binds looser than its place allows. What Parse made is not nested deeper
// than MaxDepth.
func write(b *strings.Builder, n *node, loosest op) {
	if n.op < loosest {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch n.op {
	case opIf:
		b.WriteString("if ")
		write(b, n.parts[0], opOr)
		b.WriteString(" then ")
		write(b, n.parts[1], opOr)
		b.WriteString(" else ")
		write(b, n.parts[2], opIf)
	case opOr, opThen, opAnd:
		for i, part := range n.parts {
			if i > 0 {
				b.WriteString(signs[n.op])
			}
			write(b, part, n.op+1)
		}
	case opNot:
		b.WriteByte('~')
		write(b, n.parts[0], opNot)
	case opModify:
		write(b, n.parts[0], opModify)
		b.WriteString(":" + n.name)
		writeArguments(b, n.args)
	case opName:
		b.WriteString(n.name)
		writeArguments(b, n.args)
	}
}

func writeArguments(b *strings.Builder, args []token) {
	for i, arg := range args {
		b.WriteString([]string{"(", ", "}[min(i, 1)])
		b.WriteString(literalOf(arg.value))
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
}

func literalOf(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case bool:
		return strconv.FormatBool(v)
	case time.Duration:
		return v.String()
	default:
		return strconv.Itoa(v.(int))
	}
}
