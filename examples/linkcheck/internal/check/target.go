package check

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// target is a link taken apart.
type target struct {
	class class
	// path is decoded, and rooted if it begins with a slash. It is empty for a link within the document. Local only.
	path, query string
	// url has no fragment, and is what two links must share to be one question. Remote only.
	url      string
	fragment string
	// bad is what is wrong with a link that cannot be checked any further.
	bad verdict
}

// class is how a link is to be checked.
type class uint8

const (
	local class = iota
	remote
	skipped // links that nobody can check
	malformed
)

// verdict is what is wrong with a link: nothing, if it has no kind.
type verdict struct {
	kind                Kind
	message, suggestion string
}

var (
	schemePattern = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)
	// Browsers drop these from the middle of a URL (WHATWG URL, section 4.4).
	dropped = strings.NewReplacer("\n", "", "\r", "", "\t", "")
	// templates are files that somebody's program fills in before they have links.
	templates = []string{"{{", "{%", "<%", "${"}
)

// parse takes a link apart that is relative to base, the URL of its page, or "" in a file.
func parse(link, base string) target {
	link = dropped.Replace(strings.TrimSpace(link))
	if link == "" {
		return bad(Empty, "the link is empty")
	}
	for _, mark := range templates {
		if strings.Contains(link, mark) {
			return target{class: skipped}
		}
	}
	if m := schemePattern.FindStringSubmatch(link); m != nil {
		return parseScheme(strings.ToLower(m[1]), link, base)
	}
	if strings.HasPrefix(link, "//") && base == "" {
		base = "https://"
	}
	if base != "" {
		return parseURL(link, base)
	}
	return parsePath(link)
}

func parseScheme(scheme, link, base string) target {
	switch scheme {
	case "http", "https":
		return parseURL(link, base)
	case "mailto":
		return parseMail(link)
	case "tel":
		return parsePhone(link)
	case "file":
		return bad(Outside, "a file: URL works on one machine only")
	}
	if len(scheme) == 1 {
		return bad(Outside, "a path with a drive letter works on one machine only")
	}
	return target{class: skipped}
}

// parsePath takes a link to a file apart. A name with a colon in its first part would be taken for a scheme, here as in
// a browser; it is written "./a:b".
func parsePath(link string) target {
	rest, fragment, _ := strings.Cut(link, "#")
	rest, query, _ := strings.Cut(rest, "?")
	path, err := url.PathUnescape(rest)
	if err == nil {
		fragment, err = url.PathUnescape(fragment)
	}
	switch {
	case err != nil:
		return bad(BadURL, err.Error())
	case strings.Contains(path, "\x00"):
		return bad(BadURL, "a path cannot contain a NUL")
	}
	return target{class: local, path: path, query: query, fragment: fragment}
}

// parseURL takes a URL apart that may be relative to base. An example is not checked, unless base is on the same host:
// somebody looks at a site on their own machine.
func parseURL(link, base string) target {
	b, err := url.Parse(base)
	if err != nil {
		return bad(BadURL, plain(err))
	}
	u, err := url.Parse(link)
	if base != "" && err == nil {
		u = b.ResolveReference(u)
	}
	switch {
	case err != nil:
		return bad(BadURL, plain(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return target{class: skipped}
	case u.Hostname() == "":
		return bad(BadURL, "the URL has no host")
	case isExample(u.Hostname()) && !strings.EqualFold(u.Host, b.Host):
		return target{class: skipped}
	}
	t := target{class: remote, fragment: u.Fragment}
	u.Fragment, u.RawFragment = "", ""
	u.Host = strings.ToLower(u.Host)
	if u.Path == "" {
		u.Path = "/"
	}
	t.url = u.String()
	return t
}

// exampleHosts are names that are reserved for documentation and testing, with all that is below them (RFC 2606 and
// RFC 6761). A link to one is part of a text, as is one to the reader's own machine.
var exampleHosts = []string{"example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"}

func isExample(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, name := range exampleHosts {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	return strings.HasPrefix(host, "127.") || host == "0.0.0.0" || host == "::1"
}

// plain is what is wrong with a URL, without the URL.
func plain(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func bad(kind Kind, message string) target {
	return target{class: malformed, bad: verdict{kind: kind, message: message}}
}
