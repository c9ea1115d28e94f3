package packed

import (
	"maps"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Record packs all of a record but its number.
func Record(r *store.Record) []byte {
	p := newPacker(len(r.Path) + len(r.Name) + len(r.Digest) + len(r.Action.Data) + len(r.Result.Data) +
		len(r.Failure.Data))
	p.int(r.Epoch)
	p.uint(uint64(r.Kind))
	p.string(r.Path)
	p.string(r.Name)
	p.bytes(r.Digest)
	p.payload(r.Action)
	p.payload(r.Result)
	p.payload(r.Failure)
	p.int(r.Number)
	p.time(r.Started)
	p.time(r.Finished)
	return p.sealed()
}

// ReadRecord reads what Record packed. It is false if that cannot be read.
func ReadRecord(b []byte, r *store.Record) bool {
	u := newUnpacker(b)
	r.Epoch = u.int()
	r.Kind = store.RecordKind(u.uint())
	r.Path = u.string()
	r.Name = u.string()
	r.Digest = u.bytes()
	r.Action = u.payload()
	r.Result = u.payload()
	r.Failure = u.payload()
	r.Number = u.int()
	r.Started = u.time()
	r.Finished = u.time()
	return u.done()
}

// Message packs all of a message but its run and place.
func Message(m *store.Message) []byte {
	p := newPacker(len(m.Name) + len(m.Key) + len(m.Payload.Data))
	p.string(m.Name)
	p.string(m.Key)
	p.payload(m.Payload)
	p.time(m.Sent)
	return p.sealed()
}

// ReadMessage reads what Message packed.
func ReadMessage(b []byte, m *store.Message) bool {
	u := newUnpacker(b)
	m.Name = u.string()
	m.Key = u.string()
	m.Payload = u.payload()
	m.Sent = u.time()
	return u.done()
}

// Facts packs what hardly changes about a run, and has no column.
func Facts(r *store.Run) []byte {
	p := newPacker(len(r.Version) + len(r.Input.Data))
	p.string(r.Version)
	p.payload(r.Input)
	p.bytes(r.Seed)
	p.uint(uint64(r.OnParentClose))
	p.uint(uint64(len(r.Labels)))
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		p.string(name)
		p.string(r.Labels[name])
	}
	p.time(r.Deadline)
	p.int(int64(r.Retention))
	return p.sealed()
}

// ReadFacts reads what Facts packed.
func ReadFacts(b []byte, r *store.Run) bool {
	u := newUnpacker(b)
	r.Version = u.string()
	r.Input = u.payload()
	r.Seed = u.bytes()
	r.OnParentClose = store.ParentClose(u.uint())
	if n := u.uint(); n > 0 && n <= uint64(len(u.b)/2) {
		r.Labels = make(map[string]string, n)
		for range n {
			name := u.string()
			r.Labels[name] = u.string()
		}
	} else if n > 0 {
		u.fail()
	}
	r.Deadline = u.time()
	r.Retention = time.Duration(u.int())
	return u.done()
}

// Published packs what a run tells about itself.
func Published(data []byte) []byte {
	p := newPacker(len(data))
	p.bytes(data)
	return p.sealed()
}

// ReadPublished reads what Published packed; nothing is nothing.
func ReadPublished(b []byte, r *store.Run) bool {
	if len(b) == 0 {
		return true
	}
	u := newUnpacker(b)
	r.Published = u.bytes()
	return u.done()
}

// Payload packs a payload by itself.
func Payload(v store.Payload) []byte {
	p := newPacker(len(v.Data))
	p.payload(v)
	return p.sealed()
}

// ReadPayload reads what Payload packed; nothing is no payload.
func ReadPayload(b []byte, v *store.Payload) bool {
	if len(b) == 0 {
		return true
	}
	u := newUnpacker(b)
	*v = u.payload()
	return u.done()
}

// State packs what has no column of a state; nil is for a state that has nothing of it.
func State(s *store.State) []byte {
	if s.Result.Codec == "" && s.Result.Data == nil && s.Failure.Codec == "" && s.Failure.Data == nil &&
		s.Reason == "" && s.Cancelled.IsZero() && s.Generation == 0 && s.Settled == 0 &&
		s.Trials == 0 {
		return nil
	}
	p := newPacker(len(s.Result.Data) + len(s.Failure.Data) + len(s.Reason))
	p.payload(s.Result)
	p.payload(s.Failure)
	p.string(s.Reason)
	p.time(s.Cancelled)
	p.int(s.Generation)
	p.int(s.Settled)
	if s.Trials != 0 { // which hardly any run has
		p.int(s.Trials)
	}
	return p.sealed()
}

// ReadState reads what State packed; nothing is a state that has nothing of it.
func ReadState(b []byte, s *store.State) bool {
	if len(b) == 0 {
		return true
	}
	u := newUnpacker(b)
	s.Result = u.payload()
	s.Failure = u.payload()
	s.Reason = u.string()
	s.Cancelled = u.time()
	s.Generation = u.int()
	s.Settled = u.int()
	if len(u.b) > 0 {
		s.Trials = u.int()
	}
	return u.done()
}
