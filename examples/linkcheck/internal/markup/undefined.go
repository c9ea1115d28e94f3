package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// undefinedParser finds references to labels that nothing defines: [text][label] and [label][]. To Markdown they are
// text, so it parses nothing and only looks where a link parser would. It leaves alone what is likely meant as text:
//
//   - [label] without more, which is how people write a remark in brackets;
//   - a[i][j] and [4][]int, where a letter, a digit or another bracket touches it;
//   - [text][^note], [0][1] and [-v][-x], whose label is a footnote or has no word in it.
type undefinedParser struct{}

var undefinedKey = parser.NewContextKey()

// undefined is what was found, in the context of one parse.
type undefined struct{ references []reference }

type reference struct {
	label  string
	offset int
}

// Trigger is the end of a text in brackets.
func (undefinedParser) Trigger() []byte { return []byte{']'} }

// Parse notes a reference and leaves it to others.
func (undefinedParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	found, ok := pc.Get(undefinedKey).(*undefined)
	line, segment := block.PeekLine()
	if !ok || len(line) < 3 || line[1] != '[' || !pc.IsInLinkLabel() {
		return nil
	}
	end := bytes.IndexAny(line[2:], `[]\`)
	if end < 0 || line[2+end] != ']' {
		return nil
	}
	source := block.Source()
	start := opening(source, segment.Start)
	if start < 0 || touches(source, start, segment.Start+3+end) {
		return nil
	}
	label := line[2 : 2+end]
	if len(label) == 0 {
		label = source[start+1 : segment.Start]
	}
	if !isLabel(string(label)) {
		return nil
	}
	if _, ok := pc.Reference(util.ToLinkReference(label)); ok {
		return nil
	}
	if start > 0 && source[start-1] == '!' {
		start--
	}
	found.references = append(found.references, reference{string(label), start})
	return nil
}

// longestText is how far back the beginning of a reference is looked for, as a label can have at most 999 characters.
const longestText = 1000

// opening is the offset of the bracket that the one at the given offset closes, or -1.
func opening(source []byte, closing int) int {
	depth := 0
	for i := closing - 1; i >= max(0, closing-longestText); i-- {
		switch {
		case i > 0 && source[i-1] == '\\':
		case source[i] == ']':
			depth++
		case source[i] == '[' && depth > 0:
			depth--
		case source[i] == '[':
			if len(bytes.TrimSpace(source[i+1:closing])) == 0 {
				return -1
			}
			return i
		}
	}
	return -1
}

// touches tells whether something that belongs to the text in brackets stands right before or behind it.
func touches(source []byte, start, end int) bool {
	before, _ := utf8.DecodeLastRune(source[:start])
	behind, _ := utf8.DecodeRune(source[end:])
	isWord := func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
	}
	return isWord(before) || strings.ContainsRune("])", before) || isWord(behind) || strings.ContainsRune("[(:", behind)
}

func isLabel(label string) bool {
	label = strings.TrimSpace(label)
	return strings.ContainsFunc(label, unicode.IsLetter) && !strings.ContainsAny(label[:1], "^-")
}
