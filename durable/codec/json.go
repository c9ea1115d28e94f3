package codec

import (
	"bytes"
	"encoding/json"
	"sync"
)

const jsonName = "json"

// JSON is the codec that encoding/json is: names, tags and methods of values are heeded as people expect. Texts keep
// their <, > and &. A number that is decoded into a field of type any is a float64; what is no UTF-8 in a text is
// replaced; fields that are not exported are lost.
func JSON() Codec { return jsonCodec{} }

type jsonCodec struct{}

func (jsonCodec) Name() string { return jsonName }

func (jsonCodec) Encode(v any) ([]byte, error) {
	if data, ok := encodeShort(v); ok {
		return data, nil
	}
	w := jsonWriters.Get().(*jsonWriter)
	w.text.Reset()
	if err := w.enc.Encode(v); err != nil {
		return nil, err // as is a writer of which a value's method panics, this one is not used again
	}
	text := w.text.Bytes()
	data := bytes.Clone(text[:len(text)-1]) // without the newline
	if w.text.Cap() <= maxKept {
		jsonWriters.Put(w)
	}
	return data, nil
}

func (jsonCodec) Decode(data []byte, into any) error {
	if decodeShort(data, into) {
		return nil
	}
	return json.Unmarshal(data, into)
}

// jsonWriter is an encoder with its buffer.
type jsonWriter struct {
	text bytes.Buffer
	enc  *json.Encoder
}

// maxKept is how large a buffer may be to be kept.
const maxKept = 64 << 10

var jsonWriters = sync.Pool{New: func() any {
	w := &jsonWriter{}
	w.enc = json.NewEncoder(&w.text)
	w.enc.SetEscapeHTML(false)
	return w
}}
