package redis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Load returns a run with its history, all as it is at one moment: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	return call(ctx, s, "load", func(ctx context.Context) (store.History, error) {
		log := 1
		if from.Records == math.MaxInt64 {
			log = 0 // of which nothing is wanted
		}
		reply, err := s.run(ctx, loadScript, id, log, from.Messages)
		if err != nil {
			return store.History{}, err
		}
		if reply == nil {
			return store.History{}, store.ErrNotFound
		}
		answer, err := list(reply, 3)
		if err != nil {
			return store.History{}, err
		}
		f, err := s.read(id, answer[0], answer[1], answer[2], from.Records)
		if err != nil {
			return store.History{}, err
		}
		return f.History, f.spoilt
	})
}

// found is a history, and what cannot be read of it.
type found struct {
	store.History
	spoilt error
}

// read reads a run, its log from a number on, and its inbox.
func (s *Store) read(id string, run, log, inbox any, from int64) (f found, err error) {
	var fields, records map[string]string // nil is what holds something else
	var messages []any
	if run != nil {
		fields, err = fieldsOf(run)
	}
	if log != nil && err == nil {
		records, err = fieldsOf(log)
	}
	if inbox != nil && err == nil {
		messages, err = list(inbox, 0)
	}
	if err != nil {
		return f, err
	}
	f.Run, f.spoilt = s.unpack(id, fields)
	if log == nil {
		f.spoil("its records cannot be read")
	}
	if inbox == nil {
		f.spoil("its messages cannot be read")
	}
	f.readLog(records, from)
	for _, m := range messages {
		f.readMessage(text(m))
	}
	return f, nil
}

func (f *found) spoil(format string, args ...any) {
	if f.spoilt == nil {
		f.spoilt = corrupt(f.Run.ID, format, args...)
	}
}

func (f *found) readLog(log map[string]string, from int64) {
	for number, data := range log {
		n, err := strconv.ParseInt(number, 10, 64)
		if err == nil && n < from {
			continue
		}
		r := store.Record{N: n}
		if err != nil || !packed.ReadRecord([]byte(data), &r) {
			f.spoil("record %s cannot be read", number)
			continue
		}
		f.Records = append(f.Records, r)
	}
	slices.SortFunc(f.Records, func(a, b store.Record) int { return cmp.Compare(a.N, b.N) })
}

// readMessage reads the next message.
func (f *found) readMessage(member string) {
	number, data, _ := strings.Cut(member, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	m := store.Message{Run: f.Run.ID, Seq: seq}
	if err != nil || !packed.ReadMessage([]byte(data), &m) {
		f.spoil("message %s cannot be read", number)
		return
	}
	f.Messages = append(f.Messages, m)
}
