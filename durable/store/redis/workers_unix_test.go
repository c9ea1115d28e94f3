//go:build unix

package redis_test

import (
	"os/exec"
	"testing"

	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

func TestAWorkerWithoutTheLeaseRecordsNothing(t *testing.T) {
	t.Parallel()
	name, url := prefix(), redisserver.URL(t)
	runstest.Workers(t, openAt(t, url, redis.Config{Prefix: name}), func(worker string) *exec.Cmd {
		return children.Command(t, "work", url, name, worker)
	})
}
