package postgres_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// hour is longer than any test.
const hour = time.Hour

var schemas atomic.Int64

// schema is the name of a schema that is not there.
func schema() string { return fmt.Sprintf("test %d", schemas.Add(1)) }

// open opens a store of its own for the test, and closes it.
func open(tb testing.TB, c postgres.Config) *postgres.Store {
	tb.Helper()
	if c.Schema == "" {
		c.Schema = schema()
	}
	return openAt(tb, pgserver.DSN(tb), c)
}

func openAt(tb testing.TB, dsn string, c postgres.Config) *postgres.Store {
	tb.Helper()
	s, err := postgres.OpenConfig(tb.Context(), dsn, c)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// pending is a run that is due.
func pending(id string) store.Run {
	now := time.Now()
	return store.Run{
		ID: id, Flow: "flow", Created: now, Input: store.Payload{Codec: "json", Data: []byte(`"in"`)},
		State: store.State{Status: store.Pending, Due: now.Add(-time.Second)},
	}
}

// leased creates runs that are due, and claims them.
func leased(tb testing.TB, s store.Store, ids ...string) []store.Run {
	tb.Helper()
	runs := make([]store.Run, len(ids))
	for i, id := range ids {
		runs[i] = pending(id)
	}
	_, err := s.Create(tb.Context(), runs)
	require.NoError(tb, err)
	claimed := claim(tb, s, len(ids))
	require.Len(tb, claimed.Runs, len(ids))
	for _, h := range claimed.Runs {
		for i, id := range ids {
			if h.Run.ID == id {
				runs[i] = h.Run
			}
		}
	}
	return runs
}

func claim(tb testing.TB, s store.Store, most int) store.Claimed {
	tb.Helper()
	c, err := s.Claim(tb.Context(), store.Claim{Owner: "owner", Lease: hour, Max: most, Flows: []string{"flow"}})
	require.NoError(tb, err)
	return c
}

// step is a write that records a step.
func step(run store.Run, n int64) store.Write {
	return store.Write{Run: run.ID, Epoch: run.Epoch, Records: []store.Record{{
		N: n, Epoch: run.Epoch, Kind: store.Step, Path: strconv.FormatInt(n, 10), Name: "charge", Digest: []byte("digest"),
		Result: store.Payload{Codec: "json", Data: []byte(strconv.FormatInt(n, 10))},
	}}}
}

// commit makes writes that must all succeed.
func commit(tb testing.TB, s store.Store, writes ...store.Write) {
	tb.Helper()
	require.NoError(tb, tryCommit(tb.Context(), s, writes...))
}

func tryCommit(ctx context.Context, s store.Store, writes ...store.Write) error {
	errs, err := s.Commit(ctx, writes)
	if err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers are those of the records of a run.
func numbers(tb testing.TB, s store.Store, id string) []int64 {
	tb.Helper()
	h, err := s.Load(tb.Context(), id, store.Mark{})
	require.NoError(tb, err)
	all := []int64{}
	for _, r := range h.Records {
		all = append(all, r.N)
	}
	return all
}
