package codec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/failures"
)

// errorPrefix is what the codec's name has before it in the payload of an error.
const errorPrefix = "error+"

// IsError tells whether a payload is an error, as [Errors.Encode] makes it.
func IsError(p store.Payload) bool { return strings.HasPrefix(p.Codec, errorPrefix) }

// Recorded is an error that was recorded and brought back. To errors.Is and errors.As it is what the first one was, as
// far as the kinds are known; it says the same about what was done and about trying again; and if the first one had
// methods Code() string or Details() any, or wraps one that has, it has what they said.
type Recorded = failures.Recorded //nolint:errname // it is what became of another error

// Errors turns errors into payloads and back. Its zero value, and nil, know the standard kinds: the sentinels of the
// standard library, its path, link, system call, number and URL errors, usual error numbers of the system, and the
// errors of Baton's packages executor, backoff, orchestrate, dataflow and rules, but for executor.ResultError, which
// holds types. It is safe for concurrent use.
type Errors struct{ kinds *failures.Kinds }

// NewErrors makes one that knows the given kinds and the standard ones. A kind without a name, and two different ones
// of the same name, are an error.
func NewErrors(kinds ...ErrorKind) (*Errors, error) {
	known, err := failures.NewKinds(kinds...)
	if err != nil {
		return nil, fmt.Errorf("codec: %w", err)
	}
	return &Errors{known}, nil
}

func (e *Errors) known() *failures.Kinds {
	if e == nil || e.kinds == nil {
		return failures.Standard()
	}
	return e.kinds
}

// Encode encodes an error with the codec of the set that writes: the name in the payload is "error+" and the codec's.
// What of an error cannot be encoded is left out, as are its middle parts if it is very large (over 64 KiB of text, or
// about 256 KiB in all): so there is an error, an [EncodeError], only if the codec itself refuses. The payload of nil
// is the zero Payload.
func (e *Errors) Encode(s *Set, err error) (store.Payload, error) {
	if err == nil {
		return store.Payload{}, nil
	}
	f, _ := e.known().Encode(err)
	c, name := s.writer()
	data, problem := encode(c, f)
	if errors.Is(problem, errors.ErrUnsupported) {
		c, name = jsonCodec{}, jsonName
		data, problem = encode(c, f)
	}
	if problem != nil { // the codec may have less room
		data, problem = encode(c, f.Short())
	}
	if problem != nil {
		return store.Payload{}, &EncodeError{Type: fmt.Sprintf("%T", err), Codec: name, Err: problem}
	}
	return store.Payload{Codec: errorPrefix + name, Data: data}, nil
}

// Decode brings an error back: the first result is the error as it was recorded, the second says why that could not be
// read. What is of a kind that is not known any more keeps its text and what it says about what was done and about
// trying again; if it is recorded again, it keeps its kind as well. A panic comes back as an executor.PanicError. The
// error of the zero Payload is nil.
func (e *Errors) Decode(s *Set, p store.Payload) (error, error) {
	if p.Codec == "" && len(p.Data) == 0 {
		return nil, nil
	}
	name, ok := strings.CutPrefix(p.Codec, errorPrefix)
	if !ok {
		return nil, &DecodeError{Type: "error", Codec: p.Codec, Err: errors.New("the payload is no error")}
	}
	f := &failures.Failure{}
	if err := s.decode(name, p.Data, f, "error"); err != nil {
		return nil, err
	}
	recorded, _ := e.known().Decode(f)
	return recorded, nil
}
