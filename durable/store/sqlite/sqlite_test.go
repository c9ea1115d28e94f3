package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestARunGoesItsWay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	defer s.Close()
	created := time.Date(2030, 1, 2, 3, 4, 5, 6000, time.UTC)
	run := store.Run{
		ID: "r", Flow: "f", Version: "v", Input: store.Payload{Codec: "json", Data: []byte("1")}, Parent: "p",
		OnParentClose: store.Abandon, Queue: "q", Priority: -3, Labels: map[string]string{"a": "b", "c": ""},
		Created: created, Deadline: created.Add(time.Hour), Retention: -1,
		State:     store.State{Status: store.Pending, Due: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)},
		Published: []byte("x"),
	}
	made, err := s.Create(ctx, []store.Run{run, run})
	require.NoError(t, err)
	require.Equal(t, []store.Created{{Run: run, New: true}, {Run: run}}, made)

	claim := store.Claim{Owner: "o", Lease: time.Hour, Max: 5, Flows: []string{"f", "g"}}
	c, err := s.Claim(ctx, claim)
	require.NoError(t, err)
	require.Len(t, c.Runs, 1)
	require.Zero(t, c.Next)
	got := c.Runs[0].Run
	require.Equal(t, store.Lease{Owner: "o", Epoch: 1, Revision: 1}, got.Lease)
	h, err := s.Load(ctx, "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, got, h.Run)

	rec := store.Record{N: 1, Kind: store.Step, Path: "1", Name: "n", Number: 7, Epoch: 1}
	rec.Result = store.Payload{Codec: "json", Data: []byte("2")}
	for range 2 {
		errs, err := s.Commit(ctx, []store.Write{{Run: "r", Epoch: 1, Records: []store.Record{rec}}})
		require.NoError(t, err)
		require.Nil(t, errs)
	}
	errs, err := s.Commit(ctx, []store.Write{{Run: "r", Epoch: 2, Records: []store.Record{rec}}})
	require.NoError(t, err)
	require.Equal(t, []error{store.ErrFenced}, errs)
	errs, err = s.Send(ctx, []store.Message{
		{Run: "r", Name: "e", Key: "k"}, {Run: "r", Name: "e", Key: "k"}, {Run: "no"},
	})
	require.NoError(t, err)
	require.Equal(t, []error{nil, nil, store.ErrNotFound}, errs)
	held, err := s.Renew(ctx, "o", time.Minute)
	require.NoError(t, err)
	require.Equal(t, []store.Held{{Run: "r", Epoch: 1, Revision: 1, Messages: 1}}, held)
	errs, err = s.Commit(ctx, []store.Write{
		{Run: "r", Epoch: 1, State: &store.State{Status: store.Waiting}, Revision: 1, Release: true},
	})
	require.NoError(t, err)
	require.Nil(t, errs)
	c, err = s.Claim(ctx, claim)
	require.NoError(t, err)
	require.Len(t, c.Runs, 1)
	require.Len(t, c.Runs[0].Records, 1)
	require.Len(t, c.Runs[0].Messages, 1)
	end := store.State{
		Status: store.Completed, Started: created, Finished: created.Add(time.Second), Expires: created,
	}
	errs, err = s.Commit(ctx, []store.Write{
		{Run: "r", Epoch: 2, Consumed: []int64{1}, State: &end, Revision: 3, Release: true},
	})
	require.NoError(t, err)
	require.Nil(t, errs)
	counts, err := s.Count(ctx, store.Query{})
	require.NoError(t, err)
	require.Equal(t, map[store.Status]store.Count{store.Completed: {Runs: 1, Took: time.Second}}, counts)
	for _, q := range []store.Query{
		{},
		{Expired: created},
		{IDs: []string{"r"}},
		{Statuses: []store.Status{store.Completed}},
		{Labels: map[string]string{"a": "b"}},
		{Parent: "p"},
		{Flows: []string{"f"}},
	} {
		runs, err := s.List(ctx, q)
		require.NoError(t, err)
		require.Len(t, runs, 1)
	}
	n, err := s.Delete(ctx, []string{"r", "no"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
