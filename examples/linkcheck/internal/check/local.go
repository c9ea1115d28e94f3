package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// judge judges the links of one document. What it said once it remembers: documents repeat themselves.
type judge struct {
	source
	outline  Outline
	verdicts map[string]verdict
}

func (j *judge) link(y actions.Yield, link string, t target) (verdict, error) {
	if t.class == malformed {
		return t.bad, nil
	}
	if v, ok := j.verdicts[link]; ok {
		return v, nil
	}
	v, err := j.local(y, t)
	if stopped(err) {
		return v, err
	}
	if err != nil {
		v = verdict{kind: Unreadable, message: Because(err)}
	}
	j.verdicts[link] = v
	return v, nil
}

// local judges a link to a file, and to a place in it.
func (j *judge) local(y actions.Yield, t target) (verdict, error) {
	if t.path == "" {
		return j.fragment(y, j.path, t)
	}
	to := path.Join(path.Dir(j.path), t.path)
	if strings.HasPrefix(t.path, "/") {
		to = path.Clean(strings.TrimLeft(t.path, "/"))
	}
	if to == ".." || strings.HasPrefix(to, "../") {
		if isForgePage(to) && !strings.HasPrefix(t.path, "/") {
			return verdict{}, nil
		}
		return verdict{kind: Outside, message: "the link leaves the tree"}, nil
	}
	found, err := j.tree.find(y, to)
	switch {
	case err != nil:
		return verdict{}, err
	case !found.found:
		return j.missing(to, found), nil
	case found.path != to:
		return verdict{WrongCase, fmt.Sprintf("its name is %q, and case matters", found.path), j.linkTo(found.path)}, nil
	case found.Kind == Dangling:
		return verdict{kind: NoFile, message: "the file is a symbolic link to nothing"}, nil
	case found.IsDir():
		return j.directory(y, to, t)
	case strings.HasSuffix(t.path, "/"):
		return verdict{NoFile, "a file, not a directory", strings.TrimRight(t.path, "/")}, nil
	}
	return j.fragment(y, to, t)
}

// forgePages are what a repository has on its forge besides its files.
var forgePages = []string{
	"actions", "branches", "commits", "compare", "discussions", "graphs", "issues", "labels", "milestones", "projects",
	"pull", "pulls", "releases", "security", "tags", "wiki",
}

// isForgePage tells whether a path beyond the root leads to such a page: a file that is shown at owner/name/blob/main/
// README.md has the issues at ../../issues.
func isForgePage(beyond string) bool {
	page, _, _ := strings.Cut(strings.TrimLeft(beyond, "./"), "/")
	return strings.HasPrefix(beyond, "../../") && slices.Contains(forgePages, page)
}

// directory judges a link to a directory. A browser wants an index.html in it if the link comes from HTML, where nobody
// makes a page of the directory; a fragment needs a document to be in.
func (j *judge) directory(y actions.Yield, dir string, t target) (verdict, error) {
	if IsHTML(j.path) {
		index, err := j.tree.index(y, dir, "index.html", "index.htm")
		if err == nil && index == "" {
			return verdict{kind: NoIndex, message: "the directory has no index.html"}, nil
		}
		if err != nil {
			return verdict{}, err
		}
		return j.fragment(y, index, t)
	}
	if needsNothing(t.fragment) {
		return verdict{}, nil
	}
	index, err := j.tree.index(y, dir, "README.md", "index.md", "index.html")
	if err == nil && index == "" {
		return verdict{kind: NoAnchor, message: "the directory has no README.md"}, nil
	}
	if err != nil {
		return verdict{}, err
	}
	return j.fragment(y, index, t)
}

// fragment judges the place in a file that exists.
func (j *judge) fragment(y actions.Yield, to string, t target) (verdict, error) {
	isDocument := IsMarkdown(to) || IsHTML(to) || to == j.path
	isLines := linePattern.MatchString(t.fragment) && (!isDocument || strings.Contains(t.query, "plain=1"))
	if needsNothing(t.fragment) || !isDocument && !isLines {
		return verdict{}, nil
	}
	outline := j.outline
	if to != j.path {
		var err error
		if outline, err = orchestrate.Do(y, Survey{Root: j.tree.root, Path: to}); err != nil {
			return verdict{}, err
		}
	}
	if isLines {
		return judgeLines(t.fragment, outline), nil
	}
	return judgeAnchor(t.fragment, outline), nil
}
