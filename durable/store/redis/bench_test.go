package redis_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/redisserver"
)

// BenchmarkFloor sets one key, by the same client and on the same server as BenchmarkStore.
func BenchmarkFloor(b *testing.B) {
	for name, clients := range map[string]int{"clients=1": 1, "clients=64": 64} {
		b.Run(name, func(b *testing.B) { benchmarkFloor(b, clients) })
	}
}

func benchmarkFloor(b *testing.B, clients int) {
	b.Helper()
	ctx := context.Background()
	o, err := goredis.ParseURL(redisserver.URL(b))
	require.NoError(b, err)
	o.PoolSize = clients
	client := goredis.NewClient(o)
	defer func() { require.NoError(b, client.Close()) }()
	value := make([]byte, 64)
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range clients {
		all.Go(func() {
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				if err := client.HSet(ctx, "floor", n, value).Err(); err != nil {
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
		return open(b, redis.Config{})
	})
}
