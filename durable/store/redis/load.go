package redis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Load returns a run with its history, all as it is at one moment: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	return call(ctx, s, "load", func(ctx context.Context) (store.History, error) {
		log := redis.NewMapStringStringCmd(ctx) // of which nothing is wanted
		pipe := s.client.TxPipeline()
		run := pipe.HGetAll(ctx, s.prefix+"run:"+id)
		if from.Records != math.MaxInt64 {
			log = pipe.HGetAll(ctx, s.prefix+"log:"+id)
		}
		behind := "(" + strconv.FormatInt(from.Messages, 10)
		inbox := pipe.ZRangeByScore(ctx, s.prefix+"inbox:"+id, &redis.ZRangeBy{Min: behind, Max: "+inf"})
		if _, err := pipe.Exec(ctx); err != nil {
			return store.History{}, err
		}
		if len(run.Val()) == 0 {
			return store.History{}, store.ErrNotFound
		}
		var f found
		f.Run, f.spoilt = s.unpack(id, run.Val())
		f.readLog(log.Val(), from.Records)
		for _, member := range inbox.Val() {
			f.readMessage(member)
		}
		return f.History, f.spoilt
	})
}

// found is a history, and what cannot be read of it.
type found struct {
	store.History
	spoilt error
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
