package markup

import (
	"strconv"
	"strings"
	"unicode"
)

// Slug is the anchor that GitHub makes of the text of a heading: in lower case, without what is not a letter, a mark, a
// digit, a connector, a hyphen or a space, and with hyphens for spaces. (The rule is that of html-pipeline's table of
// contents filter; an emoji is none of these, but the variation selector behind it is a mark, and stays.)
func Slug(heading string) string {
	var b strings.Builder
	b.Grow(len(heading))
	for _, r := range strings.ReplaceAll(heading, "İ", "i\u0307") { // the one letter that becomes two
		r = unicode.ToLower(r)
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || isWord(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isWord tells whether r is in \p{Word} as Ruby has it: alphabetic, a mark, a decimal digit or connecting punctuation.
func isWord(r rune) bool {
	if r < unicode.MaxASCII {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic,
		unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// slugs numbers the anchors of a document: the second heading with the anchor a has a-1, the third a-2.
type slugs map[string]int

func (s slugs) of(heading string) string {
	slug := Slug(heading)
	n := s[slug]
	s[slug]++
	if n == 0 {
		return slug
	}
	return slug + "-" + strconv.Itoa(n)
}
