package cassette

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/baton-go/baton/internal/failures"
)

// rewrite writes a JSON text anew with every key and every value that is not an object or a list replaced by what visit
// returns. It keeps the order of fields.
func rewrite(text json.RawMessage, visit func(name string, value any, key bool) any) (json.RawMessage, error) {
	w := &rewriter{dec: json.NewDecoder(bytes.NewReader(text)), visit: visit}
	w.dec.UseNumber()
	if err := w.value(""); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

type rewriter struct {
	dec   *json.Decoder
	out   bytes.Buffer
	visit func(name string, value any, key bool) any
}

func (w *rewriter) value(name string) error {
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return w.object(name)
	case json.Delim('['):
		return w.list(name)
	}
	return w.put(w.visit(name, token, false))
}

func (w *rewriter) object(name string) error {
	seen := map[string]bool{}
	w.out.WriteByte('{')
	for n := 0; w.dec.More(); n++ {
		if n > 0 {
			w.out.WriteByte(',')
		}
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		below := join(name, token.(string))
		key := fmt.Sprint(w.visit(below, token, true))
		if seen[key] {
			return fmt.Errorf("two keys of %s are both redacted to %q", orValue(name), key)
		}
		seen[key] = true
		if err := w.put(key); err != nil {
			return err
		}
		w.out.WriteByte(':')
		if err := w.value(below); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	_, err := w.dec.Token()
	return err
}

func (w *rewriter) list(name string) error {
	w.out.WriteByte('[')
	for n := 0; w.dec.More(); n++ {
		if n > 0 {
			w.out.WriteByte(',')
		}
		if err := w.value(name + "[" + strconv.Itoa(n) + "]"); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	_, err := w.dec.Token()
	return err
}

func (w *rewriter) put(v any) error {
	text, err := failures.Marshal(v)
	w.out.Write(text)
	return err
}

func join(name, field string) string {
	if name == "" {
		return field
	}
	return name + "." + field
}

func orValue(name string) string {
	if name == "" {
		return "the value"
	}
	return name
}
