package durable

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/baton-go/baton/durable/store"
)

// startBatch is how many runs StartMany puts into a transaction.
const startBatch = 500

// Start starts a run of the flow: once it returns nil the run is in the store, and whichever runtime on this store
// knows the flow carries it out. The context is for starting it, not for the run.
//
// With a chosen ID ([WithID]) Start is idempotent. If there is a run with this ID, of the same flow and with the same
// input, that is the one that the handle is for, whatever it has come to and with whatever options it was started, and
// [Handle.New] is false. If it is another one the error is a [ConflictError]. Inputs are the same if their encodings
// are, or else if they are deeply equal once they are decoded again; of a run that has continued as new
// ([ContinueAsNew]) the first input is not known any more, and the flow alone is compared. An ID is free again when its
// run was deleted.
//
// If the error is one of the store, the run may have been started, or not: with a chosen ID, start it again.
func (f Flow[In, Out]) Start(ctx context.Context, c Starter, in In, opts ...StartOption) (*Handle[Out], error) {
	handles, err := f.start(ctx, c, nil, []In{in}, func(int, In) []StartOption { return opts })
	if err != nil {
		return nil, err
	}
	return handles[0], nil
}

// StartMany starts a run for each input, hundreds in one transaction; opts, if not nil, says how each is to be started.
// It returns a handle for each, in order. Inputs and options are all checked before the first run is started.
//
// Runs that are there already are as with [Flow.Start]. Those that conflict have no handle, nil in their place, and
// the error joins all their ConflictErrors: the others have been started. After an error of the store, what comes later
// has no handles either.
func (f Flow[In, Out]) StartMany(
	ctx context.Context, c Starter, ins []In, opts func(i int, in In) []StartOption,
) ([]*Handle[Out], error) {
	if opts == nil {
		opts = func(int, In) []StartOption { return nil }
	}
	return f.start(ctx, c, nil, ins, opts)
}

// StartTx starts a run within a transaction of the caller's: the run is there if the caller commits. The store says of
// what type tx is, a *sql.Tx for instance; one that has no transactions to share is an error that is
// errors.ErrUnsupported. Until the commit, the handle finds no run. See [Flow.Start] for the rest, and [Client.Within]
// for whatever else is to be part of the transaction.
func (f Flow[In, Out]) StartTx(
	ctx context.Context, c Starter, tx any, in In, opts ...StartOption,
) (*Handle[Out], error) {
	if tx == nil {
		return nil, errors.New("start a run: the transaction is nil")
	}
	handles, err := f.start(ctx, c, tx, []In{in}, func(int, In) []StartOption { return opts })
	if err != nil {
		return nil, err
	}
	return handles[0], nil
}

func (f Flow[In, Out]) start(
	ctx context.Context, s Starter, tx any, ins []In, opts func(i int, in In) []StartOption,
) ([]*Handle[Out], error) {
	c, err := clientOf(s)
	if err == nil && f.def == nil {
		err = errUndefined
	}
	if err != nil {
		return nil, fmt.Errorf("start a run: %w", err)
	}
	to, err := c.within(tx)
	if err != nil {
		return nil, f.def.notStarted(err)
	}
	runs := make([]store.Run, len(ins))
	for i, in := range ins {
		options := gather(opts(i, in))
		runs[i], err = c.newRun(f.def, in, options)
		if err == nil && len(ins) == 1 && tx == nil && c.starts != nil && options.id == "" {
			to = groupedStarts{to, c.starts}
		}
		if err == nil {
			err = c.mayStart(ctx, to, runs[i])
		}
		if err != nil {
			if len(ins) > 1 {
				err = fmt.Errorf("input %d: %w", i, err)
			}
			return nil, f.def.notStarted(err)
		}
	}
	if err := parentsLive(ctx, to, runs); err != nil {
		return nil, f.def.notStarted(err)
	}
	release, err := c.admit(ctx, runs)
	if err != nil {
		return nil, f.def.notStarted(err)
	}
	defer release()
	c.links(ctx, runs)
	created, err := c.create(ctx, to, f.def, runs)
	if tx == nil {
		c.tellCreated(ctx, created)
	}
	handles := make([]*Handle[Out], len(ins))
	for i, made := range created {
		if made.Run.ID != "" {
			handles[i] = &Handle[Out]{c: c, id: made.Run.ID, made: made.New}
		}
	}
	if tx == nil {
		err = errors.Join(err, c.endOrphans(ctx, to, runs))
	}
	return handles, err
}

// newRun is a run that is to be started.
func (c *Client) newRun(d *definition, in any, o startOptions) (store.Run, error) {
	r, err := c.bareRun(d, o)
	if err == nil {
		r.Input, err = c.encode("input", in)
	}
	return r, err
}

// bareRun is a run without an input.
func (c *Client) bareRun(d *definition, o startOptions) (store.Run, error) {
	now := exact(time.Now())
	r := store.Run{Flow: d.name, Version: d.version, Retention: c.retention, Seed: make([]byte, 16)}
	r.Status = store.Pending
	if err := o.apply(&r, now); err != nil {
		return r, err
	}
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return r, err
		}
		r.ID = id.String()
	}
	rand.Read(r.Seed) // never fails
	return r, nil
}

// mayStart refuses a run that could not be in time, unless it was started when it could.
func (c *Client) mayStart(ctx context.Context, to store.Store, r store.Run) error {
	late := inTime(r)
	if late == nil {
		return nil
	}
	found, err := to.List(ctx, store.Query{IDs: []string{r.ID}, Limit: 1})
	if err == nil && len(found) == 0 {
		err = late
	}
	return err
}

// create adds runs to a store. What it returns has a place for each; those that were not started have no ID.
func (c *Client) create(
	ctx context.Context, to store.Store, d *definition, runs []store.Run,
) (created []store.Created, err error) {
	created = make([]store.Created, len(runs))
	var conflicts []error
	for from := 0; from < len(runs); from += startBatch {
		batch := runs[from:min(from+startBatch, len(runs))]
		if err := checkContext(ctx); err != nil {
			return created, errors.Join(append(conflicts, d.notStarted(err))...)
		}
		made, err := to.Create(ctx, batch)
		if err == nil {
			err = answered(made, batch)
		}
		if err != nil {
			return created, errors.Join(append(conflicts, d.notStarted(err))...)
		}
		for i, m := range made {
			if err := c.conflict(d, m, batch[i]); err != nil {
				conflicts = append(conflicts, err)
				continue
			}
			created[from+i] = m
		}
	}
	return created, errors.Join(conflicts...)
}

func (d *definition) notStarted(err error) error {
	return fmt.Errorf("start a run of flow %q: %w", d.name, err)
}
