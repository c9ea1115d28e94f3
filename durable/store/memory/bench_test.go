package memory_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

// waiting creates runs that wait for a time, in batches. What belongs to the caller is not counted against the store:
// here IDs of 12 bytes and no input.
func waiting(tb testing.TB, s *memory.Store, runs int) {
	tb.Helper()
	start := time.Now()
	batch := make([]store.Run, 1000)
	for i := 0; i < runs; i += len(batch) {
		for j := range batch {
			batch[j] = store.Run{
				ID: fmt.Sprintf("run-%08d", i+j), Flow: "f", Created: start.Add(time.Duration(i+j) * time.Microsecond),
				Retention: time.Hour,
				State:     store.State{Status: store.Waiting, Due: start.Add(time.Duration(1e6+(i+j)*7919%runs) * time.Second)},
			}
		}
		_, err := s.Create(tb.Context(), batch)
		require.NoError(tb, err)
	}
}

func TestARunThatWaitsIsSmall(t *testing.T) { //nolint:paralleltest // it measures the heap
	const runs = 100_000
	before := heap()
	s := memory.New()
	waiting(t, s, runs)
	each := (heap() - before) / runs
	t.Logf("%d bytes each", each)
	require.Less(t, each, uint64(600))
	require.NoError(t, s.Close())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(*testing.B) store.Store { return memory.New() })
}

func BenchmarkCreate(b *testing.B) {
	b.ReportAllocs()
	waiting(b, memory.New(), (b.N+999)/1000*1000)
}

func BenchmarkClaimAmongAMillion(b *testing.B) {
	s := memory.New()
	waiting(b, s, 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		claimed, err := s.Claim(b.Context(), store.Claim{Owner: "o", Lease: time.Hour, Max: 10, Flows: []string{"f"}})
		if err != nil || len(claimed.Runs) > 0 || claimed.Next.IsZero() {
			b.Fatal(claimed, err)
		}
	}
}

func BenchmarkListAmongAMillion(b *testing.B) {
	s := memory.New()
	waiting(b, s, 1_000_000)
	for name, q := range map[string]store.Query{
		"ids": {IDs: []string{"run-00000001", "run-00900000"}}, "page": {Limit: 10, Newest: true},
		"status": {Statuses: []store.Status{store.Failed}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := s.List(b.Context(), q)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	s := memory.New()
	create(b, s, store.Run{ID: "a", Flow: "f", State: store.State{Status: store.Pending, Due: time.Now()}})
	_, err := s.Claim(b.Context(), store.Claim{Owner: "o", Lease: time.Hour, Max: 1, Flows: []string{"f"}})
	require.NoError(b, err)
	data := make([]byte, 64)
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		n++
		errs, err := s.Commit(b.Context(), []store.Write{{Run: "a", Epoch: 1, Records: []store.Record{
			{
				N: n, Epoch: 1, Kind: store.Step, Path: "3.1.0", Name: "charge", Digest: data[:32],
				Result: store.Payload{Data: data},
			},
		}}})
		if errs != nil || err != nil {
			b.Fatal(errs, err)
		}
	}
}
