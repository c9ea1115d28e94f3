package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

// What one process does another one hears of: without that, it would take an hour.
func TestProcessesHearOfEachOther(t *testing.T) {
	t.Parallel()
	c := redis.Config{Prefix: prefix()}
	here, elsewhere := openAt(t, redisserver.URL(t), c), openAt(t, redisserver.URL(t), c)
	require.False(t, here.Deaf())
	runstest.Converse(t, here, elsewhere, durable.Config{Poll: time.Hour, Lease: time.Hour})
}

func TestRuntimesShareRuns(t *testing.T) {
	t.Parallel()
	c, url := redis.Config{Prefix: prefix()}, redisserver.URL(t)
	runstest.Share(t, openAt(t, url, c), openAt(t, url, c), openAt(t, url, c))
}

func TestTheQueueWithoutANameHasATotal(t *testing.T) {
	t.Parallel()
	c, url := redis.Config{Prefix: prefix()}, redisserver.URL(t)
	runstest.Bound(t, openAt(t, url, c), openAt(t, url, c), openAt(t, url, c))
}

func TestAChangeOfManyRunsIsToldToOthers(t *testing.T) {
	t.Parallel()
	c := redis.Config{Prefix: prefix()}
	s, other := openAt(t, redisserver.URL(t), c), openAt(t, redisserver.URL(t), c)
	told := make(chan string, 10_000)
	t.Cleanup(other.Watch(func(n store.Notice) { told <- n.Run }))
	var runs []store.Run
	for i := range 1000 {
		runs = append(runs, runstest.Pending(fmt.Sprint("a name that is not short ", i)))
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	seen := map[string]bool{}
	runstest.Until(t, func() bool {
		for len(told) > 0 {
			seen[<-told] = true
		}
		return len(seen) == len(runs)
	})
}

func TestStoresOfOtherPrefixesHaveNothingToDoWithEachOther(t *testing.T) {
	t.Parallel()
	one, two := open(t, redis.Config{}), open(t, redis.Config{})
	t.Cleanup(two.Watch(func(n store.Notice) { t.Errorf("%+v was told", n) }))
	runstest.Leased(t, one, "r")
	_, err := two.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Empty(t, runstest.Claim(t, two, 5).Runs)
	held, err := two.Renew(t.Context(), runstest.Owner, time.Hour)
	require.NoError(t, err)
	require.Empty(t, held)
}
