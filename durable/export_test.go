package durable

import (
	"context"
	"io"
	"log/slog"

	"github.com/baton-go/baton/durable/store"
)

// The bounds of a transaction.
const (
	MaxBatch      = maxBatch
	MaxBatchBytes = maxBatchBytes
)

// MaxCrashes is how many lives of a run may come to nothing.
const MaxCrashes = maxCrashes

// Committer is the committer, to be tested alone.
type Committer struct{ c *committer }

// NewCommitter makes one.
func NewCommitter(ctx context.Context, s store.Store, log *slog.Logger) Committer {
	told, _ := newAudience(log, nil)
	return Committer{newCommitter(ctx, s, &outage{told: &told})}
}

// Commit makes a write.
func (c Committer) Commit(ctx context.Context, w store.Write) error { return c.c.commit(ctx, w) }

// ImportAllWithin is ImportAll with another limit of a history.
func ImportAllWithin(ctx context.Context, c *Client, r io.Reader, limit int64) (int, error) {
	return c.importAll(ctx, r, limit)
}
