package check

import (
	"strings"
	"unicode/utf8"

	"github.com/baton-go/baton/internal/nearest"
)

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
