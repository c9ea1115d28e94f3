package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Stores may return times in any zone and with more digits than microseconds, nil for what is empty, and the other way
// round. Before two of something are compared, they are brought into one form.

func plainTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func plainBytes(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

func plainPayload(p store.Payload) store.Payload {
	return store.Payload{Codec: p.Codec, Data: plainBytes(p.Data)}
}

func plainRun(r store.Run) store.Run {
	if len(r.Labels) == 0 {
		r.Labels = nil
	}
	r.Input, r.Result, r.Failure = plainPayload(r.Input), plainPayload(r.Result), plainPayload(r.Failure)
	r.Seed, r.Published = plainBytes(r.Seed), plainBytes(r.Published)
	for _, t := range []*time.Time{
		&r.Created, &r.Deadline, &r.Due, &r.Started, &r.Finished, &r.Expires, &r.Cancelled,
	} {
		*t = plainTime(*t)
	}
	return r
}

func plainRecord(r store.Record) store.Record {
	r.Digest = plainBytes(r.Digest)
	r.Action, r.Result, r.Failure = plainPayload(r.Action), plainPayload(r.Result), plainPayload(r.Failure)
	r.Started, r.Finished = plainTime(r.Started), plainTime(r.Finished)
	return r
}

func plainMessage(m store.Message) store.Message {
	m.Payload, m.Sent = plainPayload(m.Payload), plainTime(m.Sent)
	return m
}

func plainHistory(h store.History) store.History {
	p := store.History{Run: plainRun(h.Run)}
	for _, r := range h.Records {
		p.Records = append(p.Records, plainRecord(r))
	}
	for _, m := range h.Messages {
		p.Messages = append(p.Messages, plainMessage(m))
	}
	return p
}

func (k *kit) equalRun(want, got store.Run) {
	k.Helper()
	require.Equal(k, plainRun(want), plainRun(got))
}

func (k *kit) equalHistory(want, got store.History) {
	k.Helper()
	require.Equal(k, plainHistory(want), plainHistory(got))
}

// equalRecords compares records with those of a run.
func (k *kit) equalRecords(id string, want ...store.Record) {
	k.Helper()
	require.Equal(k, plainHistory(store.History{Records: want}).Records, plainHistory(k.load(id)).Records)
}

// names returns the names of messages.
func names(messages []store.Message) []string {
	names := []string{}
	for _, m := range messages {
		names = append(names, m.Name)
	}
	return names
}

// ids returns the IDs of runs, without the check's prefix.
func (k *kit) ids(runs []store.Run) []string {
	ids := []string{}
	for _, r := range runs {
		ids = append(ids, r.ID[min(len(k.prefix), len(r.ID)):])
	}
	return ids
}

func (k *kit) claimedIDs(c store.Claimed) []string {
	ids := []string{}
	for _, h := range c.Runs {
		ids = append(ids, h.Run.ID[min(len(k.prefix), len(h.Run.ID)):])
	}
	return ids
}
