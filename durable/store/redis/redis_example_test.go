package redis_test

import (
	"context"

	goredis "github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// These need a server, and are compiled only.

const url = "redis://redis.example:6379/0"

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// ask is a flow that waits for an answer.
var ask = durable.Define("ask", func(y actions.Yield, question string) (string, error) {
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	return question + answer, err
})

// Every process opens the store, and carries out the runs that it claims.
func ExampleOpen() {
	ctx := context.Background()
	st, err := redis.Open(ctx, url)
	check(err)
	defer st.Close()
	rt, err := durable.Open(ctx, st, executor.NewMux(), durable.Config{Flows: durable.Flows(ask)})
	check(err)
	defer rt.Close(ctx)
}

// A server that others use as well, with appendfsync everysec.
func ExampleOpenConfig() {
	ctx := context.Background()
	st, err := redis.OpenConfig(ctx, url, redis.Config{Prefix: "shop", AllowLoss: true})
	check(err)
	defer st.Close()
}

// The program has a client already, here of a cluster.
func ExampleOpenClient() {
	ctx := context.Background()
	client := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{"one.example:6379", "two.example:6379"}})
	defer client.Close()
	st, err := redis.OpenClient(ctx, client, redis.Config{AllowLoss: true})
	check(err)
	defer st.Close() // the client stays open
}

// A store with a prefix of its own.
func ExampleConfig() {
	ctx := context.Background()
	st, err := redis.OpenConfig(ctx, url, redis.Config{Prefix: "shop"})
	check(err)
	defer st.Close()
}
