package markup

import (
	"slices"
	"strings"
)

// element is a start tag with its attributes.
type element struct {
	name       string
	attributes []attributeOf
}

// attributeOf is an attribute, and where its value begins in the source.
type attributeOf struct {
	key, value string
	offset     int
}

// linking are the attributes that hold a URL which a browser follows or loads, by the name of the element.
var linking = map[string][]string{
	"a": {"href"}, "area": {"href"}, "link": {"href"}, "img": {"src"}, "script": {"src"}, "iframe": {"src"},
	"frame": {"src"}, "embed": {"src"}, "object": {"data"}, "source": {"src"}, "video": {"src", "poster"},
	"audio": {"src"}, "track": {"src"}, "input": {"src"}, "image": {"href", "xlink:href"},
}

// hints are the relations of link elements that name a server and no page on it.
var hints = []string{"preconnect", "dns-prefetch"}

// links are the links in the attributes of the element, each with its offset.
func (e *element) links() []attributeOf {
	if rel, ok := e.get("rel"); ok && e.name == "link" && slices.Contains(hints, strings.ToLower(rel.value)) {
		return nil
	}
	var links []attributeOf
	for _, key := range linking[e.name] {
		if a, ok := e.get(key); ok {
			links = append(links, a)
		}
	}
	if a, ok := e.get("srcset"); ok && (e.name == "img" || e.name == "source") {
		links = append(links, candidates(a)...)
	}
	if a, ok := e.refresh(); ok {
		links = append(links, a)
	}
	return links
}

// get returns the first attribute of that name; the others do not count.
func (e *element) get(key string) (attributeOf, bool) {
	for _, a := range e.attributes {
		if a.key == key {
			return a, true
		}
	}
	return attributeOf{}, false
}

// refresh is where <meta http-equiv="refresh" content="0; url=…"> leads.
func (e *element) refresh() (attributeOf, bool) {
	kind, ok := e.get("http-equiv")
	if e.name != "meta" || !ok || !strings.EqualFold(kind.value, "refresh") {
		return attributeOf{}, false
	}
	content, ok := e.get("content")
	i := strings.Index(strings.ToLower(content.value), "url=")
	if !ok || i < 0 {
		return attributeOf{}, false
	}
	content.value = strings.Trim(strings.TrimSpace(content.value[i+len("url="):]), `"'`)
	return content, true
}

// candidates are the images of a srcset: URLs separated by commas, each with an optional descriptor behind white space
// (HTML, section 4.8.4.2.1). A URL can have commas in it, but not at its ends.
func candidates(set attributeOf) []attributeOf {
	const space = " \t\n\f\r"
	var links []attributeOf
	at := 0
	for {
		for at < len(set.value) && strings.IndexByte(space+",", set.value[at]) >= 0 {
			at++
		}
		if at == len(set.value) {
			return links
		}
		end := len(set.value)
		if i := strings.IndexAny(set.value[at:], space); i >= 0 {
			end = at + i
		}
		url := strings.TrimRight(set.value[at:end], ",")
		links = append(links, attributeOf{value: url, offset: set.offset + at})
		if len(url) == end-at { // no comma: a descriptor may follow
			i := strings.IndexByte(set.value[end:], ',')
			if i < 0 {
				return links
			}
			end += i
		}
		at = end
	}
}
