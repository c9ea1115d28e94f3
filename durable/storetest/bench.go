package storetest

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Bench measures a store: what a step costs alone and among others, and what claims, lists and wake-ups cost while
// 100,000 runs wait (1,000 with -short). The store is opened once for each benchmark of steps, and once for all others.
//
// The unit of ns/op is one record, one message, one run: whatever a benchmark is named for.
func Bench(b *testing.B, open func(b *testing.B) store.Store) {
	b.Helper()
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("append/writers=%d", writers), func(b *testing.B) { benchAppend(b, open(b), writers) })
	}
	for _, batch := range []int{64, 256} {
		b.Run(fmt.Sprintf("append/batch=%d", batch), func(b *testing.B) { benchBatch(b, open(b), batch) })
	}
	b.Run("load/records=1000", func(b *testing.B) { benchLoad(b, open(b)) })
	s := newCrowd(b, open(b))
	b.Run("create", s.create)
	b.Run("create/batch=100", s.createMany)
	b.Run("send", s.send)
	b.Run("claim+release/batch=10", s.claim)
	b.Run("claim/none", s.claimNone)
	b.Run("renew/leases=100", s.renew)
	b.Run("list/page", s.list(store.Query{Limit: 100, Newest: true}, 100))
	b.Run("list/ids", s.list(store.Query{IDs: []string{"waiting-7"}}, 1))
	b.Run("list/failed", s.list(store.Query{Statuses: []store.Status{store.Failed}}, 0))
}

// benchKit makes runs and leases them.
type benchKit struct {
	*kit
	b *testing.B
}

func newBenchKit(b *testing.B, s store.Store) benchKit {
	b.Helper()
	return benchKit{newKit(b, s, newConfig(nil)), b}
}

func (k benchKit) lease(runs int) []string {
	k.Helper()
	var ids []string
	for i := range runs {
		ids = append(ids, k.leased(strconv.Itoa(i)).ID)
	}
	return ids
}

// stepOf makes a record as a step of 64 bytes leaves it.
func stepOf(n int64) store.Record {
	now := time.Now()
	return store.Record{
		N: n, Epoch: 1, Kind: store.Step, Path: "3.1." + strconv.FormatInt(n, 10), Name: "charge",
		Digest: make([]byte, 16), Result: store.Payload{Codec: "json", Data: make([]byte, 64)}, Started: now, Finished: now,
	}
}

func (k benchKit) append(id string, n int64) error {
	errs, err := k.store.Commit(k.Context(), []store.Write{{Run: id, Epoch: 1, Records: []store.Record{stepOf(n)}}})
	if err == nil && len(errs) > 0 {
		err = errs[0]
	}
	return err
}

func benchAppend(b *testing.B, s store.Store, writers int) {
	b.Helper()
	k := newBenchKit(b, s)
	ids := k.lease(writers)
	b.ReportAllocs()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	k.together(writers, func(i int) error {
		for n := int64(1); left.Add(-1) >= 0; n++ {
			if err := k.append(ids[i], n); err != nil {
				return err
			}
		}
		return nil
	})
}

func benchBatch(b *testing.B, s store.Store, batch int) {
	b.Helper()
	k := newBenchKit(b, s)
	ids := k.lease(batch)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += batch {
		var writes []store.Write
		for _, id := range ids[:min(batch, b.N-n)] {
			writes = append(writes, store.Write{Run: id, Epoch: 1, Records: []store.Record{stepOf(int64(n))}})
		}
		for _, err := range k.commit(writes...) {
			require.NoError(b, err)
		}
	}
}

func benchLoad(b *testing.B, s store.Store) {
	b.Helper()
	k := newBenchKit(b, s)
	id := k.lease(1)[0]
	w := store.Write{Run: id, Epoch: 1}
	for n := range int64(1000) {
		w.Records = append(w.Records, stepOf(n))
	}
	k.write(w)
	b.ReportAllocs()
	for b.Loop() {
		if len(k.load(id).Records) != 1000 {
			b.Fatal("records are missing")
		}
	}
}
