// Package nearest finds the names that somebody may have meant by one that does not exist.
package nearest

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names returns the candidates that are close to name, closest first, at most three: those whose last dotted part is
// within a third of its length in edits, one at least. Letter case does not count.
func Names(name string, candidates []string) []string {
	type match struct {
		name     string
		distance int
	}
	var matches []match
	for _, c := range candidates {
		if near(last(name), last(c)) {
			matches = append(matches, match{c, distance(name, c)})
		}
	}
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	names := make([]string, 0, 3)
	for _, m := range matches[:min(3, len(matches))] {
		names = append(names, m.name)
	}
	return names
}

// near tells whether b is close to a. It looks at the lengths first, because a can be anything, and long.
func near(a, b string) bool {
	n := utf8.RuneCountInString(a)
	limit := max(1, n/3)
	if d := n - utf8.RuneCountInString(b); max(d, -d) > limit {
		return false
	}
	return distance(a, b) <= limit
}

func distance(a, b string) int { return Distance(strings.ToLower(a), strings.ToLower(b)) }

// Distance is the least number of insertions, deletions, substitutions and swaps of neighbours that turn a into b, no
// part being edited twice (optimal string alignment). It takes time proportional to len(a)·len(b), and space to len(b).
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(t)]
}

func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
