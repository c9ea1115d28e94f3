package durable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// What one transaction holds at most, so that none keeps all others waiting for long.
const (
	maxBatch      = 256
	maxBatchBytes = 4 << 20
)

// committer makes the writes of all runs durable, as many in a transaction as come while another one is under way.
// Whoever comes first leads: it commits its own write at once, on its own goroutine. Those who come meanwhile queue,
// and the first of them leads next, with the writes of the others in its transaction. A lone run thus waits for nobody.
//
// It is safe for concurrent use.
type committer struct {
	store store.Store
	// ctx is that of all transactions: one run that goes away does not end the transaction of others.
	ctx    context.Context
	outage *outage

	mu      sync.Mutex
	leading bool // somebody commits; while nobody does the queue is empty
	queue   []*waiting
	pool    sync.Pool

	// Of whoever leads:
	group  []*waiting
	writes []store.Write
}

// waiting is a write in the queue, or in somebody's transaction.
type waiting struct {
	write store.Write
	alone bool          // in a transaction of its own
	wake  chan struct{} // holds one signal: it leads, or it is done

	// Under the committer's lock:
	leads, done bool
	err, failed error
}

func newCommitter(ctx context.Context, s store.Store, o *outage) *committer {
	c := &committer{store: s, ctx: ctx, outage: o}
	c.pool.New = func() any { return &waiting{wake: make(chan struct{}, 1)} }
	return c
}

// commit returns once the write is durable, or will not be: the error is then the store's about this write, or why ctx
// is done. While the store as a whole fails it is tried again, so a write with a State may get an error because it was
// made before: whoever makes such a write looks.
func (c *committer) commit(ctx context.Context, w store.Write) error {
	err, failed := c.once(ctx, w, false)
	if failed == nil {
		return err
	}
	return c.again(ctx, w, failed)
}

// again tries until the store is back, each time in a transaction of its own: what a store refuses for its own sake
// does not keep others from being written.
func (c *committer) again(ctx context.Context, w store.Write, failed error) error {
	for n := 0; ; n++ {
		if errors.Is(failed, store.ErrClosed) {
			return failed // it does not come back
		}
		c.outage.failed(ctx, "commit", failed)
		if !c.outage.wait(ctx, n) {
			return context.Cause(ctx)
		}
		var err error
		if err, failed = c.once(ctx, w, true); failed == nil {
			c.outage.over(ctx)
			return err
		}
	}
}

// once has the write made, or not, in the next transaction. failed says that the transaction was not committed, as far
// as anybody knows.
func (c *committer) once(ctx context.Context, w store.Write, alone bool) (err, failed error) {
	if ctx.Err() != nil {
		return context.Cause(ctx), nil
	}
	c.mu.Lock()
	if !c.leading {
		c.leading = true
		c.mu.Unlock()
		made, err, failed := c.alone(w)
		c.tell(made)
		return err, failed
	}
	p := c.pool.Get().(*waiting)
	p.write, p.alone = w, alone
	c.queue = append(c.queue, p)
	c.mu.Unlock()

	select {
	case <-p.wake:
	case <-ctx.Done():
		if c.abandon(p) {
			return context.Cause(ctx), nil
		}
		<-p.wake
	}
	if p.leads {
		c.tell(c.lead(p))
	}
	err, failed = p.err, p.failed
	*p = waiting{wake: p.wake}
	c.pool.Put(p)
	return err, failed
}

// alone commits a single write, and leaves the lead to the next. What it returns first is to be told: once others may
// go on.
func (c *committer) alone(w store.Write) (made *fact.Committed, err, failed error) {
	defer func() { // also if the store exits the goroutine
		c.mu.Lock()
		defer c.mu.Unlock()
		c.handOver()
	}()
	c.writes = append(c.writes[:0], w)
	errs, made, failed := c.transact(c.writes)
	c.writes[0] = store.Write{}
	return made, at(errs, 0), failed
}

// abandon takes the write out of the queue, or leaves it in the transaction that it is in. It is false if there is a
// signal to be heard.
func (c *committer) abandon(p *waiting) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.leads || p.done {
		return false
	}
	if i := slices.Index(c.queue, p); i >= 0 {
		c.queue = slices.Delete(c.queue, i, i+1)
	}
	return true
}

// lead commits the write of p, and with it what is in the queue. What it returns is to be told.
func (c *committer) lead(p *waiting) (made *fact.Committed) {
	c.mu.Lock()
	c.gather(p)
	c.mu.Unlock()
	for _, p := range c.group {
		c.writes = append(c.writes, p.write)
	}
	var errs []error
	failed := errExited // unless it returns
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, q := range c.group {
			q.err, q.failed, q.done = at(errs, i), failed, true
			if q != p {
				q.wake <- struct{}{}
			}
		}
		clear(c.group)
		c.group = c.group[:0]
		c.handOver()
	}()
	errs, made, failed = c.transact(c.writes)
	clear(c.writes)
	c.writes = c.writes[:0]
	return made
}

var errExited = errors.New("the store exited the goroutine")

// gather moves p, and as many as may be from the queue, into the group of the next transaction.
func (c *committer) gather(p *waiting) {
	c.writes = c.writes[:0]
	c.group = append(c.group[:0], p)
	if p.alone {
		return
	}
	bytes := size(p.write)
	left := c.queue[:0]
	for _, q := range c.queue {
		if !q.alone && len(c.group) < maxBatch && bytes < maxBatchBytes {
			bytes += size(q.write)
			c.group = append(c.group, q)
		} else {
			left = append(left, q)
		}
	}
	clear(c.queue[len(left):])
	c.queue = left
}

// handOver makes the first of the queue the next leader. The caller holds the lock.
func (c *committer) handOver() {
	if len(c.queue) == 0 {
		c.leading = false
		return
	}
	p := c.queue[0]
	c.queue = slices.Delete(c.queue, 0, 1)
	p.leads = true
	p.wake <- struct{}{}
}

// tell tells of a transaction, if somebody wants to know.
func (c *committer) tell(made *fact.Committed) {
	if made != nil {
		c.outage.told.tell(c.ctx, made)
	}
}

// transact is the store's Commit, also if that panics.
func (c *committer) transact(writes []store.Write) (errs []error, made *fact.Committed, err error) {
	var began time.Time
	if c.outage.told.listens(c.ctx, combinators.LevelOff) {
		began = time.Now()
	}
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
	}()
	errs, err = c.store.Commit(c.ctx, writes)
	if err == nil && len(errs) != 0 && len(errs) != len(writes) {
		err = fmt.Errorf("the store answered %d writes with %d errors", len(writes), len(errs))
	}
	if err == nil && !began.IsZero() {
		made = &fact.Committed{Writes: len(writes), Took: time.Since(began)}
		for i := range writes {
			made.Records += len(writes[i].Records)
			if at(errs, i) != nil {
				made.Refused++
			}
		}
	}
	return errs, made, err
}

func at(errs []error, i int) error {
	if i < len(errs) {
		return errs[i]
	}
	return nil
}

// size is about how many bytes a write has.
func size(w store.Write) int {
	n := len(w.Published)
	for i := range w.Records {
		r := &w.Records[i]
		n += len(r.Action.Data) + len(r.Result.Data) + len(r.Failure.Data)
	}
	for i := range w.Send {
		n += len(w.Send[i].Payload.Data)
	}
	if w.State != nil {
		n += len(w.State.Result.Data) + len(w.State.Failure.Data)
	}
	if w.Restart != nil {
		n += len(w.Restart.Data)
	}
	return n
}
