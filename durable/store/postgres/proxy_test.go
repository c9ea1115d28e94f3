package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
	"github.com/baton-go/baton/orchestrate"
)

// behind opens a store behind a real PgBouncer that gives each transaction a session of its own.
func behind(tb testing.TB, c postgres.Config) *postgres.Store {
	tb.Helper()
	if c.Schema == "" {
		c.Schema = schema()
	}
	c.PollOnly = true
	return openAt(tb, pgserver.ProxyDSN(tb), c)
}

func TestPostgreSQLIsAStoreBehindPgBouncer(t *testing.T) {
	t.Parallel()
	pgserver.ProxyDSN(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return behind(t, postgres.Config{})
	})
}

func TestNothingIsLostBehindPgBouncerWhenTheProcessIsKilled(t *testing.T) {
	dsn := pgserver.ProxyDSN(t)
	t.Setenv(pgserver.Variable, pgserver.DSN(t)) // for the processes that are killed
	t.Setenv(pgserver.ProxyVariable, dsn)
	durabletest.Crash(t, durabletest.Crashes{
		Open: func(ctx context.Context, _ string) (store.Store, error) {
			return postgres.OpenConfig(ctx, dsn, postgres.Config{Schema: "crash behind", PollOnly: true})
		},
		Kills: 10,
	})
}

func TestProcessesBehindPgBouncerFindWhatOthersDid(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	runstest.Converse(t, behind(t, c), behind(t, c), durable.Config{Lease: time.Second})
}

func TestRuntimesBehindPgBouncerShareRuns(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	flow := durable.Define("payments", func(y actions.Yield, times int) (last int64, err error) {
		for range times {
			if last, err = orchestrate.Do(y, pay{Cents: 1}); err != nil {
				return last, err
			}
		}
		return last, nil
	})
	var all []*durable.Runtime
	for range 3 {
		s := behind(t, postgres.Config{Schema: b.schema})
		all = append(all, runstest.Carry(t, s, executor.NewMux(postgres.Transact(s, b.pay)), durable.Config{
			Flows: durable.Flows(flow), MaxConcurrent: 8,
		}))
	}
	const runs, times = 30, 4
	var waits sync.WaitGroup
	errs := make([]error, runs)
	for i := range runs {
		waits.Go(func() {
			h, err := flow.Start(t.Context(), all[i%len(all)], times)
			if err == nil {
				_, err = h.Result(t.Context())
			}
			errs[i] = err
		})
	}
	waits.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, runs*times, b.paid(t), "each payment is made once, with its record")
}
