// Package nearest finds the names that somebody may have meant by one that does not exist.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// Names returns the candidates that are close to name, closest first, at most three: those within a third of its
// length in edits (letter case does not count), or that share its last dotted part.
func Names(name string, candidates []string) []string {
	type match struct {
		name     string
		distance int
	}
	var matches []match
	for _, c := range candidates {
		d := Distance(strings.ToLower(name), strings.ToLower(c))
		if d <= max(1, len(name)/3) || last(name) == last(c) {
			matches = append(matches, match{c, d})
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

// Distance is the least number of insertions, deletions, substitutions and swaps of neighbours that turn a into b, no
// part being edited twice (optimal string alignment). It takes time and space proportional to len(a)·len(b).
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}

func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
