package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// laggard is a primary and a standby that lacks what was done last. Each of the books has its first pages on both, and
// the next ones on the primary alone.
type laggard struct {
	primary, standby *pgserver.Server
	dsn              string // of both
	config           durable.Config
	press            *runstest.Printer
	early, late      chan struct{} // closed: pages that are on the primary alone are printed, and those that are nowhere
	rt               *durable.Runtime
	shut             func()
	books            []*durable.Handle[int]
}

// How many books there are, of how many pages, and how many of these the standby and the primary have.
const books, pages, known, made = 8, 20, 3, 6

func newLaggard(t *testing.T, lease time.Duration) *laggard {
	t.Helper()
	b := &laggard{primary: pgserver.New(t), early: make(chan struct{}), late: make(chan struct{})}
	b.standby = b.primary.Standby(t)
	b.dsn = "host='" + b.primary.Host() + "," + b.standby.Host() +
		"' user=postgres dbname=postgres target_session_attrs=read-write"
	b.config = durable.Config{Flows: durable.Flows(runstest.Book), Lease: lease}
	b.press = &runstest.Printer{Letters: 10, Before: func(number int) {
		if number >= known {
			<-b.early
		}
		if number >= made {
			<-b.late
		}
	}}
	s := openAt(t, b.dsn, postgres.Config{})
	var err error
	b.rt, err = durable.Open(t.Context(), s, b.press.Executor(), b.config)
	require.NoError(t, err)
	b.shut = sync.OnceFunc(func() { require.NoError(t, b.rt.Close(context.WithoutCancel(t.Context()))) })
	t.Cleanup(b.shut)
	b.books, err = runstest.Book.StartMany(t.Context(), b.rt, []int{
		pages, pages, pages, pages, pages, pages, pages, pages,
	}, nil)
	require.NoError(t, err)
	b.printed(t, known)
	until(t, func() bool {
		const caughtUp = "SELECT pg_current_wal_lsn() <= replay_lsn FROM pg_stat_replication"
		var yes bool
		return s.Pool().QueryRow(t.Context(), caughtUp).Scan(&yes) == nil && yes
	})
	require.NoError(t, b.standby.Stop(false))
	short, err := runstest.Book.Start(t.Context(), b.rt, 1, durable.WithID("late"))
	require.NoError(t, err)
	_, err = short.Result(t.Context())
	require.NoError(t, err)
	close(b.early)
	b.printed(t, made)
	return b
}

// printed waits until so many pages of each book are on record, and the next one is about to be printed.
func (b *laggard) printed(t *testing.T, pages int) {
	t.Helper()
	for _, h := range b.books {
		until(t, func() bool {
			steps, err := h.Steps(t.Context())
			return err == nil && len(steps) == pages && b.press.Times(h.ID(), pages) > 0
		})
	}
}

// failover has the standby take the place of the primary.
func (b *laggard) failover(t *testing.T) {
	t.Helper()
	require.NoError(t, b.primary.Stop(true))
	require.NoError(t, b.standby.Restart())
	require.NoError(t, b.standby.Promote())
}

// end waits until the books are printed, and checks what all were spared.
func (b *laggard) end(t *testing.T, c *durable.Client) {
	t.Helper()
	for _, h := range b.books {
		until(t, func() bool { // those who wait are told that the store fails, if it does
			length, err := runstest.Book.Attach(c, h.ID()).Result(t.Context())
			return err == nil && length == 10*pages
		})
		for number := range pages {
			times := b.press.Times(h.ID(), number)
			require.Positive(t, times)
			if number < known {
				require.Equal(t, 1, times, "page %d has a record", number)
			}
		}
	}
	_, err := durable.Attach[int](c, "late").Status(t.Context())
	require.ErrorIs(t, err, durable.ErrNotFound)
	h, err := runstest.Book.Start(t.Context(), c, 1, durable.WithID("late"))
	require.NoError(t, err)
	_, err = h.Result(t.Context())
	require.NoError(t, err)
}

// An asynchronous standby may lack the last moments when it takes the place of the primary. A process that is started
// then does again, under the same keys, what was done in these moments, and nothing else.
func TestAnAsynchronousFailoverHasStepsRepeated(t *testing.T) {
	t.Parallel()
	b := newLaggard(t, 5*time.Second)
	close(b.late) // the process ends once its steps have
	b.shut()
	b.failover(t)
	b.end(t, runstest.Carry(t, openAt(t, b.dsn, postgres.Config{}), b.press.Executor(), b.config).Client)
	for _, h := range b.books {
		for number := known; number < made; number++ {
			require.GreaterOrEqual(t, b.press.Times(h.ID(), number), 2, "page %d was lost", number)
		}
		steps, err := h.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, pages)
	}
}

// A process that does not know of the failover goes on as if nothing was lost.
func TestRunsInMemoryOutliveAnAsynchronousFailover(t *testing.T) {
	t.Parallel()
	b := newLaggard(t, hour)
	b.failover(t)
	close(b.late)
	b.end(t, b.rt.Client)
}
