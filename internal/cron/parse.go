package cron

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode"
)

// maxLength is how long an expression may be.
const maxLength = 500

// Expression is a cron expression that was understood. The zero Expression names no time.
type Expression struct {
	text                                 string
	minutes, hours, days, months, weekly uint64 // a bit for each value
}

// Error says what is wrong with an expression.
type Error struct {
	// Expression is the whole, Field the name of the field that is wrong, or "" if it is not one field, and Text what
	// stands there.
	Expression, Field, Text string
	// Problem says what is wrong.
	Problem string
}

// Error names the field, and has both texts.
func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("cron expression %s: %s", quote(e.Expression), e.Problem)
	}
	return fmt.Sprintf("cron expression %s: %s %s: %s", quote(e.Expression), e.Field, quote(e.Text), e.Problem)
}

// fields are those of an expression, in order.
func (x *Expression) fields() [5]field {
	return [5]field{
		{"minute", 0, 59, nil, &x.minutes},
		{"hour", 0, 23, nil, &x.hours},
		{"day of the month", 1, 31, nil, &x.days},
		{"month", 1, 12, []string{
			"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
		}, &x.months},
		{"day of the week", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, &x.weekly},
	}
}

// macro returns the fields that a name such as @daily stands for.
func macro(name string) (string, bool) {
	switch name {
	case "@yearly", "@annually":
		return "0 0 1 1 *", true
	case "@monthly":
		return "0 0 1 * *", true
	case "@weekly":
		return "0 0 * * 0", true
	case "@daily", "@midnight":
		return "0 0 * * *", true
	case "@hourly":
		return "0 * * * *", true
	}
	return "", false
}

// Parse reads an expression. The error is an [*Error]. It takes time in proportion to the length of the text, of which
// more than 500 bytes are refused.
func Parse(text string) (Expression, error) {
	x := Expression{text: text}
	fail := func(problem string) (Expression, error) {
		return Expression{}, &Error{Expression: text, Problem: problem}
	}
	if len(text) > maxLength {
		return fail(fmt.Sprintf("it is longer than %d characters", maxLength))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return fail("it has characters that are not ASCII")
	}
	words := strings.Fields(strings.ToLower(text))
	switch {
	case len(words) == 0:
		return fail("it is empty")
	case strings.Contains(words[0], "="):
		return fail("a time zone is no part of it: say it apart")
	case strings.HasPrefix(words[0], "@"):
		meant, ok := macro(words[0])
		if !ok || len(words) > 1 {
			return fail("of those with @ there are @yearly, @monthly, @weekly, @daily and @hourly")
		}
		words = strings.Fields(meant)
	}
	fields := x.fields()
	if len(words) != len(fields) {
		return fail(fmt.Sprintf("it has %d fields, and should have 5: "+
			"minute, hour, day of the month, month and day of the week", len(words)))
	}
	for i, f := range fields {
		if err := f.parse(words[i]); err != nil {
			return Expression{}, &Error{Expression: text, Field: f.name, Text: words[i], Problem: err.Error()}
		}
	}
	x.weekly = (x.weekly | x.weekly>>7) & (1<<7 - 1) // 7 is Sunday, too
	if !x.possible() {
		return Expression{}, &Error{
			Expression: text, Field: "day of the month", Text: words[2],
			Problem: "none of its months has such a day",
		}
	}
	return x, nil
}

// String is the text that was parsed.
func (x Expression) String() string { return x.text }

// everyDay and everyWeekday tell whether a field of days leaves nothing out, so that it is the other one that counts.
func (x *Expression) everyDay() bool     { return x.days == span(1, 31, 1) }
func (x *Expression) everyWeekday() bool { return x.weekly == span(0, 6, 1) }

// byMinutes tells whether the expression goes by the minutes that pass, and not by the calendar.
func (x *Expression) byMinutes() bool { return x.hours == span(0, 23, 1) }

// possible tells whether there is a day that matches.
func (x *Expression) possible() bool {
	if !x.everyWeekday() {
		return true // or else the days of the month are all that counts
	}
	longest := 0
	for m := 1; m <= 12; m++ {
		if x.months&(1<<m) != 0 {
			longest = max(longest, daysIn(4, m)) // of a leap year
		}
	}
	return bits.TrailingZeros64(x.days) <= longest
}

// span has the bits of a range with a step.
func span(from, to, step int) (set uint64) {
	for v := from; v <= to; v += step {
		set |= 1 << v
	}
	return set
}

func quote(s string) string {
	const most = 100
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
