package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says what is wrong with a text, and where.
type SyntaxError struct {
	// File is the name of the file that the text was read from, if it was.
	File string
	// Line and Column count from 1; columns count characters.
	Line, Column int
	Message      string
}

// Error is the place and the message, as in policy.rule:3:14: unknown rule "has_rol", did you mean has_role?
func (e *SyntaxError) Error() string {
	at := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
	if e.File != "" {
		return e.File + ":" + at
	}
	return at
}

// wrong makes the error for an offset of a text.
func wrong(text string, offset int, format string, args ...any) *SyntaxError {
	before := text[:offset]
	line := strings.Count(before, "\n")
	return &SyntaxError{
		Line: line + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1,
		Message: fmt.Sprintf(format, args...),
	}
}

// clip shortens what an error shows of a text.
func clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
