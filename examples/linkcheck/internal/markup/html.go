package markup

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// HTML returns the links and anchors of a page.
func HTML(source []byte) check.Document {
	c := newCollector(source)
	c.html(source, func(offset int) int { return offset })
	return c.finish()
}

// html collects what is in HTML. The offsets in it become offsets in the source by at.
func (c *collector) html(source []byte, at func(int) int) {
	z := html.NewTokenizer(bytes.NewReader(source))
	offset, script := 0, false
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		raw := z.Raw()
		if script && kind == html.TextToken {
			c.embedded(raw)
		}
		script = kind == html.StartTagToken && bytes.HasPrefix(raw, []byte("<script"))
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			c.tag(z, raw, func(i int) int { return at(offset + i) })
		case html.EndTagToken:
			if name, _ := z.TagName(); isHeading(name) {
				c.closeHeading()
			}
		case html.TextToken:
			if c.open {
				c.write(z.Text())
			}
		default: // comments and the like
		}
		offset += len(raw)
	}
}

// embedded collects the anchors of HTML that a script holds as a string, to show it when it runs. It is how GitHub
// delivers the documents of repositories.
func (c *collector) embedded(script []byte) {
	const before, after = `id=\"`, `\"`
	for {
		_, rest, ok := bytes.Cut(script, []byte(before))
		id, rest, closed := bytes.Cut(rest, []byte(after))
		if !ok || !closed {
			return
		}
		if !bytes.ContainsAny(id, "\"<> \n") {
			c.anchor(string(id))
		}
		script = rest
	}
}

// tag collects the links and anchors in the attributes of a start tag.
func (c *collector) tag(z *html.Tokenizer, raw []byte, at func(int) int) {
	rawName, more := z.TagName()
	switch {
	case isHeading(rawName):
		c.openHeading()
	case string(rawName) == "noscript":
		z.NextIsNotRawText() // we run no scripts, so what is in it counts
	}
	if !more {
		return
	}
	tag := element{name: string(rawName)}
	scan := scanner{raw: raw}
	scan.name()
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		start, _ := scan.attribute()
		if len(key) > 0 {
			tag.attributes = append(tag.attributes, attributeOf{string(key), string(value), at(start)})
		}
	}
	for _, a := range tag.attributes {
		if a.key == "id" || a.key == "name" && tag.name == "a" {
			c.anchor(a.value)
		}
	}
	if tag.name == "base" {
		if href, ok := tag.get("href"); ok && c.document.Base == "" && !c.headings {
			c.document.Base = strings.TrimSpace(href.value)
		}
		return
	}
	for _, l := range tag.links() {
		c.link(l.value, l.offset)
	}
}

func isHeading(name []byte) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// scanner walks over the attributes of a raw start tag, to find where their values are: the tokenizer knows what they
// are, but not where. It takes a tag apart as HTML, section 13.2.5.32 and following, says.
type scanner struct {
	raw []byte
	at  int
}

// name skips the name of the tag.
func (s *scanner) name() { s.at = min(1, len(s.raw)); s.until(" \t\n\f\r/>") }

// attribute returns the bounds of the next attribute's value, or of its name if it has no value.
func (s *scanner) attribute() (start, end int) {
	s.skip(" \t\n\f\r/")
	start = s.at
	if s.at < len(s.raw) && s.raw[s.at] == '=' { // a name can begin with it
		s.at++
	}
	s.until(" \t\n\f\r/=>")
	end = s.at
	s.skip(" \t\n\f\r")
	if s.at == len(s.raw) || s.raw[s.at] != '=' {
		return start, end
	}
	s.at++
	s.skip(" \t\n\f\r")
	if s.at < len(s.raw) && (s.raw[s.at] == '"' || s.raw[s.at] == '\'') {
		quote := string(s.raw[s.at])
		s.at++
		start = s.at
		s.until(quote)
		end = s.at
		s.at = min(s.at+1, len(s.raw))
		return start, end
	}
	start = s.at
	s.until(" \t\n\f\r>")
	return start, s.at
}

func (s *scanner) skip(set string) {
	for s.at < len(s.raw) && strings.IndexByte(set, s.raw[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) until(set string) {
	for s.at < len(s.raw) && strings.IndexByte(set, s.raw[s.at]) < 0 {
		s.at++
	}
}
