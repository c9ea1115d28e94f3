package markup

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// Parser parses Markdown. It is safe for concurrent use.
type Parser struct{ markdown goldmark.Markdown }

// NewParser makes a parser.
func NewParser() *Parser {
	return &Parser{goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(undefinedParser{}, 150))),
	)}
}

// Markdown returns the links and anchors of a document.
func (p *Parser) Markdown(source []byte) check.Document {
	c := newCollector(source)
	c.headings = true
	c.base = bodyOf(source)
	body := source[c.base:]
	found := &undefined{}
	pc := parser.NewContext()
	pc.Set(undefinedKey, found)
	root := p.markdown.Parser().Parse(text.NewReader(body), parser.WithContext(pc))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		return c.node(n, entering, body), nil
	})
	c.closeHeading() // one of HTML may be open
	for _, r := range found.references {
		c.document.Undefined = append(c.document.Undefined, check.Link{
			Target: r.label, Position: c.of(c.base + r.offset),
		})
	}
	return c.finish()
}

// node collects what is in one node of Markdown.
func (c *collector) node(n ast.Node, entering bool, source []byte) ast.WalkStatus {
	if _, ok := n.(*ast.Heading); ok && !entering {
		c.closeHeading()
	}
	if !entering {
		return ast.WalkContinue
	}
	switch n := n.(type) {
	case *ast.Heading:
		c.openHeading()
	case *ast.Link:
		c.link(destination(n.Destination), n.Pos())
	case *ast.Image:
		c.link(destination(n.Destination), n.Pos())
		return ast.WalkSkipChildren // they are its text, in which nothing is a link
	case *ast.AutoLink:
		c.autoLink(n, source)
	case *ast.RawHTML:
		c.rawHTML(n.Segments, text.Segment{}, source)
	case *ast.HTMLBlock:
		c.rawHTML(n.Lines(), n.ClosureLine, source)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return ast.WalkSkipChildren
	case *ast.String:
		c.write(n.Value)
	case *ast.Text:
		if c.open {
			c.headingText(n, source)
		}
	}
	return ast.WalkContinue
}

func (c *collector) headingText(n *ast.Text, source []byte) {
	if value := n.Segment.Value(source); n.IsRaw() {
		c.write(bytes.ReplaceAll(value, []byte("\n"), []byte(" ")))
	} else {
		c.write([]byte(destination(value)))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		c.write([]byte("\n"))
	}
}

func (c *collector) autoLink(n *ast.AutoLink, source []byte) {
	label := n.Label(source)
	target := string(n.URL(source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:") {
		target = "mailto:" + target
	}
	at := max(n.Pos(), 0)
	if source[at] != '<' { // a bare URL: the node may begin with the character before it
		at += max(0, bytes.Index(source[at:], label))
	}
	c.link(target, at)
	c.write(label)
}

// rawHTML collects what is in HTML whose lines may stand apart in the source, in a quote for instance.
func (c *collector) rawHTML(lines *text.Segments, last text.Segment, source []byte) {
	pieces := slices.Clone(lines.Sliced(0, lines.Len()))
	if last.Stop > last.Start {
		pieces = append(pieces, last)
	}
	size := 0
	for _, s := range pieces {
		size += s.Len()
	}
	raw, starts := make([]byte, 0, size), make([]int, len(pieces)) // where each piece begins in raw
	for i, s := range pieces {
		starts[i] = len(raw)
		raw = append(raw, s.Value(source)...)
	}
	at := 0 // the offsets come in order, or nearly so
	c.html(raw, func(offset int) int {
		for at > 0 && starts[at] > offset {
			at--
		}
		for at+1 < len(starts) && starts[at+1] <= offset {
			at++
		}
		return pieces[at].Start + max(0, offset-starts[at]-pieces[at].Padding)
	})
}

// destination is a text of Markdown with its escapes and character references resolved.
func destination(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '&') < 0 {
		return string(raw)
	}
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw))))
}

// bodyOf is the offset behind a byte order mark and front matter: YAML between lines of "---", or TOML between "+++".
func bodyOf(source []byte) int {
	start := mark(source)
	for _, fence := range []string{"---", "+++"} {
		line, rest, ok := bytes.Cut(source[start:], []byte("\n"))
		if !ok || string(bytes.TrimRight(line, " \t\r")) != fence {
			continue
		}
		for len(rest) > 0 {
			line, rest, _ = bytes.Cut(rest, []byte("\n"))
			if string(bytes.TrimRight(line, " \t\r")) == fence {
				return len(source) - len(rest)
			}
		}
	}
	return start
}
