package durable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// What one transaction of an import holds at most.
const (
	bringRecords = 1000
	bringBytes   = 4 << 20
)

// bring puts a whole run into the store, in a few transactions: a row that nobody carries out, its messages, its
// records, and at last the state that has it go on. Called again after it ended in between, it does what is left; if
// the run is there already, it compares.
func (c *Client) bring(ctx context.Context, h *store.History) error {
	text, err := journal.Export(*h)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	b := &bringer{c: c, h: h, mark: store.Payload{Codec: importCodec, Data: sum[:]}}
	b.same = b.compare
	return c.bringAs(ctx, b)
}

func (c *Client) bringAs(ctx context.Context, b *bringer) error {
	h := b.h
	fresh := h.Run
	fresh.State = b.unfinished()
	created, err := c.store.Create(ctx, []store.Run{fresh})
	if err != nil {
		return err
	}
	have := created[0].Run
	for {
		if !b.begun(have) {
			if importing(&have.State) {
				return fmt.Errorf("%w: another history of it was begun to be imported: import that one, or cancel it",
					ErrConflict)
			}
			return b.same(ctx, have)
		}
		if b.descended { // the mark does not say with which input
			if err := b.same(ctx, have); err != nil {
				return err
			}
		}
		if have.Revision == 0 {
			if err := b.send(ctx); err != nil {
				return err
			}
		}
		err := b.append(ctx, have.Revision)
		if !errors.Is(err, store.ErrChanged) && !errors.Is(err, ErrFinished) {
			return err
		}
		if have, err = c.row(ctx, h.Run.ID); err != nil { // somebody imports it, too, or has ended it
			return err
		}
	}
}

// bringer brings one run.
type bringer struct {
	c    *Client
	h    *store.History
	mark store.Payload // what is being imported
	// same is nil if the run that is there is the one that is brought.
	same func(ctx context.Context, have store.Run) error
	// descended says that the run was made of another one: its messages do not have it due before its time.
	descended bool
}

// unfinished is the state of the run until all is there.
func (b *bringer) unfinished() store.State {
	return store.State{Status: store.Paused, Reason: importReason, Result: b.mark}
}

// begun tells whether the run in the store is this one, and not complete.
func (b *bringer) begun(have store.Run) bool {
	return importing(&have.State) && bytes.Equal(have.Result.Data, b.mark.Data)
}

// send sends the messages. Each has a key, so that none is sent twice: its own, or one that is made of its place. Those
// that an earlier import has made are made anew, or one of them could be that of another place.
func (b *bringer) send(ctx context.Context) error {
	for from := 0; from < len(b.h.Messages); from += startBatch {
		batch := make([]store.Message, 0, startBatch)
		for _, m := range b.h.Messages[from:min(from+startBatch, len(b.h.Messages))] {
			if m.Run = b.h.Run.ID; m.Key == "" || strings.HasPrefix(m.Key, importCodec+"/") {
				m.Key = importCodec + "/" + strconv.FormatInt(m.Seq, 10)
			}
			batch = append(batch, m)
		}
		errs, err := b.c.store.Send(ctx, batch)
		if err != nil {
			return err
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

// append adds the records, and with the last of them the state that the run is to have.
func (b *bringer) append(ctx context.Context, revision int64) error {
	for left := b.h.Records; ; revision++ {
		if err := checkContext(ctx); err != nil {
			return err
		}
		n := batchOf(left)
		w := store.Write{Run: b.h.Run.ID, Revision: revision, Records: brought(left[:n])}
		if left = left[n:]; len(left) > 0 {
			s := b.unfinished()
			w.State = &s
		} else {
			b.last(&w)
		}
		if err := b.c.commit(ctx, w); err != nil {
			return err
		}
		if len(left) == 0 {
			b.told(ctx, *w.State)
			return nil
		}
	}
}

// last makes the write the last one. A run that was ever carried out has its first epoch then, which is not accounted
// for: what was done without a record, in lives elsewhere, is not known.
func (b *bringer) last(w *store.Write) {
	s := b.h.Run.State
	s.Settled = 0
	if s.Status == store.Running {
		s.Status, s.Due = store.Waiting, exact(time.Now())
	}
	if b.descended {
		w.Seen = math.MaxInt64
	}
	w.State, w.Release = &s, s.Status.Finished() || !s.Started.IsZero()
}

// told tells that the run is there. One that was made of another has been started; to one that was imported nothing has
// happened that it did not come with.
func (b *bringer) told(ctx context.Context, s store.State) {
	r := b.h.Run
	r.State = s
	if b.descended {
		b.c.tellChange(ctx, 0, r)
	} else {
		b.c.audience.tell(ctx, &fact.Imported{Run: aboutRun(&r), Status: s.Status, Records: len(b.h.Records)})
	}
}

// batchOf is how many of the records go into one transaction.
func batchOf(records []store.Record) int {
	bytes := 0
	for i := range records {
		if i == bringRecords || bytes > bringBytes {
			return i
		}
		r := &records[i]
		bytes += len(r.Action.Data) + len(r.Result.Data) + len(r.Failure.Data)
	}
	return len(records)
}

// brought are records as they are in another run: of its first epoch. That they name no message of its inbox, but one
// of another inbox, is shown by a negative number.
func brought(records []store.Record) []store.Record {
	all := make([]store.Record, len(records))
	for i, r := range records {
		if r.Epoch = 1; r.Kind == store.Step && r.Number > 0 {
			r.Number = -r.Number
		}
		all[i] = r
	}
	return all
}

// compare tells whether the run that is in the store is this one, and has all that it has.
func (b *bringer) compare(ctx context.Context, have store.Run) error {
	want := b.h.Run
	switch {
	case have.Flow != want.Flow, !bytes.Equal(have.Seed, want.Seed), !exact(have.Created).Equal(exact(want.Created)):
		return fmt.Errorf("%w: flow %q, made at %v", ErrConflict, have.Flow, have.Created)
	case have.Generation > want.Generation:
		return nil
	case have.Generation < want.Generation:
		return fmt.Errorf("%w: it is the same, but has not come as far", ErrConflict)
	case want.Status.Finished() && have.Status != want.Status:
		return fmt.Errorf("%w: it is the same, but %s, not %s", ErrConflict, have.Status, want.Status)
	}
	there, err := b.c.history(ctx, want.ID)
	if err != nil {
		return err
	}
	if there.Run.Generation != want.Generation {
		return nil
	}
	known := make(map[int64]*store.Record, len(there.Records))
	for i := range there.Records {
		known[there.Records[i].N] = &there.Records[i]
	}
	for i := range b.h.Records {
		r := &b.h.Records[i]
		if k := known[r.N]; k == nil || !sameRecord(k, r) {
			return fmt.Errorf("%w: it is the same, but its record %d of step %s is another, or is not there",
				ErrConflict, r.N, quote(r.Path))
		}
	}
	return nil
}

func sameRecord(a, b *store.Record) bool {
	return a.Kind == b.Kind && a.Path == b.Path && a.Name == b.Name && bytes.Equal(a.Digest, b.Digest) &&
		samePayload(a.Result, b.Result) && samePayload(a.Failure, b.Failure) &&
		(a.Kind == store.Step || a.Number == b.Number)
}

func samePayload(a, b store.Payload) bool { return a.Codec == b.Codec && bytes.Equal(a.Data, b.Data) }
