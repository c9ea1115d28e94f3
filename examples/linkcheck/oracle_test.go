package main_test

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// oracle is a second link checker: slow, simple, and made another way. It renders Markdown to HTML, builds the tree of
// the page, and looks into the file system for every link. It shares no code with the first.
type oracle struct {
	root     string
	markdown goldmark.Markdown
	pages    map[string]*oraclePage
}

// oraclePage is a document as the oracle sees it.
type oraclePage struct {
	links     []string
	undefined []string
	anchors   map[string]bool
	base      string
	lines     int
}

func newOracle(root string) *oracle {
	return &oracle{root, goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote),
		goldmark.WithRendererOptions(gmhtml.WithUnsafe()),
	), map[string]*oraclePage{}}
}

var (
	frontMatter = regexp.MustCompile(`\A(?s:---[ \t]*\r?\n(.*?\n)?---|\+\+\+[ \t]*\r?\n(.*?\n)?\+\+\+)[ \t]*(\r?\n|\z)`)
	scripts     = regexp.MustCompile(`(?is)<(script|style)\b([^>]*)>.*?</(script|style)>`)
	rawElements = regexp.MustCompile(`(?i)<(/?)(title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext|` +
		`noscript|select|image|frameset|frame)\b`)
	escapedMarks  = regexp.MustCompile(`\\[\[\]]`)
	attributeMark = regexp.MustCompile(`\{:?[^{}]*#([^\s{}]+)[^{}]*\}\s*$`)
	notInSlug     = regexp.MustCompile(`[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\- ]`)
	lineFragment  = regexp.MustCompile(`^L(\d+)(C\d+)?(-L?(\d+)(C\d+)?)?$`)
	referenceText = regexp.MustCompile(`\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\[([^\[\]]*)\]`)
)

// readText reads a file without its byte order mark. What is in UTF-16 it takes for ASCII, as in the module cache.
func readText(name string) ([]byte, error) {
	source, err := os.ReadFile(name)
	if bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		source = bytes.ReplaceAll(source[2:], []byte("\x00"), nil)
	}
	return bytes.TrimPrefix(source, []byte("\ufeff")), err
}

func (o *oracle) page(name string) (*oraclePage, error) {
	if p, ok := o.pages[name]; ok {
		return p, nil
	}
	source, err := readText(name)
	if err != nil {
		return nil, err
	}
	p := &oraclePage{anchors: map[string]bool{}}
	o.pages[name] = p
	if !bytes.Contains(source[:min(8000, len(source))], []byte{0}) {
		p.lines = len(strings.Split(strings.TrimSuffix(string(source), "\n"), "\n"))
	}
	if isPage(name) {
		return p, p.read(string(source), false)
	}
	if !isMarkdown(name) {
		return p, nil
	}
	source = frontMatter.ReplaceAll(source, nil)
	var rendered bytes.Buffer
	if err := o.markdown.Convert(escapedMarks.ReplaceAll(source, []byte("\ue000")), &rendered); err != nil {
		return nil, err
	}
	text := scripts.ReplaceAllString(rendered.String(), "<$1$2></$1>")
	return p, p.read(rawElements.ReplaceAllString(text, "<${1}x-$2"), true)
}

func (p *oraclePage) read(text string, markdown bool) error {
	tree, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(false))
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name := strings.TrimPrefix(n.Data, "x-")
		if name == "base" && p.base == "" && !markdown {
			p.base = strings.TrimSpace(attr(n, "href"))
		}
		if class := attr(n, "class"); class == "footnote-ref" || class == "footnote-backref" {
			continue
		}
		p.element(n, name)
		if markdown && len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
			p.heading(content(n), counts)
		}
		switch name {
		case "p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "div", "dd", "summary", "blockquote":
			if markdown {
				p.references(n)
			}
		}
	}
	return nil
}

