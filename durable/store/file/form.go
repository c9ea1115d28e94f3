package file

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/baton-go/baton/durable/store"
)

// What is in the files is meant to be read by people, too: hence JSON, with names that speak. The names are kept.

// row is all of a run but its records.
type row struct {
	ID            string            `json:"id"`
	Flow          string            `json:"flow,omitempty"`
	Version       string            `json:"version,omitempty"`
	Input         *payload          `json:"input,omitempty"`
	Seed          []byte            `json:"seed,omitempty"`
	Parent        string            `json:"parent,omitempty"`
	OnParentClose store.ParentClose `json:"on_parent_close,omitempty"`
	Queue         string            `json:"queue,omitempty"`
	Key           string            `json:"key,omitempty"`
	Priority      int               `json:"priority,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Created       time.Time         `json:"created,omitzero"`
	Deadline      time.Time         `json:"deadline,omitzero"`
	Retention     time.Duration     `json:"retention,omitempty"` // in nanoseconds
	state
	Published []byte    `json:"published,omitempty"`
	Messages  []message `json:"messages,omitempty"`
	Last      int64     `json:"last_message,omitempty"`
	Keys      []string  `json:"keys,omitempty"`
	// Log counts how often the run began again: records of an earlier log are none of it.
	Log    int64  `json:"log,omitempty"`
	Damage string `json:"damage,omitempty"`
}

// state is the State and the Lease of a run.
type state struct {
	Status     store.Status `json:"status"`
	Due        time.Time    `json:"due,omitzero"`
	Started    time.Time    `json:"started,omitzero"`
	Finished   time.Time    `json:"finished,omitzero"`
	Expires    time.Time    `json:"expires,omitzero"`
	Result     *payload     `json:"result,omitempty"`
	Failure    *payload     `json:"failure,omitempty"`
	Reason     string       `json:"reason,omitempty"`
	Cancelled  time.Time    `json:"cancelled,omitzero"`
	Generation int64        `json:"generation,omitempty"`
	Settled    int64        `json:"settled,omitempty"`
	Trials     int64        `json:"trials,omitempty"`
	Owner      string       `json:"owner,omitempty"`
	Epoch      int64        `json:"epoch,omitempty"`
	Revision   int64        `json:"revision,omitempty"`
}

type record struct {
	N        int64            `json:"n"`
	Epoch    int64            `json:"epoch,omitempty"`
	Kind     store.RecordKind `json:"kind"`
	Path     string           `json:"path,omitempty"`
	Name     string           `json:"name,omitempty"`
	Digest   []byte           `json:"digest,omitempty"`
	Action   *payload         `json:"action,omitempty"`
	Result   *payload         `json:"result,omitempty"`
	Failure  *payload         `json:"failure,omitempty"`
	Number   int64            `json:"number,omitempty"`
	Started  time.Time        `json:"started,omitzero"`
	Finished time.Time        `json:"finished,omitzero"`
}

type message struct {
	Seq     int64     `json:"seq"`
	Name    string    `json:"name,omitempty"`
	Key     string    `json:"key,omitempty"`
	Payload *payload  `json:"payload,omitempty"`
	Sent    time.Time `json:"sent,omitzero"`
}

// payload has its data in one of three forms: as it is, if it is JSON without needless spaces; as text; as base64.
type payload struct {
	Codec string          `json:"codec,omitempty"`
	JSON  json.RawMessage `json:"json,omitempty"`
	Text  string          `json:"text,omitempty"`
	Data  []byte          `json:"data,omitempty"`
}

func payloadForm(p store.Payload) *payload {
	f := &payload{Codec: textForm(p.Codec)}
	var b bytes.Buffer
	switch {
	case len(p.Data) == 0 && p.Codec == "":
		return nil
	case !utf8.Valid(p.Data):
		f.Data = p.Data
	case json.Compact(&b, p.Data) == nil && bytes.Equal(b.Bytes(), p.Data):
		f.JSON = p.Data
	default:
		f.Text = string(p.Data)
	}
	return f
}

func (f *payload) payload() store.Payload {
	switch {
	case f == nil:
		return store.Payload{}
	case f.JSON != nil:
		return store.Payload{Codec: ofText(f.Codec), Data: f.JSON}
	case f.Text != "":
		return store.Payload{Codec: ofText(f.Codec), Data: []byte(f.Text)}
	}
	return store.Payload{Codec: ofText(f.Codec), Data: f.Data}
}

// textForm keeps what JSON would change about a text: a byte that is no UTF-8, or is 0, becomes a 0 and two hexadecimal
// digits.
func textForm(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == 0 || r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			b.WriteByte(0)
			b.WriteString(hex.EncodeToString([]byte{s[i]}))
		} else {
			b.WriteString(s[i : i+size])
		}
	}
	return b.String()
}

func ofText(s string) string {
	before, rest, found := strings.Cut(s, "\x00")
	if !found {
		return s
	}
	b := []byte(before)
	for found {
		c, _ := hex.DecodeString(rest[:min(2, len(rest))])
		b = append(b, c...)
		before, rest, found = strings.Cut(rest[min(2, len(rest)):], "\x00")
		b = append(b, before...)
	}
	return string(b)
}

// latest is the last moment that JSON has a form for.
var latest = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)

// moment brings a time into the one form that it has here.
func moment(t time.Time) time.Time {
	t = t.Round(0).UTC()
	switch {
	case t.After(latest):
		return latest
	case t.Year() < 0:
		return time.Time{}.Add(1) // not none
	}
	return t
}
