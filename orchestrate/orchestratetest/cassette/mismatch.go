package cassette

import "strings"

// MismatchError says where a run is no longer the recorded one. Its text is for people, and contains nothing that was
// redacted.
type MismatchError struct {
	File string
	// Step says where: "step 3.1.0", "step 3, attempt 2".
	Step string
	// Recorded and Got are the recorded action and the one that was yielded; Diff says in which fields they differ. An
	// action that is not recorded has neither Recorded nor Diff.
	Recorded, Got string
	Diff          []string
	// Last is the call before, if there was one.
	Last string

	text string
}

// Error has a line for each.
func (e *MismatchError) Error() string {
	var b strings.Builder
	b.WriteString("cassette " + e.File + ": " + e.Step)
	if e.text != "" {
		b.WriteString(": " + e.text)
	} else {
		b.WriteString(" is not as recorded\n  recorded: " + e.Recorded)
	}
	if e.Got != "" {
		b.WriteString("\n  got:      " + e.Got)
	}
	for _, line := range e.Diff {
		b.WriteString("\n            " + line)
	}
	if e.Last != "" {
		b.WriteString("\nthe call before was " + e.Last)
	}
	return b.String()
}

// NotDone is true: nothing was carried out.
func (e *MismatchError) NotDone() bool { return true }

// Permanent is true: it is not recorded the next time either.
func (e *MismatchError) Permanent() bool { return true }
