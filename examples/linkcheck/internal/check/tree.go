package check

import (
	"path"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// tree is what the walk has seen below one root. It does not change once the walk is over.
type tree struct {
	root string
	dirs map[string][]Entry
	// names tells where a file of that name is, if there is only one.
	names map[string]string
}

func newTree(root string) *tree {
	return &tree{root: root, dirs: map[string][]Entry{}, names: map[string]string{}}
}

// add remembers the entries of a directory.
func (t *tree) add(dir string, entries []Entry) {
	if _, ok := t.dirs[dir]; ok {
		return
	}
	t.dirs[dir] = entries
	for _, e := range entries {
		if _, ok := t.names[e.Name]; ok {
			t.names[e.Name] = ""
		} else {
			t.names[e.Name] = path.Join(dir, e.Name)
		}
	}
}

// list returns the entries of a directory, also of one that was not walked.
func (t *tree) list(y actions.Yield, dir string) ([]Entry, error) {
	if entries, ok := t.dirs[dir]; ok {
		return entries, nil
	}
	return orchestrate.Do(y, List{Root: t.root, Dir: dir})
}

// sighting is what was found at a path.
type sighting struct {
	Entry
	found bool
	// path is the path as the file system has it, as far as it was found. It differs in case at most.
	path string
	// missing is the first name that is not there, and entries is what is there instead.
	missing string
	entries []Entry
}

// find looks for a path, name by name from the root, so that the case of every name counts on any file system.
func (t *tree) find(y actions.Yield, at string) (sighting, error) {
	s := sighting{Entry: Entry{Name: ".", Kind: Dir}, found: true, path: "."}
	if at == "." {
		return s, nil
	}
	for name := range strings.SplitSeq(at, "/") {
		var entries []Entry
		if s.IsDir() {
			var err error
			if entries, err = t.list(y, s.path); err != nil {
				return s, err
			}
		}
		i := search(entries, name)
		if i < 0 {
			s.found, s.missing, s.entries = false, name, entries
			return s, nil
		}
		s.Entry = entries[i]
		s.path = path.Join(s.path, s.Name)
	}
	return s, nil
}

// search finds a name in sorted entries, or else the same name in another case. It returns -1 if there is neither.
func search(entries []Entry, name string) int {
	i, ok := slices.BinarySearchFunc(entries, name, func(e Entry, name string) int {
		return strings.Compare(e.Name, name)
	})
	if ok {
		return i
	}
	return slices.IndexFunc(entries, func(e Entry) bool { return strings.EqualFold(e.Name, name) })
}

// index is the document that stands for a directory, or "".
func (t *tree) index(y actions.Yield, dir string, names ...string) (string, error) {
	entries, err := t.list(y, dir)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		for _, e := range entries {
			if !e.IsDir() && strings.EqualFold(e.Name, name) {
				return path.Join(dir, e.Name), nil
			}
		}
	}
	return "", nil
}
