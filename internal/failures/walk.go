package failures

import (
	"errors"
	"slices"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// unwrap returns what an error wraps: one, several or nothing. One whose method panics wraps nothing.
func unwrap(err error) (several []error, one error) {
	defer func() {
		if recover() != nil {
			several, one = nil, nil
		}
	}()
	switch e := err.(type) { //nolint:errorlint // walks the tree itself
	case interface{ Unwrap() error }:
		return nil, e.Unwrap()
	case interface{ Unwrap() []error }:
		return e.Unwrap(), nil
	}
	return nil, nil
}

// guard calls what is not ours and may panic.
func guard(f func()) {
	defer func() { _ = recover() }()
	f()
}

// census tells what an error's tree is like.
type census struct {
	errors int
	// deep says that it goes too deep to have an end; tame that others may walk it, and will come back.
	deep, tame bool
}

func count(err error) census {
	c := census{tame: true}
	c.visit(err, 0)
	return c
}

func (c *census) visit(err error, depth int) {
	if err == nil || !c.tame {
		return
	}
	if c.errors++; depth > maxDepth {
		c.deep, c.tame = true, false
		return
	}
	if c.errors > maxErrors {
		c.tame = false
		return
	}
	several, one := unwrap(err)
	c.visit(one, depth+1)
	for _, err := range several {
		c.visit(err, depth+1)
	}
}

// advise records what an error says about what was done, and about trying again.
func (f *Failure) advise(err error) {
	guard(func() { f.NotDone = notDone(err) })
	guard(func() { f.Permanent = backoff.IsPermanent(err) })
	guard(func() {
		if after, ok := backoff.RetryAfter(err); ok {
			f.RetryAfter = after.String()
		}
	})
}

// notDone is [executor.NotDone], but for the word of a step within: that is about one action of several, and a yield
// that the error comes through must still see that it is not the word of the whole. It goes by the rules there.
func notDone(err error) bool {
	for err != nil {
		switch e := err.(type) { //nolint:errorlint // walks the tree itself
		case *executor.StepError:
			return false
		case interface{ NotDone() bool }:
			return e.NotDone()
		case interface{ Unwrap() []error }:
			errs := e.Unwrap()
			return slices.Contains(errs, executor.ErrNotDone) ||
				len(errs) > 0 && !slices.ContainsFunc(errs, func(err error) bool { return !notDone(err) })
		}
		if err == executor.ErrNotDone { //nolint:errorlint // as above
			return true
		}
		err = errors.Unwrap(err)
	}
	return false
}
