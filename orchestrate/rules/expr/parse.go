package expr

import (
	"fmt"
	"unicode/utf8"
)

const (
	// MaxLength is how many bytes an expression may have.
	MaxLength = 1 << 20
	// MaxDepth is how deep an expression may be nested: in parentheses, and by its operators.
	MaxDepth = 10_000
)

// Expr is an expression that was parsed. Which rules its names stand for is up to a registry. It is immutable.
type Expr struct {
	text string
	root *node
}

// node is a part of an expression.
type node struct {
	op     op
	offset int
	name   string // of a rule or a modifier
	args   []token
	parts  []*node
	depth  int
}

// op is what a part is. They are ordered by how tightly they bind.
type op uint8

const (
	opIf op = iota
	opOr
	opThen
	opAnd
	opNot
	opModify
	opName
)

// Parse parses an expression. Its error is a [SyntaxError]. It takes time and space proportional to the text.
func Parse(text string) (*Expr, error) {
	if len(text) > MaxLength {
		return nil, wrong(text, 0, "the expression has %d bytes, more than %d", len(text), MaxLength)
	}
	if !utf8.ValidString(text) {
		offset := 0
		for offset < len(text) {
			r, size := utf8.DecodeRuneInString(text[offset:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			offset += size
		}
		return nil, wrong(text, offset, "the text is not UTF-8: byte %#x", text[offset])
	}
	p := &parser{lexer: lexer{text: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.expression(true)
	if err != nil {
		return nil, err
	}
	if p.at.kind != end {
		return nil, p.unexpected("an operator or the end")
	}
	return &Expr{text, root}, nil
}

type parser struct {
	lexer
	at    token // the next token
	depth int   // of the parentheses and conditions around it
}

func (p *parser) advance() (err error) {
	p.at, err = p.token()
	return err
}

func (p *parser) is(s string) bool { return p.at.kind == sign && p.at.text == s }

func (p *parser) expect(s, why string) error {
	if !p.is(s) {
		return p.unexpected(fmt.Sprintf("%q %s", s, why))
	}
	return p.advance()
}

func (p *parser) unexpected(want string) error {
	if p.at.kind == end {
		return wrong(p.text, p.at.offset, "expected %s, found the end", want)
	}
	found := p.at.text
	if p.at.kind == modifier {
		found = ":" + found
	}
	return wrong(p.text, p.at.offset, "expected %s, found %q", want, clip(found))
}

// enter goes a level deeper, and returns the way back.
func (p *parser) enter(offset int) error {
	if p.depth++; p.depth > MaxDepth {
		return wrong(p.text, offset, "the expression is nested deeper than %d", MaxDepth)
	}
	return nil
}

// made is a part whose own parts are known.
func (p *parser) made(n *node) (*node, error) {
	for _, part := range n.parts {
		n.depth = max(n.depth, part.depth+1)
	}
	if n.depth > MaxDepth {
		return nil, wrong(p.text, n.offset, "the expression is nested deeper than %d", MaxDepth)
	}
	return n, nil
}

// expression parses what binds loosest. The word then is an operator if thens is true.
func (p *parser) expression(thens bool) (*node, error) {
	at := p.at.offset
	if err := p.enter(at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if p.is("if") {
		return p.conditional(at, thens)
	}
	condition, err := p.chain(opOr, thens)
	if err != nil || !p.is("?") {
		return condition, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	n := &node{op: opIf, offset: at, parts: []*node{condition}}
	return p.branches(n, thens, ":", "of the ?, with a space after it")
}

func (p *parser) conditional(at int, thens bool) (*node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	condition, err := p.expression(false)
	if err != nil {
		return nil, err
	}
	if err := p.expect("then", "of the if"); err != nil {
		return nil, err
	}
	return p.branches(&node{op: opIf, offset: at, parts: []*node{condition}}, thens, "else", "of the if")
}

// branches parses the two branches of a condition, with the word between them.
func (p *parser) branches(n *node, thens bool, between, why string) (*node, error) {
	then, err := p.expression(true)
	if err != nil {
		return nil, err
	}
	if err := p.expect(between, why); err != nil {
		return nil, err
	}
	otherwise, err := p.expression(thens)
	if err != nil {
		return nil, err
	}
	n.parts = append(n.parts, then, otherwise)
	return p.made(n)
}

// joins tells whether the next token is the operator.
func (p *parser) joins(o op, thens bool) bool {
	switch o {
	case opOr:
		return p.is("|")
	case opThen:
		return p.is(">>") || thens && p.is("then")
	default:
		return p.is("&")
	}
}

// chain parses parts that an operator joins.
func (p *parser) chain(o op, thens bool) (*node, error) {
	at := p.at.offset
	part := func() (*node, error) {
		if o == opAnd {
			return p.unary()
		}
		return p.chain(o+1, thens)
	}
	first, err := part()
	if err != nil || !p.joins(o, thens) {
		return first, err
	}
	n := &node{op: o, offset: at, parts: []*node{first}}
	for p.joins(o, thens) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		next, err := part()
		if err != nil {
			return nil, err
		}
		n.parts = append(n.parts, next)
	}
	return p.made(n)
}

func (p *parser) unary() (*node, error) {
	var nots []int
	for p.is("~") {
		nots = append(nots, p.at.offset)
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	n, err := p.modified()
	for i := len(nots) - 1; i >= 0 && err == nil; i-- {
		n, err = p.made(&node{op: opNot, offset: nots[i], parts: []*node{n}})
	}
	return n, err
}

func (p *parser) modified() (*node, error) {
	n, err := p.primary()
	for err == nil && p.at.kind == modifier {
		m := &node{op: opModify, offset: p.at.offset, name: p.at.text, parts: []*node{n}}
		if err = p.advance(); err != nil {
			break
		}
		if m.args, err = p.arguments(); err != nil {
			break
		}
		n, err = p.made(m)
	}
	return n, err
}

func (p *parser) primary() (*node, error) {
	switch {
	case p.is("("):
		if err := p.advance(); err != nil {
			return nil, err
		}
		n, err := p.expression(true)
		if err != nil {
			return nil, err
		}
		return n, p.expect(")", "or an operator")
	case p.is("if"):
		return nil, wrong(p.text, p.at.offset, "an if within another expression needs parentheses around it")
	case p.at.kind != name:
		return nil, p.unexpected("a rule")
	}
	n := &node{op: opName, offset: p.at.offset, name: p.at.text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	n.args, err = p.arguments()
	return n, err
}

// arguments parses what may follow a name in parentheses.
func (p *parser) arguments() ([]token, error) {
	if !p.is("(") {
		return nil, nil
	}
	var args []token
	for more := true; more; more = p.is(",") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if len(args) == 0 && p.is(")") {
			break
		}
		if p.at.kind != literal {
			return nil, p.unexpected("an argument: a string, a number, a duration, true or false")
		}
		args = append(args, p.at)
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	return args, p.expect(")", "or \",\" after an argument")
}
