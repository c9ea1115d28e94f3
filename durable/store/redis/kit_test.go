package redis_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
)

var prefixes atomic.Int64

// prefix is the prefix of a store that is not there.
func prefix() string { return fmt.Sprint("test ", prefixes.Add(1)) }

// open opens a store of its own for the test, and closes it.
func open(tb testing.TB, c redis.Config) *redis.Store {
	tb.Helper()
	if c.Prefix == "" {
		c.Prefix = prefix()
	}
	return openAt(tb, redisserver.URL(tb), c)
}

func openAt(tb testing.TB, url string, c redis.Config) *redis.Store {
	tb.Helper()
	s, err := redis.OpenConfig(tb.Context(), url, c)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// command sends a command by the store's own client.
func command(tb testing.TB, s *redis.Store, args ...any) any {
	tb.Helper()
	answer, err := s.Client().Do(context.WithoutCancel(tb.Context()), args...).Result()
	require.NoError(tb, err)
	return answer
}

// listens returns what a store is told.
func listens(t *testing.T, s *redis.Store) <-chan store.Notice {
	t.Helper()
	told := make(chan store.Notice, 1000)
	t.Cleanup(s.Watch(func(n store.Notice) { told <- n }))
	return told
}

// hears waits until something is told.
func hears(t *testing.T, told <-chan store.Notice, which func(store.Notice) bool) {
	t.Helper()
	for {
		select {
		case n := <-told:
			if which(n) {
				return
			}
		case <-t.Context().Done():
			require.Fail(t, "the test is over")
		}
	}
}
