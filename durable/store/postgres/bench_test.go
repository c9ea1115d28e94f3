package postgres_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/pgserver"
)

// BenchmarkFloor inserts one row and commits, by the same driver and on the same server as BenchmarkStore.
func BenchmarkFloor(b *testing.B) {
	for name, clients := range map[string]int32{"clients=1": 1, "clients=64": 64} {
		b.Run(name, func(b *testing.B) { benchmarkFloor(b, clients) })
	}
}

func benchmarkFloor(b *testing.B, clients int32) {
	b.Helper()
	ctx := context.Background()
	c, err := pgxpool.ParseConfig(pgserver.DSN(b))
	require.NoError(b, err)
	c.MaxConns = clients
	pool, err := pgxpool.NewWithConfig(ctx, c)
	require.NoError(b, err)
	defer pool.Close()
	table := pgx.Identifier{schema()}.Sanitize()
	_, err = pool.Exec(ctx, "CREATE TABLE "+table+
		" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL)")
	require.NoError(b, err)
	insert, row := "INSERT INTO "+table+" (data) VALUES ($1)", make([]byte, 64)
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range clients {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := pool.Exec(ctx, insert, row); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Store {
		b.Helper()
		return open(b, postgres.Config{})
	})
}
