package report

import (
	"encoding/json"
	"io"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// document is the JSON form of a report. Fields are added to it, and none is renamed or removed while the version is 1.
type document struct {
	Version     int       `json:"version"`
	Documents   int       `json:"documents"`
	Links       int       `json:"links"`
	Skipped     int       `json:"skipped"`
	URLs        int       `json:"urls"`
	Broken      int       `json:"broken"`
	Interrupted bool      `json:"interrupted"`
	Findings    []finding `json:"findings"`
}

type finding struct {
	File       string     `json:"file"`
	Line       int        `json:"line"`
	Column     int        `json:"column"`
	Link       string     `json:"link"`
	Severity   string     `json:"severity"`
	Kind       check.Kind `json:"kind"`
	Message    string     `json:"message"`
	Suggestion string     `json:"suggestion,omitempty"`
}

// JSON writes the report for programs, as one indented object. The README has its schema.
func JSON(w io.Writer, r check.Report) error {
	d := document{
		Version: 1, Documents: r.Documents, Links: r.Links, Skipped: r.Skipped, URLs: r.URLs,
		Broken: r.Broken(), Interrupted: r.Interrupted, Findings: make([]finding, len(r.Findings)),
	}
	for i, f := range r.Findings {
		severity := "broken"
		if f.Kind.IsNote() {
			severity = "note"
		}
		d.Findings[i] = finding{f.File, f.Line, f.Column, f.Link, severity, f.Kind, f.Message, f.Suggestion}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
