package file_test

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/durable/storetest"
)

func TestARunThatWaitsIsSmall(t *testing.T) { //nolint:paralleltest // it measures the heap
	const runs = 5000
	s, err := file.OpenOn(newMachine(), 1<<30)
	require.NoError(t, err)
	batch := make([]store.Run, runs)
	for i := range batch {
		batch[i] = store.Run{
			ID: fmt.Sprintf("run-%08d", i), Flow: "f", Created: time.Now(), Seed: make([]byte, 16), Retention: time.Hour,
			State: store.State{Status: store.Waiting, Due: time.Now().Add(time.Hour)},
		}
	}
	before := heap()
	_, err = s.Create(t.Context(), batch)
	require.NoError(t, err)
	each := (heap() - before) / runs
	runtime.KeepAlive(s)
	runtime.KeepAlive(batch)
	t.Logf("%d bytes each", each)
	require.Less(t, each, int64(2000)) // of which 300 are on the disk
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what tests before this one left is gone, too
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Store {
		b.Helper()
		return open(b)
	})
}

func BenchmarkOpen(b *testing.B) {
	for _, runs := range []int{1000, 10_000} {
		b.Run(strconv.Itoa(runs), func(b *testing.B) {
			dir := folder(b)
			for i := 0; i < runs; i += 1000 { // as many as Close brings into files of their own
				batch := make([]store.Run, 1000)
				for j := range batch {
					batch[j] = store.Run{ID: fmt.Sprintf("run-%08d", i+j), Flow: "f"}
				}
				s, err := file.Open(b.Context(), dir)
				require.NoError(b, err)
				_, err = s.Create(b.Context(), batch)
				require.NoError(b, err)
				require.NoError(b, s.Close())
			}
			for b.Loop() {
				s, err := file.Open(b.Context(), dir)
				require.NoError(b, err)
				require.NoError(b, s.Close())
			}
		})
	}
}
