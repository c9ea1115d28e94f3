package check

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// source is a document that is to be read.
type source struct {
	tree *tree
	// path is the path in the tree, and name the same as the user would write it.
	path, name string
}

// The names by which documents are told from other files.
var (
	markdownNames = []string{".md", ".markdown", ".mdown", ".mkdn", ".mkd"}
	htmlNames     = []string{".html", ".htm", ".xhtml"}
)

// IsMarkdown tells by its name whether a file is Markdown.
func IsMarkdown(name string) bool { return hasExtension(name, markdownNames) }

// IsHTML tells by its name whether a file is HTML.
func IsHTML(name string) bool { return hasExtension(name, htmlNames) }

func hasExtension(name string, extensions []string) bool {
	return slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}

// unwalked are directories that hold other people's files.
var unwalked = []string{".git", ".hg", ".svn", "node_modules"}

// walk finds the documents at and below the paths that the user named, without those that are excluded and each of
// them once. A file that is named itself is a document whatever it is called.
func (r *run) walk(y actions.Yield, paths []string) ([]source, error) {
	var found []source
	for _, named := range paths {
		at, err := orchestrate.Do(y, Locate{Path: named, Root: r.job.Root})
		if err != nil {
			return nil, err
		}
		top := source{r.tree(at.Root), at.Path, at.Name}
		if !at.Dir {
			found = append(found, top)
			continue
		}
		below, err := r.walkDir(y, top)
		if err != nil {
			return nil, err
		}
		found = append(found, below...)
	}
	slices.SortStableFunc(found, func(a, b source) int {
		return cmp.Or(cmp.Compare(a.tree.root, b.tree.root), cmp.Compare(a.path, b.path))
	})
	return slices.CompactFunc(found, func(a, b source) bool { return a.tree == b.tree && a.path == b.path }), nil
}

// walkDir goes down level by level, and lists the directories of a level side by side.
func (r *run) walkDir(y actions.Yield, top source) ([]source, error) {
	var documents []source
	for level := []source{top}; len(level) > 0; {
		listings, err := each(y, "directory", level, list)
		if err != nil {
			return nil, err
		}
		var next []source
		for i, dir := range level {
			if err := listings[i].err; err != nil {
				r.report.Findings = append(r.report.Findings, unreadable(dir, err))
				continue
			}
			dir.tree.add(dir.path, listings[i].entries)
			for _, e := range listings[i].entries {
				at := source{dir.tree, path.Join(dir.path, e.Name), path.Join(dir.name, e.Name)}
				switch {
				case r.job.Exclude.path(at.name) || r.job.Exclude.path(at.path):
				case e.Kind == Dir && !slices.Contains(unwalked, e.Name):
					next = append(next, at)
				case e.Kind == File && (IsMarkdown(e.Name) || IsHTML(e.Name)):
					documents = append(documents, at)
				}
			}
		}
		level = next
	}
	return documents, nil
}

// listing is what came of listing a directory.
type listing struct {
	entries []Entry
	err     error
}

func list(y actions.Yield, dir source) (listing, error) {
	entries, err := dir.tree.list(y, dir.path)
	if stopped(err) {
		return listing{}, err
	}
	return listing{entries, err}, nil
}

func (r *run) tree(root string) *tree {
	t, ok := r.trees[root]
	if !ok {
		t = newTree(root)
		r.trees[root] = t
	}
	return t
}
