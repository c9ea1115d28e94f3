package golden

import "github.com/baton-go/baton/orchestrate/orchestratetest"

// Diff is what [Check] shows.
var Diff = diff

// Update is what [Check] is with the flag -update.
func Update(t orchestratetest.TB, name, text string) { check(t, name, text, true) }

// Edits calls f with each line of a diff.
func Edits(want, got []string, f func(kind byte, line string)) {
	for _, e := range compare(want, got) {
		f(e.kind, e.line)
	}
}
