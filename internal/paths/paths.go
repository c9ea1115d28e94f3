// Package paths compares the positions of steps, such as "3.1.0".
package paths

import "strings"

// Compare orders paths as the steps come in the text of a run: numbers by size, and a group before what is in it. It is
// a total order of all strings, allocates nothing, and is fit for slices.SortFunc.
func Compare(a, b string) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		switch {
		case len(x) != len(y):
			return len(x) - len(y) // numbers have no zeros in front
		case x != y:
			return strings.Compare(x, y)
		case moreA && !moreB:
			return 1
		case moreB && !moreA:
			return -1
		case !moreA:
			return 0
		}
		a, b = restA, restB
	}
}
