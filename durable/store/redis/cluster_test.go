package redis_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/redisserver"
)

// freePort is a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// A cluster of one node refuses all that a larger one does: keys in several slots, and those that no node serves.
func TestAClusterIsAStore(t *testing.T) {
	t.Parallel()
	redisserver.URL(t) // or there is none
	var server *redisserver.Server
	var port int
	var err error
	for range 20 { // somebody may take the port first
		port = freePort(t)
		server, err = redisserver.Start(fmt.Sprint("port ", port), fmt.Sprint("cluster-port ", freePort(t)),
			"bind 127.0.0.1", "cluster-enabled yes")
		if err == nil {
			break
		}
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	node := goredis.NewClient(&goredis.Options{Network: "unix", Addr: server.Socket(), ReadTimeout: time.Minute})
	t.Cleanup(func() { require.NoError(t, node.Close()) })
	require.NoError(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	client := goredis.NewClusterClient(&goredis.ClusterOptions{
		Addrs: []string{fmt.Sprint("127.0.0.1:", port)}, ReadTimeout: time.Minute, // a disk may take its time
	})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, patiently(t.Context(), func(ctx context.Context) error { // until the cluster is up
		return client.Set(ctx, "up", 1, 0).Err()
	}))
	_, err = redis.OpenClient(t.Context(), client, redis.Config{})
	require.ErrorContains(t, err, "it is part of a cluster")
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := redis.OpenClient(t.Context(), client, redis.Config{AllowLoss: true})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	})
}
