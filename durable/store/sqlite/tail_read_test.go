package sqlite_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// TestReadersSeeTheLogAsItIsAtOneMoment has readers load a run while its records are appended and settled. What it
// published says how many there were.
func TestReadersSeeTheLogAsItIsAtOneMoment(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{Synchronous: sqlite.Off})
	s.SetTailMost(2000)
	runs := leased(t, s, "r", "other")
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 3)
	for range cap(failed) {
		go func() { failed <- watchLog(ctx, s) }()
	}
	run := runs[0]
	for n := int64(1); n <= 600; n++ {
		w := step(run, n)
		switch n % 10 {
		case 0:
			w.Published = fmt.Append(nil, n)
		case 3:
			w.State, w.Revision, w.Release = &store.State{Status: store.Waiting, Due: run.Created}, run.Revision, true
			w.Published = fmt.Append(nil, n)
		case 7:
			require.NoError(t, inTx(t, s, func(in store.Store) error { return tryCommit(ctx, in, w) }))
		}
		commit(t, s, w)
		if w.Release {
			run = claim(t, s, 1).Runs[0].Run
		}
		commit(t, s, step(runs[1], n))
	}
	cancel()
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
}

func watchLog(ctx context.Context, s *sqlite.Store) error {
	seen := 0
	for ctx.Err() == nil {
		h, err := s.Load(context.WithoutCancel(ctx), "r", store.Mark{})
		if err != nil {
			return err
		}
		published := 0
		_, _ = fmt.Sscan(string(h.Run.Published), &published)
		if len(h.Records) < seen || len(h.Records) < published || len(h.Records) > published+7 {
			return fmt.Errorf("there were %d records, now %d; it says %d", seen, len(h.Records), published)
		}
		seen = len(h.Records)
		for i, r := range h.Records {
			if r.N != int64(i+1) {
				return fmt.Errorf("record %d has the number %d", i, r.N)
			}
		}
	}
	return nil
}
