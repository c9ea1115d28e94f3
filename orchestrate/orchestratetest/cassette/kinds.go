package cassette

import "github.com/baton-go/baton/internal/failures"

// Kind is a kind of errors that a cassette keeps: a replayed error is of the same kinds as the recorded one. Make it
// with [Sentinel] or [ErrorType]. The kinds of package durable/codec are the same type, so one list serves both.
type Kind = failures.Kind

// Sentinel is the kind of the errors that wrap err: errors.Is finds it in the replayed ones. Its name stands in the
// file, so do not change it. Sentinel panics if the name is empty or err is nil.
func Sentinel(name string, err error) Kind {
	if name == "" || err == nil {
		panic("cassette.Sentinel: the name or the error is missing")
	}
	return failures.Sentinel(name, err)
}

// ErrorType is the kind of the errors that wrap one of type E: errors.As finds it in the replayed ones, as JSON brings
// it back, with the errors that its fields hold. Its name stands in the file, so do not change it. ErrorType panics if
// the name is empty.
func ErrorType[E error](name string) Kind {
	if name == "" {
		panic("cassette.ErrorType: the name is missing")
	}
	return failures.ErrorType[E](name)
}

// newKinds are the kinds that a cassette knows. It keeps no stacks, which differ every time, and no codes and details.
func newKinds(own []Kind) *failures.Kinds {
	k, err := failures.NewKinds(own...)
	if err != nil {
		panic("cassette: " + err.Error())
	}
	k.Bare = true
	return k
}
