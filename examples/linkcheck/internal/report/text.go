// Package report writes what was found: for people, and for programs.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// Text writes the report for people: what was found, by file, and a line that sums up.
//
//	docs/guide.md
//	  12:5   dead  setup.md#instal  there is no anchor "instal" (did you mean #install?)
//
//	1 dead link in 3 documents with 20 links
func Text(w io.Writer, r check.Report) error {
	b := bufio.NewWriter(w)
	for rest := r.Findings; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].File == rest[0].File {
			n++
		}
		file(b, rest[:n])
		rest = rest[n:]
	}
	summary(b, r)
	return b.Flush()
}

func file(w *bufio.Writer, findings []check.Finding) {
	fmt.Fprintln(w, printable(findings[0].File))
	width := 0
	for _, f := range findings {
		width = max(width, len(position(f)))
	}
	for _, f := range findings {
		severity := "dead"
		if f.Kind.IsNote() {
			severity = "note"
		}
		fmt.Fprintf(w, "  %-*s  %s  %s  %s%s\n",
			width, position(f), severity, target(f), printable(f.Message), suggestion(f))
	}
	fmt.Fprintln(w)
}

func summary(w *bufio.Writer, r check.Report) {
	broken := r.Broken()
	fmt.Fprintf(w, "%s", count(broken, "dead link"))
	if notes := len(r.Findings) - broken; notes > 0 {
		fmt.Fprintf(w, " and %s", count(notes, "note"))
	}
	fmt.Fprintf(w, " in %s with %s", count(r.Documents, "document"), count(r.Links, "link"))
	if r.Skipped > 0 {
		fmt.Fprintf(w, ", of which %d not checked", r.Skipped)
	}
	if r.Interrupted {
		fmt.Fprint(w, "; interrupted, so there may be more")
	}
	fmt.Fprintln(w)
}

func position(f check.Finding) string {
	if f.Line == 0 {
		return "-"
	}
	return fmt.Sprintf("%d:%d", f.Line, f.Column)
}

func target(f check.Finding) string {
	const longest = 200
	link := []rune(printable(f.Link))
	switch {
	case len(link) == 0:
		return "(empty)"
	case len(link) > longest:
		return string(link[:longest]) + "…"
	}
	return string(link)
}

func suggestion(f check.Finding) string {
	switch {
	case f.Suggestion == "":
		return ""
	case f.Kind == check.Moved:
		return " to " + printable(f.Suggestion)
	}
	return " (did you mean " + printable(f.Suggestion) + "?)"
}

// printable leaves out what could do something to a terminal: what is printed comes from other people.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
