package durable_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// stores are those that clients are measured on.
func stores(b *testing.B) map[string]store.Store {
	b.Helper()
	st, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "baton.db"))
	require.NoError(b, err)
	b.Cleanup(func() { st.Close() })
	return map[string]store.Store{"memory": memory.New(), "sqlite": st}
}

func BenchmarkStart(b *testing.B) {
	for name, st := range stores(b) {
		b.Run(name, func(b *testing.B) {
			client := durable.NewClient(st)
			b.ReportAllocs()
			for b.Loop() {
				_, err := buy.Start(b.Context(), client, order{"tea", 1})
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkStartMany is about one run of a thousand.
func BenchmarkStartMany(b *testing.B) {
	for name, st := range stores(b) {
		b.Run(name, func(b *testing.B) {
			client := durable.NewClient(st)
			b.ReportAllocs()
			for left := b.N; left > 0; left -= 1000 {
				_, err := buy.StartMany(b.Context(), client, make([]order, min(left, 1000)), nil)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkSend(b *testing.B) {
	for name, st := range stores(b) {
		b.Run(name, func(b *testing.B) {
			client := durable.NewClient(st)
			h, err := buy.Start(b.Context(), client, order{"tea", 1})
			require.NoError(b, err)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				require.NoError(b, client.Send(b.Context(), h.ID(), "event", i, durable.DedupKey(strconv.Itoa(i))))
			}
		})
	}
}

func BenchmarkStatus(b *testing.B) {
	for name, st := range stores(b) {
		b.Run(name, func(b *testing.B) {
			h, err := buy.Start(b.Context(), durable.NewClient(st), order{"tea", 1})
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := h.Status(b.Context())
				require.NoError(b, err)
			}
		})
	}
}
