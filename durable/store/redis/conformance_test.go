package redis_test

import (
	"testing"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/runstest"
)

func TestRedisIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, redis.Config{})
	})
}

func TestOperationsOnRedis(t *testing.T) {
	t.Parallel()
	runstest.Operate(t, open(t, redis.Config{}))
}
