package plan

import (
	"strings"
	"unicode/utf8"
)

// table is lines of columns.
type table struct {
	right []bool // which columns are flush right
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String is the lines, each after a line break. Columns in which nothing is are left away.
func (t *table) String() string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if line.WriteString("  "); i < len(t.right) && t.right[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString("\n" + strings.TrimRight(line.String(), " "))
	}
	return b.String()
}

// flush is the lines alone, flush left.
func (t *table) flush() string { return strings.ReplaceAll(t.String(), "\n  ", "\n")[1:] }
