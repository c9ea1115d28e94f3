package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// inbox holds the messages of a run. That of a run that never had one is nil.
type inbox struct {
	last     int64 // the Seq of the last message that ever came
	messages []store.Message
	keys     map[string]struct{}
}

// Send puts messages into inboxes: see [store.Store].
func (s *Store) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	var notices []store.Notice
	for i := range messages {
		n, err := s.deliver(&messages[i])
		if err != nil {
			if errs == nil {
				errs = make([]error, len(messages))
			}
			errs[i] = err
		}
		if n.Sent {
			notices = append(notices, n)
		}
	}
	s.mu.Unlock()
	s.Tell(notices...)
	return errs, nil
}

// deliver puts a message into its inbox. The notice has Sent if it was not dropped.
func (s *Store) deliver(m *store.Message) (store.Notice, error) {
	r := s.runs[m.Run]
	switch {
	case r == nil:
		return store.Notice{}, store.ErrNotFound
	case r.status.Finished():
		return store.Notice{}, store.ErrFinished
	}
	if r.inbox == nil {
		r.inbox = &inbox{}
	}
	if !r.inbox.put(m) {
		return store.Notice{}, nil
	}
	if r.status == store.Waiting && r.place.owner == nil {
		r.wake()
		r.enqueue()
	}
	n := r.notice()
	n.Sent = true
	return n, nil
}

// put adds a message, unless it had one of that key.
func (b *inbox) put(m *store.Message) bool {
	if m.Key != "" {
		if _, found := b.keys[m.Key]; found {
			return false
		}
		if b.keys == nil {
			b.keys = map[string]struct{}{}
		}
		b.keys[m.Key] = struct{}{}
	}
	b.last++
	c := cloneMessage(m)
	c.Seq = b.last
	b.messages = append(b.messages, c)
	return true
}

// newest returns the Seq of the last message that is there, or 0.
func (b *inbox) newest() int64 {
	if b == nil || len(b.messages) == 0 {
		return 0
	}
	return b.messages[len(b.messages)-1].Seq
}

func (b *inbox) after(seq int64) []store.Message {
	if b == nil || b.newest() <= seq {
		return nil
	}
	at, _ := b.find(seq + 1)
	messages := make([]store.Message, len(b.messages)-at)
	for i := range messages {
		messages[i] = cloneMessage(&b.messages[at+i])
	}
	return messages
}

// consume removes messages. Those near the front, which are the usual ones, cost nothing even if there are many others.
func (b *inbox) consume(seqs []int64) {
	if b == nil {
		return
	}
	for _, seq := range seqs {
		at, found := b.find(seq)
		if !found {
			continue
		}
		if at < len(b.messages)/2 {
			copy(b.messages[1:at+1], b.messages[:at])
			b.messages[0] = store.Message{}
			b.messages = b.messages[1:]
		} else {
			b.messages = slices.Delete(b.messages, at, at+1)
		}
	}
	if len(b.messages) == 0 {
		b.messages = nil
	}
}

func (b *inbox) find(seq int64) (int, bool) {
	return slices.BinarySearchFunc(b.messages, seq, func(m store.Message, seq int64) int {
		return cmp.Compare(m.Seq, seq)
	})
}

func cloneMessage(m *store.Message) store.Message {
	c := *m
	c.Payload, c.Sent = clonePayload(m.Payload), momentOf(m.Sent).time()
	return c
}
