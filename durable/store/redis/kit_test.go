package redis_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

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
