package durable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// conflict tells whether the run that was found in place of another is another one.
func (c *Client) conflict(d *definition, found store.Created, want store.Run) error {
	have := found.Run
	if found.New || have.Flow == want.Flow && have.Parent == want.Parent && c.sameInput(d, have, want) {
		return nil
	}
	e := &ConflictError{Run: want.ID, Have: c.describe(have), Want: c.describe(want)}
	if have.Parent != want.Parent {
		e.Have += fmt.Sprintf(" and parent %q", have.Parent)
		e.Want += fmt.Sprintf(" and parent %q", want.Parent)
	}
	return e
}

// sameInput compares encodings first: two of one value differ if they are encrypted, or the codec was changed.
func (c *Client) sameInput(d *definition, have, want store.Run) bool {
	if have.Generation > 0 {
		return true // the first input is not known any more
	}
	if have.Input.Codec == want.Input.Codec && bytes.Equal(have.Input.Data, want.Input.Data) {
		return true
	}
	a, err := d.input(func(into any) error { return c.codecs.Decode(have.Input, into) })
	if err != nil {
		return false
	}
	b, err := d.input(func(into any) error { return c.codecs.Decode(want.Input, into) })
	return err == nil && reflect.DeepEqual(a, b)
}

func (c *Client) describe(r store.Run) string {
	return fmt.Sprintf("flow %q with input %s", r.Flow, describePayload(r.Input))
}

// describePayload shows what can be shown without giving away what was encrypted.
func describePayload(p store.Payload) string {
	const most = 200
	if text := jsonOf(p); text != nil {
		if len(text) > most {
			return string(bytes.ToValidUTF8(text[:most], nil)) + "…"
		}
		return string(text)
	}
	return fmt.Sprintf("of %d bytes of %s", len(p.Data), p.Codec)
}

// jsonOf returns the payload if it is JSON.
func jsonOf(p store.Payload) json.RawMessage {
	if p.Codec != codec.JSON().Name() || !json.Valid(p.Data) {
		return nil
	}
	return bytes.Clone(p.Data)
}
