package codec

import (
	"bytes"
	"encoding/gob"
	"reflect"
)

const gobName = "gob"

// Gob is the codec that encoding/gob is. Every payload describes its types itself, which costs about ten times what
// JSON does; it keeps what JSON does not, such as numbers in maps of any key. Types that are held by fields of an
// interface type must be registered with gob.Register, in every program that reads them. A nil pointer is decoded as
// nothing: what it is decoded into stays as it is.
func Gob() Codec { return gobCodec{} }

type gobCodec struct{}

func (gobCodec) Name() string { return gobName }

func (gobCodec) Encode(v any) ([]byte, error) {
	if r := reflect.ValueOf(v); !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		return nil, nil
	}
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(v); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

func (gobCodec) Decode(data []byte, into any) error {
	if len(data) == 0 {
		return nil
	}
	return gob.NewDecoder(bytes.NewReader(data)).Decode(into)
}
