package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// What one process does another one hears of: without that, it would take an hour.
func TestProcessesHearOfEachOther(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	here, elsewhere := openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c)
	runstest.Converse(t, here, elsewhere, durable.Config{Poll: hour, Lease: hour})
}

// Behind a proxy they look now and then.
func TestProcessesBehindAProxyFindWhatOthersDid(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema(), PollOnly: true}
	here, elsewhere := openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c)
	runstest.Converse(t, here, elsewhere, durable.Config{Lease: time.Second})
}

func TestRuntimesShareRuns(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	runstest.Share(t, openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c))
}

func TestTheQueueWithoutANameHasATotal(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	runstest.Bound(t, openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c))
}

func TestAChangeOfManyRunsIsToldInSeveralNotifications(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	s, other := openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c)
	told := make(chan string, 10_000)
	t.Cleanup(other.Watch(func(n store.Notice) { told <- n.Run }))
	var runs []store.Run
	for i := range 1000 {
		runs = append(runs, pending(fmt.Sprint("a name that is not short ", i)))
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	seen := map[string]bool{}
	until(t, func() bool {
		for len(told) > 0 {
			seen[<-told] = true
		}
		return len(seen) == len(runs)
	})
}
