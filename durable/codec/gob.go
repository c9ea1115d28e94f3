package codec

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
)

const gobName = "gob"

// Gob is the codec that encoding/gob is. It keeps what JSON does not, such as maps with keys of any type, and values in
// fields of an interface type, whose types must be registered with gob.Register in every program that reads them. Every
// payload describes its types itself, which costs about ten times what JSON does. Fields that are not exported are
// lost, and pointers to zero values come back as nil. A nil pointer is decoded as nothing: what it is decoded into
// stays as it is.
//
// Package gob believes what it reads, and a value that holds itself makes it overflow the stack. So a value may be at
// most 10,000 levels deep, and a payload is looked through before it is decoded: one that says that it has more than it
// has is an error. Types are described before all values, so other programs can read a payload, but this codec reads
// what Encode wrote and not every stream of gobs.
func Gob() Codec { return gobCodec{} }

type gobCodec struct{}

func (gobCodec) Name() string { return gobName }

func (gobCodec) Encode(v any) ([]byte, error) {
	r := reflect.ValueOf(v)
	if !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		return nil, nil
	}
	held := mayRecur(r.Type())
	if held && !ends(r, maxLevels) {
		return nil, fmt.Errorf("gob: the value holds itself, or is more than %d levels deep", maxLevels)
	}
	var data bytes.Buffer
	enc := gob.NewEncoder(&data)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	if !held { // no value in an interface brings its type along
		return data.Bytes(), nil
	}
	types, err := gobTypes(data.Bytes())
	if err != nil {
		return nil, fmt.Errorf("gob: %w", err)
	}
	data.Reset()
	if err := enc.Encode(v); err != nil { // the types are known now
		return nil, err
	}
	return append(types, data.Bytes()...), nil
}

func (gobCodec) Decode(data []byte, into any) error {
	if len(data) == 0 {
		return nil
	}
	if err := checkGob(data); err != nil {
		return fmt.Errorf("gob: %w", err)
	}
	return gob.NewDecoder(bytes.NewReader(data)).Decode(into)
}
