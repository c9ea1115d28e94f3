package codec

import (
	"fmt"
	"strings"
)

// EncodeError says that a value could not be encoded.
type EncodeError struct {
	// Type is the type of the value, Codec the name of the codec.
	Type, Codec string
	Err         error
}

// Error names the type and the codec.
func (e *EncodeError) Error() string {
	return fmt.Sprintf("a value of type %s cannot be encoded by codec %q: %v", e.Type, e.Codec, e.Err)
}

// Unwrap returns Err.
func (e *EncodeError) Unwrap() error { return e.Err }

// Permanent is true: the same value cannot be encoded the next time either.
func (*EncodeError) Permanent() bool { return true }

// DecodeError says that a payload could not be decoded.
type DecodeError struct {
	// Type is the type of the value, Codec the name of the codec.
	Type, Codec string
	Err         error
}

// Error names the type and the codec.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("what codec %q wrote cannot be decoded as %s: %v", e.Codec, e.Type, e.Err)
}

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// UnknownCodecError says that a payload was written by a codec that the set does not have.
type UnknownCodecError struct {
	Name string
	// Known are the names of those that it has.
	Known []string
}

// Error names the codec, and those that are known.
func (e *UnknownCodecError) Error() string {
	return fmt.Sprintf("codec %q is not known (there are %s): give it to the set as one that reads", e.Name,
		strings.Join(e.Known, ", "))
}
