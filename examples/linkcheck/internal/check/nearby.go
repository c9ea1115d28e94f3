package check

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/baton-go/baton/internal/nearest"
)

// missing says what is wrong with a path that does not exist, and what may have been meant: the name with the extension
// that documents have, one that is nearly the same, or the one file of that name in the tree.
func (j *judge) missing(to string, s sighting) verdict {
	v := verdict{kind: NoFile, message: fmt.Sprintf("there is no %q", to)}
	if first := path.Join(s.path, s.missing); !strings.EqualFold(first, to) {
		v.message = fmt.Sprintf("there is no directory %q", first)
	} else {
		names := make([]string, len(s.entries))
		for i, e := range s.entries {
			names[i] = e.Name
		}
		near := closest(s.missing, names)
		if slices.Contains(names, s.missing+".md") {
			near = s.missing + ".md"
		}
		if near != "" {
			v.suggestion = j.linkTo(path.Join(s.path, near))
			return v
		}
	}
	if elsewhere := j.tree.names[path.Base(to)]; elsewhere != "" {
		v.suggestion = j.linkTo(elsewhere)
	}
	return v
}

// linkTo is the link from the document to a path in its tree.
func (j *judge) linkTo(to string) string {
	return strings.ReplaceAll(relative(path.Dir(j.path), to), " ", "%20")
}

// maxCandidates bounds the time that a guess may take: a page can have a million anchors.
const maxCandidates = 10_000

// closest is the candidate that a name may have been meant for: the one with the fewest edits, letter case aside,
// within a third of the name's length. Of equals it is the first. Of very many candidates it looks at some.
func closest(name string, candidates []string) string {
	candidates = candidates[:min(len(candidates), maxCandidates)]
	name = strings.ToLower(name)
	length := utf8.RuneCountInString(name)
	best, limit := "", max(1, length/3)+1
	for _, c := range candidates {
		if n := utf8.RuneCountInString(c); n-length >= limit || length-n >= limit {
			continue
		}
		if d := nearest.Distance(name, strings.ToLower(c)); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// relative is the link from a directory to a path in the same tree.
func relative(dir, to string) string {
	from := strings.Split(dir, "/")
	if dir == "." {
		from = nil
	}
	steps := strings.Split(to, "/")
	shared := 0
	for shared < len(from) && shared < len(steps)-1 && from[shared] == steps[shared] {
		shared++
	}
	return strings.Repeat("../", len(from)-shared) + strings.Join(steps[shared:], "/")
}
