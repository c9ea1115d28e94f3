package markup

import (
	"regexp"
	"slices"
	"strings"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// collector gathers what a document has, in the order in which the document has it.
type collector struct {
	*positions
	// base is the offset at which the text that is being parsed begins in the source.
	base     int
	document check.Document
	// headings tells that headings have anchors made of their text: in Markdown, also for those in HTML.
	headings bool
	slugs    slugs
	open     bool   // whether a heading is open
	text     []byte // of the open heading
}

func newCollector(source []byte) *collector {
	return &collector{positions: newPositions(source), slugs: slugs{}}
}

// finish returns the document.
func (c *collector) finish() check.Document {
	slices.Sort(c.document.Anchors)
	c.document.Anchors = slices.Compact(c.document.Anchors)
	return c.document
}

func (c *collector) link(target string, offset int) {
	c.document.Links = append(c.document.Links, check.Link{Target: target, Position: c.of(c.base + offset)})
}

func (c *collector) anchor(name string) {
	if name != "" {
		c.document.Anchors = append(c.document.Anchors, name)
	}
}

// write adds to the text of the open heading, if one is.
func (c *collector) write(text []byte) {
	if c.open {
		c.text = append(c.text, text...)
	}
}

func (c *collector) openHeading() {
	c.closeHeading()
	c.open = c.headings
}

// attribute is the end of a heading that chooses its own anchor, as Pandoc, Hugo and kramdown have it: "Title {#here}".
var attribute = regexp.MustCompile(`\{:?[^{}]*#([^\s{}]+)[^{}]*\}\s*$`)

func (c *collector) closeHeading() {
	if !c.open {
		return
	}
	text := string(c.text)
	c.open, c.text = false, c.text[:0]
	c.anchor(c.slugs.of(text))
	// A picture or a line break at the edge leaves a space there. Whether it becomes a hyphen depends on the renderer.
	if trimmed := strings.TrimSpace(text); trimmed != text {
		c.anchor(Slug(trimmed))
	}
	if strings.HasSuffix(strings.TrimSpace(text), "}") {
		if m := attribute.FindStringSubmatch(text); m != nil {
			c.anchor(m[1])
		}
	}
}
