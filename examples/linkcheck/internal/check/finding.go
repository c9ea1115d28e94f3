package check

import (
	"cmp"
	"slices"
)

// Finding is what there is to say about one link.
type Finding struct {
	// File is the name of the file, relative to what the user named, or the URL of a page.
	File string
	Position
	// Link is the target as the document has it.
	Link string
	Kind Kind
	// Message says what is wrong, and Suggestion what may have been meant, or "".
	Message, Suggestion string
}

// Kind is what is wrong with a link. The names are part of the JSON output and do not change.
type Kind string

// The kinds of broken links, and at the end those of notes.
const (
	// NoFile is a link to a file or directory that is not there.
	NoFile Kind = "no-file"
	// WrongCase is a link that finds its file only where file systems ignore case.
	WrongCase Kind = "wrong-case"
	// NoIndex is a link from HTML to a directory without an index.html.
	NoIndex Kind = "no-index"
	// NoAnchor is a link to a place that the document does not have.
	NoAnchor Kind = "no-anchor"
	// NoLine is a link to a line beyond the end of a file.
	NoLine Kind = "no-line"
	// Outside is a link that leaves the tree, or names a file of this machine.
	Outside Kind = "outside"
	// Empty is a link to nothing.
	Empty Kind = "empty"
	// NoReference is a reference to a label that nothing defines.
	NoReference Kind = "no-reference"
	// BadURL is a link that is not a well-formed URL.
	BadURL Kind = "bad-url"
	// BadAddress is a mailto: or tel: link without a proper address.
	BadAddress Kind = "bad-address"
	// Unreadable is a document that cannot be read; its own links are unknown.
	Unreadable Kind = "unreadable"
	// BadStatus is a URL whose server says that it is not there.
	BadStatus Kind = "bad-status"
	// Unreachable is a URL whose server gives no answer.
	Unreachable Kind = "unreachable"
	// BadRedirect is a URL that redirects in a loop, too often or to nowhere.
	BadRedirect Kind = "bad-redirect"

	// Moved is a note: the URL redirects for good, so the link should name the new one.
	Moved Kind = "moved"
	// Unverified is a note: the server does not tell us, because it wants a login or fewer questions.
	Unverified Kind = "unverified"
)

// IsNote tells that the link is not broken.
func (k Kind) IsNote() bool { return k == Moved || k == Unverified }

// Report is what a run finds out.
type Report struct {
	// Findings are sorted by file, line and column.
	Findings []Finding
	// Documents counts the files and pages that were read, Links the links in them, and Skipped those of them that were
	// not checked, because of their scheme, because they are excluded, or because they are remote and the run is offline.
	Documents, Links, Skipped int
	// URLs counts the distinct URLs that were asked for.
	URLs int
	// Interrupted tells that the run was cancelled, so that not everything was checked.
	Interrupted bool
}

// Broken counts the findings that are not notes.
func (r Report) Broken() int {
	n := 0
	for _, f := range r.Findings {
		if !f.Kind.IsNote() {
			n++
		}
	}
	return n
}

func (r *Report) sort() {
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Link, b.Link),
			cmp.Compare(a.Kind, b.Kind),
		)
	})
}
