package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// line is one line of a file, behind the first, which names the columns.
type line struct {
	File    string
	N       int // counted from 1
	Text    string
	columns map[string]int
}

// Bad is a line that is of no use, and why.
type Bad struct {
	File string
	Line int
	Text string
	Why  string
}

func (l line) bad(why string, args ...any) Bad {
	return Bad{File: l.File, Line: l.N, Text: l.Text, Why: fmt.Sprintf(why, args...)}
}

// readLines reads the lines of a file. Each line is a row, so that whatever one of them is, the next is read; empty
// ones are none.
func readLines(open opener, name string) (lines []line, err error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReader(f)
	var columns map[string]int
	for n := 1; ; n++ {
		text, err := in.ReadString('\n')
		if text = strings.TrimRight(text, "\r\n"); n == 1 {
			columns = columnsOf(strings.TrimPrefix(text, "\uFEFF"))
		} else if strings.TrimSpace(text) != "" {
			lines = append(lines, line{File: name, N: n, Text: text, columns: columns})
		}
		switch {
		case errors.Is(err, io.EOF):
			return lines, nil
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
}

func columnsOf(header string) map[string]int {
	columns := map[string]int{}
	names, err := split(header)
	if err != nil {
		return columns // and every line is bad
	}
	for i, name := range names {
		columns[strings.ToLower(name)] = i
	}
	return columns
}

// split splits a line at its commas, as CSV does, and trims what is between them.
func split(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	fields, err := r.Read()
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, e.Err
	}
	return fields, err
}

// row is a line that is being read column by column. The first thing that is wrong with it is kept.
type row struct {
	line   line
	fields []string
	why    error
}

func (l line) row() *row {
	fields, err := split(l.Text)
	r := &row{line: l, fields: fields, why: err}
	if n := len(l.columns); err == nil && len(fields) != n {
		r.why = fmt.Errorf("%d columns, and not %d", len(fields), n)
	}
	return r
}

// column is the text of a column.
func (r *row) column(name string) string {
	if r.why != nil {
		return ""
	}
	i, ok := r.line.columns[name]
	if !ok || i >= len(r.fields) {
		r.why = fmt.Errorf("there is no column %q", name)
		return ""
	}
	return r.fields[i]
}

// check takes the error of a column in.
func (r *row) check(column string, err error) {
	if r.why == nil && err != nil {
		r.why = fmt.Errorf("%s: %w", column, err)
	}
}
