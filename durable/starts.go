package durable

import (
	"bytes"
	"context"
	"fmt"

	"github.com/baton-go/baton/durable/store"
)

// groupedStarts is a store into which runs that are started one by one go together. It is for those whose IDs were not
// chosen: nobody else makes a run with the same one, in a transaction of which the end would have to be waited for.
type groupedStarts struct {
	store.Store
	starts *together[store.Run, store.Created]
}

func newStarts(s store.Store) *together[store.Run, store.Created] {
	create := func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
		made, err := s.Create(ctx, runs)
		if err == nil {
			err = answered(made, runs)
		}
		return made, err
	}
	return &together[store.Run, store.Created]{
		do:   create,
		size: func(r store.Run) int { return maxBatchBytes/startBatch + len(r.Input.Data) },
		most: maxBatchBytes,
	}
}

// Create adds one run.
func (s groupedStarts) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	made, err := s.starts.call(ctx, runs[0])
	if err != nil {
		return nil, err
	}
	// It may be there because of a call that failed as far as anybody knew. Its seed is that of no other.
	made.New = made.New || bytes.Equal(made.Run.Seed, runs[0].Seed)
	return []store.Created{made}, nil
}

// answered sees that a store has answered for all runs.
func answered(made []store.Created, runs []store.Run) error {
	if len(made) != len(runs) {
		return fmt.Errorf("the store answered for %d runs of %d", len(made), len(runs))
	}
	return nil
}
