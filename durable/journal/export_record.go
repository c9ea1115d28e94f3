package journal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// exportedRecord is a record as JSON.
type exportedRecord struct {
	N       int64            `json:"n"`
	Epoch   int64            `json:"epoch,omitempty"`
	Kind    string           `json:"kind"`
	Path    string           `json:"path"`
	Name    string           `json:"name"`
	Digest  string           `json:"digest,omitempty"`
	Action  *exportedPayload `json:"action,omitempty"`
	Result  *exportedPayload `json:"result,omitempty"`
	Failure *exportedPayload `json:"failure,omitempty"`
	// Of these there is the one that goes with the kind.
	Message  *int64    `json:"message,omitempty"`
	Branch   *int64    `json:"branch,omitempty"`
	Version  *int64    `json:"version,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
}

func exportRecord(r *store.Record) (exportedRecord, error) {
	e := exportedRecord{
		N: r.N, Epoch: r.Epoch, Kind: r.Kind.String(), Path: r.Path, Name: r.Name, Digest: hex.EncodeToString(r.Digest),
		Action: exportPayload(r.Action), Result: exportPayload(r.Result), Failure: exportPayload(r.Failure),
		Started: r.Started.UTC(), Finished: r.Finished.UTC(),
	}
	switch r.Kind {
	case store.Step:
		if r.Number != 0 {
			e.Message = &r.Number
		}
	case store.Decision:
		e.Branch = &r.Number
	case store.Change:
		e.Version = &r.Number
	default:
		return e, fmt.Errorf("records of kind %d are not known", r.Kind)
	}
	return e, nil
}

func (e *exportedRecord) record() (r store.Record, err error) {
	r = store.Record{
		N: e.N, Epoch: e.Epoch, Path: e.Path, Name: e.Name, Started: e.Started, Finished: e.Finished,
	}
	var number *int64
	switch e.Kind {
	case store.Step.String():
		r.Kind, number = store.Step, e.Message
	case store.Decision.String():
		r.Kind, number = store.Decision, e.Branch
	case store.Change.String():
		r.Kind, number = store.Change, e.Version
	default:
		return r, fmt.Errorf("records of kind %q are not known", e.Kind)
	}
	if number != nil {
		r.Number = *number
	}
	if e.Digest != "" {
		if r.Digest, err = hex.DecodeString(e.Digest); err != nil {
			return r, fmt.Errorf("the digest: %w", err)
		}
	}
	for _, p := range []struct {
		to   *store.Payload
		from *exportedPayload
	}{{&r.Action, e.Action}, {&r.Result, e.Result}, {&r.Failure, e.Failure}} {
		if *p.to, err = p.from.payload(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// exportedPayload is a payload as JSON: its value, if that is JSON and can be brought back to the byte, or else its
// data.
type exportedPayload struct {
	Codec string          `json:"codec"`
	Value json.RawMessage `json:"value,omitempty"`
	Data  []byte          `json:"data,omitempty"`
}

func exportPayload(p store.Payload) *exportedPayload {
	if p.Codec == "" && len(p.Data) == 0 {
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, p.Data) == nil && bytes.Equal(compact.Bytes(), p.Data) {
		return &exportedPayload{Codec: p.Codec, Value: p.Data}
	}
	return &exportedPayload{Codec: p.Codec, Data: p.Data}
}

func (e *exportedPayload) payload() (store.Payload, error) {
	switch {
	case e == nil:
		return store.Payload{}, nil
	case e.Value == nil:
		return store.Payload{Codec: e.Codec, Data: e.Data}, nil
	case e.Data != nil:
		return store.Payload{}, errors.New("a payload has both a value and data")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.Value); err != nil {
		return store.Payload{}, err
	}
	return store.Payload{Codec: e.Codec, Data: compact.Bytes()}, nil
}
