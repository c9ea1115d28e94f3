package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
	"github.com/baton-go/baton/orchestrate"
)

// scribe writes pages, each time another one, and knows of each run and page what was written when its first one was.
type scribe struct {
	paper chan struct{}
	waits atomic.Int64

	mu      sync.Mutex
	written int
	first   map[string]int
}

// sheet is a page of a letter.
type sheet struct {
	actions.Returns[int]
	Number int
}

// key is that of a sheet of a run.
func (sheet) key(run string, number int) string { return fmt.Sprint(run, "/", number) }

// letter is a flow of ten sheets, of which the sixth needs paper.
var letter = durable.Define("letter", func(y actions.Yield, _ int) (n int, err error) {
	for n = 0; n < 10 && err == nil; n++ {
		_, err = orchestrate.Do(y, sheet{Number: n})
	}
	return n, err
})

func (s *scribe) write(ctx context.Context, a sheet) (int, error) {
	key := a.key(executor.StepFrom(ctx).Run(), a.Number)
	s.mu.Lock()
	s.written++
	n := s.written
	if s.first[key] == 0 {
		s.first[key] = n
	}
	s.mu.Unlock()
	if a.Number == 5 {
		s.waits.Add(1)
		select {
		case <-s.paper:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return n, nil
}

// Steps that are under way end in time, because somebody else may have the runs; whoever claims them goes on from the
// last record. Whoever has lost a run without having noticed may write a page once more, but that one counts for
// nothing: what counts was written before anybody went on to the next page.
func TestRunsOutliveAServerThatIsAwayForSeveralLeases(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	const lease = 300 * time.Millisecond
	s := &scribe{paper: make(chan struct{}), first: map[string]int{}}
	var handles []*durable.Handle[int]
	for range 2 { // processes
		st := openAt(t, server.DSN(), postgres.Config{})
		rt := runstest.Carry(t, st, executor.NewMux(executor.On(s.write)), durable.Config{
			Flows: durable.Flows(letter), Lease: lease, Log: slog.New(slog.DiscardHandler),
		})
		more, err := letter.StartMany(t.Context(), rt, make([]int, 4), nil)
		require.NoError(t, err)
		handles = append(handles, more...)
	}
	until(t, func() bool { return int(s.waits.Load()) >= len(handles) })
	require.NoError(t, server.Stop(true))
	<-time.After(5 * lease)
	require.NoError(t, server.Restart())
	close(s.paper)
	for _, h := range handles {
		until(t, func() bool { // those who wait are told that the store fails, if it does
			n, err := h.Result(t.Context())
			return err == nil && n == 10
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range handles {
		steps, err := h.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 10)
		for number, step := range steps[:9] {
			counts, err := strconv.Atoi(string(step.Result))
			require.NoError(t, err)
			next := s.first[sheet{}.key(h.ID(), number+1)]
			require.Less(t, counts, next, "sheet %d of %s was written again after its record", number, h.ID())
		}
	}
}

func TestRunsOutliveAServerThatHasNoConnectionLeft(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	root := openAt(t, server.DSN(), postgres.Config{Schema: "another"})
	sql(t, root, "CREATE ROLE app LOGIN SUPERUSER")
	s := openAt(t, server.DSN()+" user=app", postgres.Config{})
	sql(t, root, "ALTER ROLE app NOSUPERUSER; "+
		"GRANT USAGE ON SCHEMA baton TO app; GRANT ALL ON ALL TABLES IN SCHEMA baton TO app")
	runstest.Outlive(t, s, 100, func() func() {
		sql(t, root, "ALTER ROLE app CONNECTION LIMIT 0")
		require.NoError(t, terminate(t.Context(), root, "usename = 'app'"))
		return func() { sql(t, root, "ALTER ROLE app CONNECTION LIMIT -1") }
	})
}

func TestRunsOutliveAServerThatIsReadOnlyForAWhile(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	root := openAt(t, server.DSN(), postgres.Config{Schema: "another"})
	// Whatever it is that makes a server read-only, sessions are what notices.
	readOnly := func(is string) {
		sql(t, root, "ALTER ROLE app SET default_transaction_read_only = "+is)
		require.NoError(t, terminate(t.Context(), root, "usename = 'app'"))
	}
	sql(t, root, "CREATE ROLE app LOGIN SUPERUSER")
	runstest.Outlive(t, openAt(t, server.DSN()+" user=app", postgres.Config{}), 100, func() func() {
		readOnly("on")
		return func() { readOnly("off") }
	})
}

// A server, or a role, may have limits for how long something takes.
func TestRunsOutliveTimeoutsOfTheServer(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{"lock_timeout": "55P03", "statement_timeout": "57014"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := postgres.Config{Schema: schema()}
			free := openAt(t, pgserver.DSN(t), c)
			run := leased(t, free, "r")[0]
			s := openAt(t, pgserver.DSN(t)+" "+name+"=1000", c)
			lock := func() pgx.Tx {
				tx, err := free.Pool().Begin(t.Context())
				require.NoError(t, err)
				_, err = tx.Exec(t.Context(), free.Statement("SELECT FROM baton.runs FOR UPDATE"))
				require.NoError(t, err)
				return tx
			}
			tx := lock()
			require.ErrorContains(t, tryCommit(t.Context(), s, step(run, 1)), says)
			require.NoError(t, tx.Rollback(t.Context()))
			require.NoError(t, patiently(t.Context(), func(ctx context.Context) error {
				return tryCommit(ctx, s, step(run, 1))
			}))
			runstest.Outlive(t, s, 100, func() func() {
				tx := lock()
				return func() { require.NoError(t, tx.Rollback(t.Context())) }
			})
		})
	}
}

// A handler that dawdles in its transaction loses it, if the server says so, and is called again.
func TestAHandlerWhoseTransactionTheServerEndsHasWrittenNothing(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	var calls atomic.Int64
	dawdle := postgres.Transact(b.Store, func(ctx context.Context, tx pgx.Tx, p pay) (id int64, err error) {
		id, err = b.pay(ctx, tx, p)
		if calls.Add(1) == 1 {
			_, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 100")
			for err == nil { // until the server has ended it
				<-time.After(300 * time.Millisecond)
				_, err = tx.Exec(ctx, "SELECT 1")
			}
		}
		return id, err
	})
	flow := durable.Define("dawdles", func(y actions.Yield, _ int) (int64, error) {
		for {
			id, err := orchestrate.Do(y, pay{Cents: 1})
			if err == nil || errors.Is(err, context.Canceled) {
				return id, err
			}
		}
	})
	rt := runstest.Carry(t, b, executor.NewMux(dawdle), durable.Config{Flows: durable.Flows(flow)})
	h, err := flow.Start(t.Context(), rt, 0)
	require.NoError(t, err)
	_, err = h.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, b.paid(t))
	require.GreaterOrEqual(t, calls.Load(), int64(2))
}
