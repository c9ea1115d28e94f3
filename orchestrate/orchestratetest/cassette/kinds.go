package cassette

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Kind is a kind of errors that a cassette keeps: a replayed error is of the same kinds as the recorded one. Make it
// with [Sentinel] or [ErrorType].
type Kind struct {
	name string
	// The sentinel, or nil.
	is error
	// encode encodes the error of the type that err wraps, if there is one, and decode decodes it.
	encode func(err error) (any, bool)
	decode func(text json.RawMessage) (error, error)
}

// Sentinel is the kind of the errors that wrap err: errors.Is finds it in the replayed ones. Its name stands in the
// file, so do not change it. Sentinel panics if the name is empty or err is nil.
func Sentinel(name string, err error) Kind {
	if name == "" || err == nil {
		panic("cassette.Sentinel: the name or the error is missing")
	}
	return Kind{name: name, is: err}
}

// ErrorType is the kind of the errors that wrap one of type E: errors.As finds it in the replayed ones, as JSON brings
// it back. Its name stands in the file, so do not change it. ErrorType panics if the name is empty.
func ErrorType[E error](name string) Kind {
	if name == "" {
		panic("cassette.ErrorType: the name is missing")
	}
	return Kind{
		name: name,
		encode: func(err error) (any, bool) {
			e, ok := errors.AsType[E](err)
			return e, ok
		},
		decode: func(text json.RawMessage) (error, error) {
			var e E
			if err := json.Unmarshal(text, &e); err != nil {
				return nil, err
			}
			return e, nil
		},
	}
}

// standard are the kinds that every cassette knows.
func standard() []Kind {
	return []Kind{
		Sentinel("context.Canceled", context.Canceled),
		Sentinel("context.DeadlineExceeded", context.DeadlineExceeded),
		Sentinel("executor.ErrNotDone", executor.ErrNotDone),
		Sentinel("executor.ErrNoBranches", executor.ErrNoBranches),
		Sentinel("orchestrate.ErrNotReady", orchestrate.ErrNotReady),
		Sentinel("io.EOF", io.EOF),
		Sentinel("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF),
		Sentinel("fs.ErrNotExist", fs.ErrNotExist),
		Sentinel("fs.ErrExist", fs.ErrExist),
		Sentinel("fs.ErrPermission", fs.ErrPermission),
		Sentinel("fs.ErrInvalid", fs.ErrInvalid),
		Sentinel("fs.ErrClosed", fs.ErrClosed),
		Sentinel("os.ErrDeadlineExceeded", os.ErrDeadlineExceeded),
		Sentinel("net.ErrClosed", net.ErrClosed),
		ErrorType[*executor.DecidedError]("executor.DecidedError"),
		ErrorType[*orchestrate.TimeoutError]("orchestrate.TimeoutError"),
	}
}

// kinds are the kinds that a cassette knows, in order.
type kinds struct {
	list   []Kind
	byName map[string]Kind
}

func newKinds(own []Kind) *kinds {
	k := &kinds{list: append(standard(), own...), byName: map[string]Kind{}}
	for _, kind := range k.list {
		if kind.name == "" {
			panic("cassette: a kind of errors is the zero Kind: make it with Sentinel or ErrorType")
		}
		if _, ok := k.byName[kind.name]; ok {
			panic(fmt.Sprintf("cassette: two kinds of errors are named %q", kind.name))
		}
		k.byName[kind.name] = kind
	}
	return k
}
