// Package snippets finds the Go code in Markdown and tells whether it is code that is compiled somewhere, so that
// documentation cannot drift from what it documents.
package snippets

import (
	"bufio"
	"strings"
)

// Snippet is a fenced block of Go code in a Markdown file.
type Snippet struct {
	// Line is the line of the opening fence, counted from 1.
	Line int
	Code string
}

// Find returns the blocks of Go code in a Markdown text.
func Find(markdown string) []Snippet {
	var found []Snippet
	var code []string
	start := 0
	lines := bufio.NewScanner(strings.NewReader(markdown))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case start == 0 && strings.TrimSpace(line) == "```go":
			start, code = n, nil
		case start != 0 && strings.TrimSpace(line) == "```":
			found = append(found, Snippet{start, strings.Join(code, "\n")})
			start = 0
		case start != 0:
			code = append(code, line)
		}
	}
	return found
}

// In tells whether the lines of a snippet stand in a source, one after the other, whatever their indentation. Blank
// lines do not count, and a line of the snippet that is only "…" stands for any number of lines.
func (s Snippet) In(source string) bool {
	want, have := significant(s.Code), significant(source)
	for from := range have {
		if matches(want, have[from:]) {
			return true
		}
	}
	return len(want) == 0
}

func matches(want, have []string) bool {
	for i, line := range want {
		if line == "…" {
			for from := range have {
				if matches(want[i+1:], have[from:]) {
					return true
				}
			}
			return i+1 == len(want)
		}
		if len(have) == 0 || have[0] != line {
			return false
		}
		have = have[1:]
	}
	return true
}

func significant(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
