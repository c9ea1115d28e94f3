package cron

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is one of the five.
type field struct {
	name     string
	from, to int
	names    []string // of the values from the first on
	set      *uint64  // where what is parsed goes
}

// parse reads a list.
func (f field) parse(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		set, err := f.part(part)
		if err != nil {
			return err
		}
		*f.set |= set
	}
	return nil
}

// part reads a member of a list: a value or a range, perhaps with a step.
func (f field) part(text string) (uint64, error) {
	if text == "" {
		return 0, errors.New("a part of the list is empty")
	}
	what, by, stepped := strings.Cut(text, "/")
	from, to := f.from, f.to
	if what != "*" {
		first, last, ranged := strings.Cut(what, "-")
		var err error
		if from, err = f.value(first); err != nil {
			return 0, err
		}
		switch {
		case ranged:
			if to, err = f.value(last); err != nil {
				return 0, err
			}
		case !stepped:
			to = from
		}
	}
	if from > to {
		return 0, fmt.Errorf("the range %s runs backwards", what)
	}
	step := 1
	if stepped {
		n, err := number(by)
		switch {
		case err != nil:
			return 0, fmt.Errorf("the step %q is not a number", by)
		case n < 1:
			return 0, errors.New("a step of 0 leads nowhere")
		case n > f.to-f.from+1:
			return 0, fmt.Errorf("a step of %s is longer than the field, which goes from %d to %d", by, f.from, f.to)
		}
		step = n
	}
	if what == "*" && f.to == 7 {
		to = 6 // the steps of a week begin on Sunday, which is not to come twice
	}
	return span(from, to, step), nil
}

// value reads a number or a name.
func (f field) value(text string) (int, error) {
	if i := slices.Index(f.names, text); i >= 0 {
		return f.from + i, nil
	}
	n, err := number(text)
	switch {
	case err != nil && f.names != nil:
		return 0, fmt.Errorf("%q is neither a number nor a name such as %q", text, f.names[0])
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", text)
	case n < f.from || n > f.to:
		return 0, fmt.Errorf("%s is not between %d and %d", text, f.from, f.to)
	}
	return n, nil
}

// number reads digits and nothing else.
func number(text string) (int, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.Atoi(text)
	if errors.Is(err, strconv.ErrRange) {
		return 1 << 30, nil // too large for anything
	}
	return n, err
}
