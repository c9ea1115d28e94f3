package redis_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
)

func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	url := redisserver.URL(t)
	t.Setenv(redisserver.Variable, url) // for the processes that are killed
	durabletest.Crash(t, durabletest.Crashes{
		Open: func(ctx context.Context, _ string) (store.Store, error) {
			return redis.OpenConfig(ctx, url, redis.Config{Prefix: "crash"})
		},
	})
}
