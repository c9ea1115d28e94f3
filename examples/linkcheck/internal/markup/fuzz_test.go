package markup_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
)

// seeds have a little of everything.
var seeds = []string{
	"", "\n", "[a](b)", "# h\n[a][b]\n\n[b]: <c d> 'e'", "> <a\n> href='x'>\n", "---\nx: y\n---\n# z",
	"<h1>\n\n# a\n</h1>", "`a` ![b](c) http://d.e/f g@h.ij", "[^1]\n\n[^1]: x", "\ufeff<p id=a",
	"<img srcset='a 1x,b'>", "[x][]y\\[z]", "\xff\x00[\xf0](\x80)",
	"| a |\n|-|\n|[b](c)|", "<!--", "<a href=\r\nb>\r\n\t[c](d)",
}

// inRange requires that every link is at a place in the source, and where it is says what it is.
func inRange(t *testing.T, source string, links []check.Link) {
	t.Helper()
	lines := strings.Split(source, "\n")
	for _, l := range links {
		require.True(t, l.Line >= 1 && l.Line <= len(lines), "line %d of %d", l.Line, len(lines))
		length := utf8.RuneCountInString(lines[l.Line-1])
		require.True(t, l.Column >= 1 && l.Column <= length+1, "column %d of %d", l.Column, length)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	p := markup.NewParser()
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1<<12 {
			return // it is the parser's own business how long it takes for nonsense
		}
		d := p.Markdown([]byte(source))
		inRange(t, source, d.Links)
		inRange(t, source, d.Undefined)
		require.True(t, slices.IsSorted(d.Anchors))
		for _, l := range d.Undefined {
			runes := []rune(strings.Split(source, "\n")[l.Line-1])
			require.Contains(t, "[!", string(runes[l.Column-1]))
		}
	})
}

func FuzzHTML(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		d := markup.HTML([]byte(source))
		inRange(t, source, d.Links)
		require.True(t, slices.IsSorted(d.Anchors))
		require.Empty(t, d.Undefined)
	})
}

func FuzzSlug(f *testing.F) {
	for _, s := range append(seeds, "Größe 🚀 ⚙️ İ Ⅳ", "a-b_c d\te") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, heading string) {
		slug := markup.Slug(heading)
		require.Equal(t, slug, markup.Slug(slug), "a slug is its own slug")
		require.False(t, strings.ContainsFunc(slug, unicode.IsSpace))
		require.True(t, utf8.ValidString(slug))
	})
}
