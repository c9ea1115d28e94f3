package golden

import (
	"fmt"
	"strings"
)

// How much of a diff is shown: lines around a change, and lines in all.
const around, maxDiff = 3, 60

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// edit is a line of a diff: ' ' in both, '-' in the first only, '+' in the second only.
type edit struct {
	kind byte
	line string
}

// diff shows what is to be taken away from want (-) and added (+) to get got, with some lines around each change.
func diff(want, got []string) string {
	edits := compare(want, got)
	var b strings.Builder
	shown, skipped := 0, false
	for i, e := range edits {
		if !near(edits, i) {
			skipped = true
			continue
		}
		if shown == maxDiff {
			b.WriteString("  …\n")
			break
		}
		if skipped {
			b.WriteString("  …\n")
		}
		skipped = false
		fmt.Fprintf(&b, "%c %s\n", e.kind, e.line)
		shown++
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// near tells whether a line is a change, or so close to one that it is shown.
func near(edits []edit, i int) bool {
	for _, e := range edits[max(0, i-around):min(len(edits), i+around+1)] {
		if e.kind != ' ' {
			return true
		}
	}
	return false
}

// compare lists the changes: a shortest list, unless there is too much to compare.
func compare(want, got []string) (edits []edit) {
	head, tail := 0, 0
	for head < min(len(want), len(got)) && want[head] == got[head] {
		edits = append(edits, edit{' ', want[head]})
		head++
	}
	want, got = want[head:], got[head:]
	for tail < min(len(want), len(got)) && want[len(want)-1-tail] == got[len(got)-1-tail] {
		tail++
	}
	same := want[len(want)-tail:]
	edits = append(edits, changes(want[:len(want)-tail], got[:len(got)-tail])...)
	for _, line := range same {
		edits = append(edits, edit{' ', line})
	}
	return edits
}

// maxTable bounds the table of changes.
const maxTable = 1 << 22

// changes finds a shortest list of changes, by a table of the longest common subsequences of all tails.
func changes(want, got []string) (edits []edit) {
	if (len(want)+1)*(len(got)+1) > maxTable {
		for _, line := range want {
			edits = append(edits, edit{'-', line})
		}
		for _, line := range got {
			edits = append(edits, edit{'+', line})
		}
		return edits
	}
	common := make([][]int32, len(want)+1)
	for i := range common {
		common[i] = make([]int32, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if want[i] == got[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			edits = append(edits, edit{' ', want[i]})
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && common[i+1][j] >= common[i][j+1]:
			edits = append(edits, edit{'-', want[i]})
			i++
		default:
			edits = append(edits, edit{'+', got[j]})
			j++
		}
	}
	return edits
}
