package plan

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mermaid refuses diagrams of more than 50,000 characters.
const (
	maxMermaid   = 45_000
	mermaidSteps = 400
	mermaidPart  = 80
)

// fitting draws a diagram of as many steps as fit into one.
func (p *Plan) fitting(draw func(shown *Plan, hidden int) string) string {
	for most := mermaidSteps; ; most /= 2 {
		text := draw(p.pruned(most))
		if len(text) <= maxMermaid || most == 0 {
			return text
		}
	}
}

// lines is a diagram being written.
type lines struct {
	strings.Builder
	indent int
}

func (l *lines) line(format string, args ...any) {
	l.WriteString(strings.Repeat("    ", min(l.indent, 8)))
	fmt.Fprintf(l, format, args...)
	l.WriteByte('\n')
}

// mermaid is a text with what means something to Mermaid written as its entities: #35; is #. It is cut to a length that
// fits into a picture, and never empty or a word of the language.
func mermaid(s string) string {
	s = cut(oneLine(strings.TrimSpace(s)), mermaidPart)
	if s == "" {
		return "#32;"
	}
	var b strings.Builder
	for i, r := range s {
		if i == 0 && isWord(s) || !isPlain(r) {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isPlain(r rune) bool {
	switch r {
	case 'ﬂ', '°', '¶', 'ß': // of which Mermaid makes its own
		return false
	}
	return r >= utf8.RuneSelf || unicode.IsLetter(r) || unicode.IsDigit(r) ||
		strings.ContainsRune(` "'()[]{}.,=+-*/_@!?|`, r)
}

// isWord tells whether a text is, or begins with, one that ends or begins something in a diagram.
func isWord(s string) bool {
	first, _, _ := strings.Cut(strings.ToLower(s), " ")
	switch strings.TrimRight(first, ":") {
	case "end", "title", "wrap", "nowrap", "section", "click", "as", "over", "call", "href":
		return true
	}
	return false
}
