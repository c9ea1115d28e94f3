package runstest

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Owner is who claims, and Flow the flow of all runs.
const (
	Owner = "owner"
	Flow  = "flow"
)

// longLease is that of runs that nobody else is to take over, however slow the machine is.
const longLease = time.Hour

// Pending is a run that is due.
func Pending(id string) store.Run {
	now := time.Now()
	return store.Run{
		ID: id, Flow: Flow, Created: now, Input: store.Payload{Codec: "json", Data: []byte(`"in"`)},
		State: store.State{Status: store.Pending, Due: now.Add(-time.Second)},
	}
}

// Leased creates runs that are due, and claims them. Nothing else is due.
func Leased(tb testing.TB, s store.Store, ids ...string) []store.Run {
	tb.Helper()
	runs := make([]store.Run, len(ids))
	for i, id := range ids {
		runs[i] = Pending(id)
	}
	_, err := s.Create(tb.Context(), runs)
	require.NoError(tb, err)
	claimed := Claim(tb, s, len(ids))
	require.Len(tb, claimed.Runs, len(ids))
	for _, h := range claimed.Runs {
		at := slices.Index(ids, h.Run.ID)
		require.GreaterOrEqual(tb, at, 0, h.Run.ID)
		runs[at] = h.Run
	}
	return runs
}

// Claim claims what is due, for an hour.
func Claim(tb testing.TB, s store.Store, most int) store.Claimed {
	tb.Helper()
	c, err := s.Claim(tb.Context(), store.Claim{Owner: Owner, Lease: time.Hour, Max: most, Flows: []string{Flow}})
	require.NoError(tb, err)
	return c
}

// Step is a write that records a step.
func Step(run store.Run, n int64) store.Write {
	return store.Write{Run: run.ID, Epoch: run.Epoch, Records: []store.Record{{
		N: n, Epoch: run.Epoch, Kind: store.Step, Path: strconv.FormatInt(n, 10), Name: "charge", Digest: []byte("digest"),
		Result: store.Payload{Codec: "json", Data: []byte(strconv.FormatInt(n, 10))},
	}}}
}

// Commit makes writes that must all succeed.
func Commit(tb testing.TB, s store.Store, writes ...store.Write) {
	tb.Helper()
	require.NoError(tb, TryCommit(tb.Context(), s, writes...))
}

// TryCommit makes writes, and returns the first error.
func TryCommit(ctx context.Context, s store.Store, writes ...store.Write) error {
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

// Numbers are those of the records of a run.
func Numbers(tb testing.TB, s store.Store, id string) []int64 {
	tb.Helper()
	h, err := s.Load(tb.Context(), id, store.Mark{})
	require.NoError(tb, err)
	all := []int64{}
	for _, r := range h.Records {
		all = append(all, r.N)
	}
	return all
}
