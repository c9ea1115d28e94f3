package markup

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// positions finds the line and column of offsets. It is quick if they come in order.
type positions struct {
	source []byte
	starts []int // of the lines
	// The last answer: an offset and its column, from which the next one on the same line is counted.
	line, offset, column int
}

func newPositions(source []byte) *positions {
	first := mark(source)
	starts := []int{first}
	for at := first; ; {
		i := bytes.IndexByte(source[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		starts = append(starts, at)
	}
	return &positions{source: source, starts: starts, offset: first, column: 1}
}

// mark is the length of the byte order mark at the beginning, which is no character of the first line.
func mark(source []byte) int { return len(source) - len(bytes.TrimPrefix(source, []byte("\ufeff"))) }

func (p *positions) of(offset int) check.Position {
	offset = min(max(offset, p.starts[0]), len(p.source))
	line := p.line
	if offset < p.starts[line] || line+1 < len(p.starts) && offset >= p.starts[line+1] {
		line = sort.SearchInts(p.starts, offset+1) - 1
	}
	if line != p.line || offset < p.offset {
		p.line, p.offset, p.column = line, p.starts[line], 1
	}
	p.column += utf8.RuneCount(p.source[p.offset:offset])
	p.offset = offset
	return check.Position{Line: line + 1, Column: p.column}
}
