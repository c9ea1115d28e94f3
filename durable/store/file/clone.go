package file

import (
	"bytes"
	"maps"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// What comes in and goes out is copied; strings are shared.

func cloneRun(r *store.Run) store.Run {
	c := *r
	c.Input, c.State = clonePayload(r.Input), cloneState(&r.State)
	c.Seed, c.Published = bytes.Clone(r.Seed), bytes.Clone(r.Published)
	c.Labels = maps.Clone(r.Labels)
	c.Created, c.Deadline = moment(r.Created), moment(r.Deadline)
	return c
}

func cloneState(s *store.State) store.State {
	c := *s
	c.Result, c.Failure = clonePayload(s.Result), clonePayload(s.Failure)
	c.Due, c.Started, c.Finished = moment(s.Due), moment(s.Started), moment(s.Finished)
	c.Expires, c.Cancelled = moment(s.Expires), moment(s.Cancelled)
	return c
}

func cloneRecord(r *store.Record) store.Record {
	c := *r
	c.Digest = bytes.Clone(r.Digest)
	c.Action, c.Result, c.Failure = clonePayload(r.Action), clonePayload(r.Result), clonePayload(r.Failure)
	c.Started, c.Finished = moment(r.Started), moment(r.Finished)
	return c
}

func cloneMessage(m *store.Message) store.Message {
	c := *m
	c.Payload, c.Sent = clonePayload(m.Payload), moment(m.Sent)
	return c
}

func clonePayload(p store.Payload) store.Payload {
	return store.Payload{Codec: p.Codec, Data: bytes.Clone(p.Data)}
}

// cloneWrite copies a write, but for what it sends.
func cloneWrite(w *store.Write) store.Write {
	c := *w
	c.Records = cloneAll(w.Records, cloneRecord)
	c.Published = bytes.Clone(w.Published)
	if w.State != nil {
		state := cloneState(w.State)
		c.State = &state
	}
	if w.Restart != nil {
		input := clonePayload(*w.Restart)
		c.Restart = &input
	}
	return c
}

func cloneAll[T any](all []T, clone func(*T) T) []T {
	c := slices.Clone(all)
	for i := range c {
		c[i] = clone(&c[i])
	}
	return c
}
