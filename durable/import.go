package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// maxHistory is how many bytes one of the histories has at most that ImportAll reads.
const maxHistory = 1 << 30

// Import puts a run into the store that [Client.Export] took from another one, and returns its ID. It is what it was:
// one that has ended has, with its result; one that waits goes on waiting; one that is paused or blocked stays so; one
// that was being carried out goes on from its records as after a crash, as soon as a runtime knows its flow. The keys
// of its steps are the same. So the run must not go on in the other store as well: see [Client.ExportAll].
//
// Importing is idempotent. If the run is there already and has what is to be imported, whatever it has done since,
// nothing changes; if its ID is that of another run, or of this one with less or other records, the error is
// [ErrConflict]. An Import that ended in between, by an error or a crash, leaves a run that is paused, cannot be
// resumed, and says why; importing the same history again completes it, and [Client.Cancel] ends it.
//
// What does not make sense is an error that says what it is. It is not trusted: nothing is decoded but JSON, and the
// run does what its flow does with what the records say, no more.
func (c *Client) Import(ctx context.Context, history []byte) (id string, err error) {
	if err := c.ready(ctx); err != nil {
		return "", fmt.Errorf("import a history: %w", err)
	}
	h, err := journal.Import(history)
	if err != nil {
		return "", err
	}
	if err := checkHistory(&h); err != nil {
		return "", fmt.Errorf("import run %s: %w", quote(h.Run.ID), err)
	}
	if err := c.bring(ctx, &h); err != nil {
		return "", fmt.Errorf("import run %q: %w", h.Run.ID, err)
	}
	return h.Run.ID, nil
}

// ImportAll imports what [Client.ExportAll] has written, one history after the other, and returns how many, also with
// an error. One that conflicts is left out, and the error joins those of all; any other error ends it. It can be
// repeated. A history has at most 1 GiB.
func (c *Client) ImportAll(ctx context.Context, r io.Reader) (n int, err error) {
	return c.importAll(ctx, r, maxHistory)
}

func (c *Client) importAll(ctx context.Context, r io.Reader, limit int64) (n int, err error) {
	bounded := &bounded{from: r, left: limit}
	dec := json.NewDecoder(bounded)
	var conflicts []error
	for read := 1; ; read++ {
		var text json.RawMessage
		bounded.left = limit
		if err := dec.Decode(&text); errors.Is(err, io.EOF) {
			return n, errors.Join(conflicts...)
		} else if err != nil {
			return n, errors.Join(append(conflicts, fmt.Errorf("import history %d: %w", read, err))...)
		}
		_, err := c.Import(ctx, text)
		switch {
		case err == nil:
			n++
		case errors.Is(err, ErrConflict):
			conflicts = append(conflicts, fmt.Errorf("history %d: %w", read, err))
		default:
			return n, errors.Join(append(conflicts, fmt.Errorf("history %d: %w", read, err))...)
		}
	}
}

// bounded is a reader of which no more than so much is read.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("%w: it does not end", ErrTooLarge)
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// importCodec is the codec of what a run has in the place of its result while it is being imported.
const importCodec = reserved + "import"

// importReason is what people are told about it.
const importReason = "its import has not been completed"

var errImporting = errors.New(importReason + ": import it again, or cancel it")

// importing tells whether a run has not been put into the store as a whole.
func importing(s *store.State) bool { return s.Result.Codec == importCodec && !s.Status.Finished() }
