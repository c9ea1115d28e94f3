package redis

import (
	"context"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Commit makes writes: see [store.Store]. All are one script: a short one if they only append.
func (s *Store) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	return s.change(ctx, "commit", writes, nil)
}

// Send puts messages into inboxes: see [store.Store].
func (s *Store) Send(ctx context.Context, messages []store.Message) ([]error, error) {
	return s.change(ctx, "send", nil, messages)
}

func (s *Store) change(ctx context.Context, operation string, writes []store.Write, messages []store.Message) (
	[]error, error,
) {
	var args []any
	count := len(writes) + len(messages)
	short := len(messages) == 0
	for i := range writes {
		short = short && onlyRecords(&writes[i])
	}
	if short {
		for i := range writes {
			args = append(args, writes[i].Run, writes[i].Epoch)
			args = appendRecords(args, writes[i].Records)
		}
	} else {
		args = append(args, s.channel, s.self, len(writes))
		for i := range writes {
			args = s.appendWrite(args, &writes[i])
		}
		args = appendMessages(args, messages)
	}
	return call(ctx, s, operation, func(ctx context.Context) ([]error, error) {
		switch {
		case count == 0:
			return nil, nil
		case short:
			reply, err := s.run(ctx, appendScript, args...)
			if err != nil || reply == nil {
				return nil, err
			}
			return whyNot(reply, count)
		}
		reply, err := s.run(ctx, commitScript, args...)
		if err != nil {
			return nil, err
		}
		answer, err := list(reply, 2)
		if err != nil {
			return nil, err
		}
		s.told(answer[1])
		return whyNot(answer[0], count)
	})
}

// onlyRecords tells whether the write does nothing but append under a lease.
func onlyRecords(w *store.Write) bool {
	return w.State == nil && w.Published == nil && len(w.Consumed) == 0 && len(w.Send) == 0 && w.Epoch != 0
}

func appendRecords(args []any, records []store.Record) []any {
	args = append(args, len(records))
	for i := range records {
		args = append(args, records[i].N, packed.Record(&records[i]))
	}
	return args
}

func appendMessages(args []any, messages []store.Message) []any {
	args = append(args, len(messages))
	for i := range messages {
		args = append(args, messages[i].Run, messages[i].Key, packed.Message(&messages[i]))
	}
	return args
}

// appendWrite appends a write as the script takes it.
func (s *Store) appendWrite(args []any, w *store.Write) []any {
	args = append(args, w.Run, w.Epoch, w.Revision, w.Seen)
	args = appendRecords(args, w.Records)
	args = append(args, len(w.Consumed))
	for _, seq := range w.Consumed {
		args = append(args, seq)
	}
	args = append(args, published(w.Published))
	if w.State == nil {
		return appendMessages(append(args, ""), w.Send)
	}
	kind := "keep"
	if w.Release {
		kind = "release"
	}
	var restart []byte
	if w.Restart != nil {
		restart = packed.Payload(*w.Restart)
	}
	args = append(args, kind, int(w.State.Status), stamp(s.clocks.Server(w.State.Due)), stamp(w.State.Started),
		stamp(w.State.Finished), stamp(w.State.Expires), packed.State(w.State), restart)
	return appendMessages(args, w.Send)
}
