package main_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// findings are the dead links of a document.
func (o *oracle) findings(name string) (found []string, skipped int, err error) {
	p, err := o.page(name)
	if err != nil {
		return nil, 0, err
	}
	for _, l := range p.links {
		switch kind := o.judge(name, p, strings.TrimSpace(l)); kind {
		case "":
		case "skipped":
			skipped++
		default:
			found = append(found, dead(kind, l))
		}
	}
	for _, label := range p.undefined {
		found = append(found, dead("no-reference", label))
	}
	return found, skipped, nil
}

func (o *oracle) judge(name string, p *oraclePage, link string) string {
	scheme, rest, _ := strings.Cut(link, ":")
	scheme = strings.ToLower(scheme)
	switch {
	case link == "":
		return "empty"
	case strings.Contains(link, "{{") || strings.Contains(link, "{%") || strings.Contains(link, "${") ||
		strings.Contains(link, "<%") || strings.Contains(link, "%7B%7B"):
		return "skipped"
	case !regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9+.]*:`).MatchString(link):
		return o.judgePath(name, p, link)
	case scheme == "http" || scheme == "https":
		u, err := url.Parse(link)
		if err != nil || u.Hostname() == "" || strings.ContainsFunc(canonical(link), unicode.IsControl) {
			return "bad-url"
		}
	case scheme == "mailto":
		if rest, _, _ = strings.Cut(rest, "?"); rest != "" && !strings.Contains(canonical(rest), "@") {
			return "bad-address"
		}
	case scheme == "tel" && !strings.ContainsAny(rest, "0123456789"):
		return "bad-address"
	case scheme == "file" || len(scheme) == 1:
		return "outside"
	}
	return "skipped"
}

func (o *oracle) judgePath(name string, p *oraclePage, link string) string {
	if strings.HasPrefix(link, "//") || strings.Contains(p.base, "//") {
		return "skipped"
	}
	path, fragment, _ := strings.Cut(link, "#")
	path, query, _ := strings.Cut(path, "?")
	path, err := url.PathUnescape(path)
	if err != nil {
		return "bad-url"
	}
	if fragment, err = url.PathUnescape(fragment); err != nil {
		return "bad-url"
	}
	to := filepath.Join(filepath.Dir(name), p.base, path)
	if strings.HasPrefix(path, "/") {
		to = filepath.Join(o.root, path)
	}
	if path == "" && p.base == "" {
		to = name
	}
	if to != o.root && !strings.HasPrefix(to, o.root+"/") {
		return "outside"
	}
	info, err := os.Stat(to)
	if err != nil || !info.IsDir() && strings.HasSuffix(path, "/") {
		return "no-file"
	}
	if info.IsDir() {
		indexes := []string{"README.md", "readme.md", "Readme.md", "index.md", "index.html"}
		if isPage(name) {
			indexes = []string{"index.html", "index.htm"}
		}
		found := ""
		for _, index := range indexes {
			if _, err := os.Stat(filepath.Join(to, index)); err == nil && found == "" {
				found = filepath.Join(to, index)
			}
		}
		switch {
		case found == "" && isPage(name):
			return "no-index"
		case found == "" && fragment != "":
			return "no-anchor"
		}
		to = found
	}
	return o.judgeFragment(to, fragment, query)
}

func (o *oracle) judgeFragment(to, fragment, query string) string {
	if fragment == "" || strings.EqualFold(fragment, "top") || strings.ContainsAny(fragment[:1], "/!") {
		return ""
	}
	there, err := o.page(to)
	if err != nil {
		return "unreadable"
	}
	isDocument := isMarkdown(to) || isPage(to)
	if m := lineFragment.FindStringSubmatch(fragment); m != nil && (!isDocument || query == "plain=1") {
		for _, n := range []string{m[1], m[4]} {
			if line, err := strconv.Atoi(n); err == nil && there.lines > 0 && (line < 1 || line > there.lines) {
				return "no-line"
			}
		}
		return ""
	}
	fragment, _, _ = strings.Cut(fragment, ":~:")
	if !isDocument || fragment == "" || there.anchors[fragment] ||
		there.anchors[strings.TrimPrefix(fragment, "user-content-")] || there.anchors["user-content-"+fragment] {
		return ""
	}
	return "no-anchor"
}
