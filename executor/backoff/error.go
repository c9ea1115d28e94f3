package backoff

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/executor"
)

// RetryError says that every attempt failed.
type RetryError struct {
	// Attempts is the number of attempts.
	Attempts int
	// Errs holds the error of each attempt in order; after them, what cut the retries short, if something did.
	Errs []error
}

// Error tells the number of attempts, the error of the last one, and what cut the retries short.
func (e *RetryError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d attempt", e.Attempts)
	if e.Attempts != 1 {
		text.WriteByte('s')
	}
	attempts, cut := e.split()
	if n := len(attempts); n > 0 {
		fmt.Fprintf(&text, ": %v", attempts[n-1])
	}
	for _, err := range cut {
		fmt.Fprintf(&text, "; gave up: %v", err)
	}
	return text.String()
}

// Unwrap returns the errors of all attempts, and what cut the retries short.
func (e *RetryError) Unwrap() []error { return e.Errs }

// NotDone is true if no attempt did anything (see [executor.NotDone]). What cut the retries short has no say in it.
func (e *RetryError) NotDone() bool {
	attempts, _ := e.split()
	return len(attempts) == e.Attempts &&
		!slices.ContainsFunc(attempts, func(err error) bool { return !executor.NotDone(err) })
}

// RetryIn tells when the last attempt says to come back (see [RetryAfter]): what an earlier one said is history.
func (e *RetryError) RetryIn() (time.Duration, bool) {
	attempts, _ := e.split()
	if len(attempts) == 0 {
		return 0, false
	}
	return RetryAfter(attempts[len(attempts)-1])
}

// split tells the errors of attempts from what came after them.
func (e *RetryError) split() (attempts, cut []error) {
	n := max(0, min(e.Attempts, len(e.Errs)))
	return e.Errs[:n], e.Errs[n:]
}

// Permanent marks an error as one that no retry can cure. It returns nil for nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent tells whether err is marked by [Permanent], or wraps an error with a method Permanent() bool that returns
// true. Of several such errors the outermost has the word.
func IsPermanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func (p permanent) Permanent() bool { return true }

// After marks an error as one that says when to come back: after d. It returns nil for nil.
func After(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return after{err, d}
}

// RetryAfter tells when err says to come back: as marked by [After], or by the method RetryIn() (time.Duration, bool)
// of an error that it wraps, the outermost of several. It is never negative.
func RetryAfter(err error) (time.Duration, bool) {
	var a interface{ RetryIn() (time.Duration, bool) }
	if !errors.As(err, &a) {
		return 0, false
	}
	after, ok := a.RetryIn()
	return max(0, after), ok
}

type after struct {
	error
	d time.Duration
}

func (a after) Unwrap() error { return a.error }

func (a after) RetryIn() (time.Duration, bool) { return a.d, true }

// httpDates are the layouts of an HTTP-date (RFC 9110, section 5.6.7), the current one and the two obsolete ones. All
// of them are in GMT, wherever the program runs.
var httpDates = [...]string{
	"Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 GMT", "Mon Jan _2 15:04:05 2006",
}

// ParseRetryAfter reads the value of an HTTP Retry-After header: a number of seconds, or a date, which counts from now.
// A date that has passed means no wait, a number that is too large the largest. (RFC 9110, section 10.2.3.)
func ParseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return scale(time.Second, float64(seconds)), true
	}
	for _, layout := range httpDates {
		if date, err := time.Parse(layout, value); err == nil {
			return max(0, date.Sub(now)), true
		}
	}
	return 0, false
}
