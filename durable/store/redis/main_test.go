package redis_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/redis/go-redis/v9/logging"

	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

// children are what the processes do that tests start.
var children = runstest.Children{"work": childWork}

// childWork is a worker, of that name.
func childWork() {
	ctx := context.Background()
	s, err := redis.OpenConfig(ctx, os.Args[1], redis.Config{Prefix: os.Args[2]})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	runstest.Work(ctx, s, os.Args[3])
}

func TestMain(m *testing.M) {
	if children.Main() {
		return
	}
	logging.Disable() // of the client, which tells of every server that is away
	code := redisserver.Main(m)
	if err := runstest.Leaks(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
