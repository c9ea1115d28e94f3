package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// exportVersion is the version of the format that Export writes. Import reads all that there have been.
const exportVersion = 1

// Export writes the history of a run as JSON for people and for tests: a run of production, kept in a file, shows
// whether the code of today still fits it (see package durabletest). The names of the fields never change. Payloads
// that are JSON themselves stand there as they are, others in base64; whatever secrets a run has seen are in it, as far
// as its codec does not hide them. The lease is left out.
func Export(h store.History) ([]byte, error) {
	e := exported{Version: exportVersion, Run: exportRun(h.Run)}
	for i := range h.Records {
		r, err := exportRecord(&h.Records[i])
		if err != nil {
			return nil, fmt.Errorf("export run %q: record %d: %w", h.Run.ID, h.Records[i].N, err)
		}
		e.Records = append(e.Records, r)
	}
	for i := range h.Messages {
		m := &h.Messages[i]
		e.Messages = append(e.Messages, exportedMessage{
			Seq: m.Seq, Name: m.Name, Key: m.Key, Payload: exportPayload(m.Payload), Sent: m.Sent.UTC(),
		})
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("export run %q: %w", h.Run.ID, err)
	}
	return text.Bytes(), nil
}

// Import reads what Export has written. The error wraps [store.ErrNewer] if a newer version of this library has.
func Import(text []byte) (h store.History, err error) {
	var head struct {
		Version int `json:"history"`
	}
	switch err := json.Unmarshal(text, &head); {
	case err != nil:
		return h, fmt.Errorf("import a history: %w", err)
	case head.Version == 0:
		return h, errors.New(`import a history: it is none: "history" is missing`)
	case head.Version > exportVersion:
		return h, fmt.Errorf("import a history: it is of version %d: %w", head.Version, store.ErrNewer)
	}
	var e exported
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return h, fmt.Errorf("import a history: %w", err)
	}
	if h.Run, err = e.Run.run(); err != nil {
		return store.History{}, fmt.Errorf("import run %q: %w", e.Run.ID, err)
	}
	for _, r := range e.Records {
		record, err := r.record()
		if err != nil {
			return store.History{}, fmt.Errorf("import run %q: record %d: %w", e.Run.ID, r.N, err)
		}
		h.Records = append(h.Records, record)
	}
	for _, m := range e.Messages {
		payload, err := m.Payload.payload()
		if err != nil {
			return store.History{}, fmt.Errorf("import run %q: message %d: %w", e.Run.ID, m.Seq, err)
		}
		h.Messages = append(h.Messages, store.Message{
			Run: e.Run.ID, Seq: m.Seq, Name: m.Name, Key: m.Key, Payload: payload, Sent: m.Sent,
		})
	}
	return h, nil
}

// exported is a history as JSON.
type exported struct {
	Version  int               `json:"history"`
	Run      exportedRun       `json:"run"`
	Records  []exportedRecord  `json:"records"`
	Messages []exportedMessage `json:"messages,omitempty"`
}

// exportedMessage is a message that the run has not received.
type exportedMessage struct {
	Seq     int64            `json:"seq"`
	Name    string           `json:"name"`
	Key     string           `json:"key,omitempty"`
	Payload *exportedPayload `json:"payload,omitempty"`
	Sent    time.Time        `json:"sent,omitzero"`
}
