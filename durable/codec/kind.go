package codec

import "github.com/baton-go/baton/internal/failures"

// ErrorKind is a kind of errors that is recorded: an error that is brought back is of the same kinds as the first one
// was. Cassettes (package cassette) take the same kinds.
type ErrorKind = failures.Kind

// Sentinel is the kind of the errors that wrap err: errors.Is finds it in what is brought back. Its name stands in the
// journal, so do not change it.
func Sentinel(name string, err error) ErrorKind { return failures.Sentinel(name, err) }

// ErrorType is the kind of the errors that wrap one of type E: errors.As finds it in what is brought back, as JSON
// brings it back. A field of type error or []error, where E is a struct or a pointer to one, holds errors that say what
// the first ones said and are of the same kinds; one of type actions.Action holds an action that has only the name. Its
// name stands in the journal, so do not change it.
//
// Of Baton's combinators none is known from the start. Those that a workflow tells apart are given to [NewErrors]:
//
//	codec.ErrorType[*combinators.OpenError]("combinators.OpenError")
//
// Others keep their text, and what they say about what was done and about trying again.
func ErrorType[E error](name string) ErrorKind { return failures.ErrorType[E](name) }
