package codec

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/failures"
)

// Set is a codec that writes, and those that read. Its zero value, and nil, write JSON. It is safe for concurrent use.
type Set struct {
	write Codec
	name  string // of write
	read  map[string]Codec
}

// NewSet makes a set that writes with the given codec, JSON if it is nil, and reads with that one, with the others, and
// always with [JSON] and [Gob]. Codecs of the same name, and those whose name is empty or reserved, are an error.
func NewSet(write Codec, read ...Codec) (*Set, error) {
	if write == nil {
		write = JSON()
	}
	s := &Set{read: map[string]Codec{}}
	for i, c := range append([]Codec{write}, read...) {
		if isNil(c) {
			return nil, errors.New("codec: a codec is nil")
		}
		name := c.Name()
		if i == 0 {
			s.write, s.name = c, name
		}
		if c == JSON() || c == Gob() {
			continue
		}
		_, twice := s.read[name]
		switch {
		case name == "":
			return nil, fmt.Errorf("codec: the name of a codec is empty: %T", c)
		case name == jsonName || name == gobName || strings.HasPrefix(name, errorPrefix):
			return nil, fmt.Errorf("codec: the name %q of a codec is reserved: %T", name, c)
		case twice:
			return nil, fmt.Errorf("codec: two codecs are named %q", name)
		}
		s.read[name] = c
	}
	return s, nil
}

func isNil(c Codec) bool {
	v := reflect.ValueOf(c)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// Encode encodes a value with the codec that writes. The error is an [EncodeError]; a panic, of the codec or of a
// method of the value, is one too.
func (s *Set) Encode(v any) (store.Payload, error) {
	c, name := s.writer()
	data, err := encode(c, v)
	if err != nil {
		return store.Payload{}, &EncodeError{Type: fmt.Sprintf("%T", v), Codec: name, Err: err}
	}
	return store.Payload{Codec: name, Data: data}, nil
}

// Decode decodes a payload into the value that into points to, with the codec that wrote it. The zero Payload leaves it
// as it is. The error is an [UnknownCodecError] or a [DecodeError]; a panic is one too.
func (s *Set) Decode(p store.Payload, into any) error {
	if p.Codec == "" && len(p.Data) == 0 {
		return nil
	}
	if IsError(p) {
		return &DecodeError{Type: typeOf(into), Codec: p.Codec, Err: errors.New("the payload is an error")}
	}
	return s.decode(p.Codec, p.Data, into, "")
}

// decode decodes with the codec of the given name. The error is about what is decoded, or about the type of into.
func (s *Set) decode(name string, data []byte, into any, what string) error {
	c := s.reader(name)
	if c == nil {
		return &UnknownCodecError{Name: name, Known: s.known()}
	}
	if err := decode(c, data, into); err != nil {
		if what == "" {
			what = typeOf(into)
		}
		return &DecodeError{Type: what, Codec: name, Err: err}
	}
	return nil
}

func (s *Set) writer() (Codec, string) {
	if s == nil || s.write == nil {
		return jsonCodec{}, jsonName
	}
	return s.write, s.name
}

func (s *Set) reader(name string) Codec {
	switch {
	case name == jsonName:
		return jsonCodec{}
	case name == gobName:
		return gobCodec{}
	case s == nil:
		return nil
	}
	return s.read[name]
}

func (s *Set) known() []string {
	names := []string{jsonName, gobName}
	if s != nil {
		for name := range s.read {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func encode(c Codec, v any) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, failures.Panicked(p)
		}
	}()
	return c.Encode(v)
}

func decode(c Codec, data []byte, into any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = failures.Panicked(p)
		}
	}()
	return c.Decode(data, into)
}

// typeOf is the type of the value that is decoded.
func typeOf(into any) string { return strings.TrimPrefix(fmt.Sprintf("%T", into), "*") }
