package report_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/report"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sample() check.Report {
	return check.Report{
		Findings: []check.Finding{
			{
				File: "a.md", Position: check.Position{Line: 3, Column: 12}, Link: "b.md#x", Kind: check.NoAnchor,
				Message: `there is no anchor "x"`, Suggestion: "#y",
			},
			{
				File: "a.md", Position: check.Position{Line: 120, Column: 1}, Link: "http://a.b/", Kind: check.Moved,
				Message: "moved permanently", Suggestion: "https://a.b/?x=1&y=<2>",
			},
			{File: "c.md", Link: "c.md", Kind: check.Unreadable, Message: "not a regular file"},
		},
		Documents: 2, Links: 9, Skipped: 4, URLs: 1, Interrupted: true,
	}
}

func TestPeopleGetFindingsByFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.Text(&b, sample()))
	require.Equal(t, `a.md
  3:12   dead  b.md#x  there is no anchor "x" (did you mean #y?)
  120:1  note  http://a.b/  moved permanently to https://a.b/?x=1&y=<2>

c.md
  -  dead  c.md  not a regular file

2 dead links and 1 note in 2 documents with 9 links, of which 4 not checked; interrupted, so there may be more
`, b.String())
}

func TestProgramsGetJSON(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.JSON(&b, sample()))
	require.Equal(t, `{
  "version": 1,
  "documents": 2,
  "links": 9,
  "skipped": 4,
  "urls": 1,
  "broken": 2,
  "interrupted": true,
  "findings": [
    {
      "file": "a.md",
      "line": 3,
      "column": 12,
      "link": "b.md#x",
      "severity": "broken",
      "kind": "no-anchor",
      "message": "there is no anchor \"x\"",
      "suggestion": "#y"
    },
    {
      "file": "a.md",
      "line": 120,
      "column": 1,
      "link": "http://a.b/",
      "severity": "note",
      "kind": "moved",
      "message": "moved permanently",
      "suggestion": "https://a.b/?x=1&y=<2>"
    },
    {
      "file": "c.md",
      "line": 0,
      "column": 0,
      "link": "c.md",
      "severity": "broken",
      "kind": "unreadable",
      "message": "not a regular file"
    }
  ]
}
`, b.String())
	b.Reset()
	require.NoError(t, report.JSON(&b, check.Report{}))
	require.Contains(t, b.String(), `"findings": []`, "a list also where there is nothing")
}

func TestNothingToReportIsOneLine(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.Text(&b, check.Report{Documents: 1, Links: 1}))
	require.Equal(t, "no dead links in 1 document with 1 link\n", b.String())
}

func TestWhatOthersWroteDoesNothingToTheTerminal(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, report.Text(&b, check.Report{Findings: []check.Finding{
		{File: "a\x1b[2J.md", Link: "x\x07\u009b\n" + strings.Repeat("é", 300), Message: "a\rb", Suggestion: "\x00"},
	}}))
	require.NotContains(t, b.String(), "\x1b")
	require.NotContains(t, b.String(), "\x07")
	require.NotContains(t, b.String(), "\u009b")
	require.NotContains(t, b.String(), "\r")
	require.Contains(t, b.String(), "é…  a")
}

func TestAReportThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, report.Text(full{}, sample()), errFull)
	require.ErrorIs(t, report.JSON(full{}, sample()), errFull)
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