func (p *oraclePage) element(n *html.Node, name string) {
	if id := attr(n, "id"); id != "" && !strings.HasPrefix(id, "fn:") && !strings.HasPrefix(id, "fnref:") {
		p.anchors[id] = true
	}
	if name == "a" {
		p.anchors[attr(n, "name")] = true
	}
	with := func(keys ...string) {
		for _, key := range keys {
			if has(n, key) {
				p.links = append(p.links, attr(n, key))
			}
		}
	}
	switch name {
	case "a", "area":
		with("href")
	case "link":
		if rel := strings.ToLower(attr(n, "rel")); rel != "preconnect" && rel != "dns-prefetch" {
			with("href")
		}
	case "img", "script", "iframe", "frame", "embed", "audio", "track", "input", "source":
		with("src")
	case "object":
		with("data")
	case "video":
		with("src", "poster")
	case "image":
		with("href", "xlink:href")
	case "meta":
		if _, to, ok := strings.Cut(attr(n, "content"), "="); ok && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			p.links = append(p.links, strings.Trim(strings.TrimSpace(to), `'"`))
		}
	}
	if name == "img" || name == "source" {
		for _, candidate := range strings.Split(attr(n, "srcset"), ",") {
			if fields := strings.Fields(candidate); len(fields) > 0 {
				p.links = append(p.links, fields[0])
			}
		}
	}
}

func (p *oraclePage) heading(text string, counts map[string]int) {
	slug := func(s string) string {
		return strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(s), ""), " ", "-")
	}
	s := slug(text)
	if counts[s] > 0 {
		p.anchors[s+"-"+strconv.Itoa(counts[s])] = true
	} else {
		p.anchors[s] = true
	}
	counts[s]++
	if trimmed := strings.TrimSpace(text); trimmed != text {
		p.anchors[slug(trimmed)] = true
	}
	if m := attributeMark.FindStringSubmatch(text); m != nil {
		p.anchors[m[1]] = true
	}
}

// references finds what reads like a reference in the text of a block, without its code, its links and its blocks.
func (p *oraclePage) references(block *html.Node) {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.Type != html.ElementNode:
			case c.Data == "code" || c.Data == "pre" || c.Data == "img":
				b.WriteString("\ue001")
			case c.Data == "a":
				b.WriteString("\ue001")
			case c.Data == "em" || c.Data == "strong" || c.Data == "del":
				walk(c)
			default:
				b.WriteString("\ue000\n")
			}
		}
	}
	walk(block)
	text := b.String()
	for _, m := range referenceText.FindAllStringSubmatchIndex(text, -1) {
		before, behind := []rune("x"+text[:m[0]]), []rune(text[m[1]:]+" ")
		label := text[m[4]:m[5]]
		if label == "" {
			label = text[m[2]:m[3]]
		}
		last := before[len(before)-1]
		if len(before) == 1 {
			last = ' '
		}
		label = strings.TrimSpace(label)
		if strings.TrimSpace(text[m[2]:m[3]]) == "" || strings.ContainsAny(label, "\n\ue000") ||
			!strings.ContainsFunc(label, unicode.IsLetter) || label[0] == '^' || label[0] == '-' ||
			word(last) || strings.ContainsRune("])", last) || word(behind[0]) || strings.ContainsRune("[(:", behind[0]) {
			continue
		}
		p.undefined = append(p.undefined, label)
	}
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// canonical is a link in the one form that is the same however it is escaped.
func canonical(link string) string {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(strings.TrimSpace(link), func(s string) string {
		b, _ := strconv.ParseUint(s[1:], 16, 8)
		return string([]byte{byte(b)})
	})
}

func isMarkdown(name string) bool {
	return regexp.MustCompile(`(?i)\.(md|markdown|mdown|mkdn|mkd)$`).MatchString(name)
}

func isPage(name string) bool { return regexp.MustCompile(`(?i)\.(html|htm|xhtml)$`).MatchString(name) }

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key || a.Namespace+":"+a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key || a.Namespace+":"+a.Key == key {
			return true
		}
	}
	return false
}

func content(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && (c.Parent == nil || attr(c.Parent, "class") != "footnote-ref") {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
