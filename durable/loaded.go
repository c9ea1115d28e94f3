package durable

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// loaded is a run that this process has a lease of: one life of it, in one epoch.
type loaded struct {
	rt    *Runtime
	def   *definition
	queue *queue // nil: one without limits
	id    string
	epoch int64

	// life ends when nothing of the run may go on in this process, ctx when the run is cancelled or too late as well.
	life, ctx context.Context
	end       context.CancelCauseFunc
	cancel    context.CancelCauseFunc

	journal  atomic.Pointer[journal.Journal] // of the generation; nil before the first
	revision atomic.Int64
	past     past        // how earlier lives have ended; set before the flow is called
	gotOn    atomic.Bool // this life has left a record, or it was on trial for long enough
	resting  atomic.Bool // every strand waits; changes under the runtime's lock
	parental atomic.Bool // there may be children
	told     atomic.Bool // that ctx had ended, when the run was unloaded
	lost     atomic.Bool // the lease was, and somebody was told
	news     publisher

	// Of the goroutine that carries the run out:
	under  context.Context // ctx, as sinks and hooks want it
	begun  *fact.LifeBegan // nil: nobody wants to know
	status Status          // that the run was left with
	why    error           // it was left
	veto   error           // of a hook

	// Under the runtime's lock:
	place     *list.Element // on the idle list
	idleSince time.Time
	until     time.Time // when the lease ends
	renewed   int       // the round in which it was renewed last
	leaving   bool      // its last write is under way
	turn      chan bool // of a suspect in the queue: whether it may be tried now
	tryAt     time.Time // when that may be at the earliest

	mu        sync.Mutex
	row       store.Run
	noticed   bool // that it is to be cancelled
	draining  bool
	lookLater bool // something came before there was a journal
}

// newLoaded makes a run of what was claimed.
func (rt *Runtime) newLoaded(h *store.History, until time.Time) *loaded {
	row := h.Run
	l := &loaded{
		rt: rt, def: rt.flows[row.Flow], queue: rt.queues[row.Queue], id: row.ID, epoch: row.Epoch, until: until, row: row,
	}
	l.row.Input = store.Payload{} // the history has it
	l.revision.Store(row.Revision)
	l.life, l.end = context.WithCancelCause(context.WithValue(rt.life, loadedKey{}, l))
	ctx, cancel := context.WithCancelCause(l.life)
	l.cancel = cancel
	if row.Deadline.IsZero() {
		l.ctx = ctx
	} else {
		var stop context.CancelFunc
		l.ctx, stop = context.WithDeadlineCause(ctx, row.Deadline, errLate(l.id))
		l.cancel = func(cause error) {
			cancel(cause)
			stop()
		}
	}
	l.ctx = withShield(l.ctx, l.life)
	return l
}

type loadedKey struct{}

// loadedFrom returns the run that a context is in.
func loadedFrom(ctx context.Context) *loaded {
	l, _ := ctx.Value(loadedKey{}).(*loaded)
	return l
}

// carryOut is the life of the run, on a goroutine of its own.
func (l *loaded) carryOut(h *store.History) {
	defer l.rt.gone(l)
	defer l.news.stop()
	l.begin(h)
	defer l.ended()
	l.rt.misfits.claimed(h.Run)
	l.past = pastOf(h)
	if held(&h.Run, time.Now()) {
		l.sitOut()
		return
	}
	if l.past.guilty() {
		l.block(l.past.reason()) // nobody else is to try
		return
	}
	l.parental.Store(mayHaveChildren(h))
	if l.past.suspect() && !l.tried(h) {
		return
	}
	if !l.admitted(h) {
		return
	}
	l.saw(h.Run)
	for h != nil {
		h = l.generation(h)
	}
}

// generation carries the run out from its first line until it ends or stops. If it continues as new, the result is what
// it continues with.
func (l *loaded) generation(h *store.History) *store.History {
	config, err := l.journalConfig(h)
	var j *journal.Journal
	if err == nil {
		j, err = journal.New(config)
	}
	if err != nil {
		l.block(err.Error())
		return nil
	}
	l.listens(j)
	if why := l.uncalledFor(); why != nil {
		l.stopped(j, why)
		return nil
	}
	if l.veto != nil && l.untouched(h) {
		l.finish(j, nil, l.veto)
		return nil
	}
	input := h.Run.Input
	result, err := journal.Run(l.under, j, func(y actions.Yield) (any, error) {
		return l.def.run(y, func(into any) error { return l.rt.codecs.Decode(input, into) })
	})
	if why := j.Close(); why != nil {
		l.stopped(j, why)
		return nil
	}
	if next, ok := errors.AsType[*continuedError](err); ok {
		return l.continueAsNew(j, next)
	}
	if bad, ok := errors.AsType[*badInputError](err); ok {
		l.block(bad.Error())
		return nil
	}
	l.finish(j, result, err)
	return nil
}

func (l *loaded) journalConfig(h *store.History) (journal.Config, error) {
	c := &l.rt.config
	j := journal.Config{
		Executor: floor{l}, Log: l, Codecs: l.rt.codecs, Errors: l.rt.errors,
		Records: h.Records, Messages: h.Messages, Started: h.Run.Started, Resumed: h.Run.Epoch > 1,
		Treat: l.def.treat(c.Treat), MaxPayload: c.MaxPayload, MaxSteps: c.MaxSteps,
		OnIdle: func() { l.rt.rest(l) }, OnAside: l.aside,
	}
	return j, identify(&j, &h.Run)
}

// stopped deals with a run that did not come to its end.
func (l *loaded) stopped(j *journal.Journal, why error) {
	mismatch, mismatched := errors.AsType[*journal.MismatchError](why)
	runaway, ranAway := errors.AsType[*journal.RunawayError](why)
	exit, exited := errors.AsType[*journal.ExitError](why)
	switch {
	case errors.Is(why, journal.ErrUnloaded):
		l.release(j)
	case errors.Is(why, ErrClosed):
		l.interrupted()
	case errors.Is(why, store.ErrFenced):
		l.why = why
		l.lose(why)
		l.endStrays()
	case l.life.Err() != nil:
		l.why = why
		l.notDone(combinators.LevelInfo, "carry the run on", why)
		l.endStrays()
	case mismatched:
		l.block(mismatch.Error())
	case errors.Is(why, store.ErrCorrupt):
		l.block(why.Error())
	case ranAway:
		l.finish(j, nil, runaway)
	case exited:
		l.retry(exit) // it is on record, so that the next life sees it
	default:
		l.retry(why)
	}
}

// Append implements journal.Log.
func (l *loaded) Append(_ context.Context, e journal.Entry) error {
	l.rt.stir(l)
	w := l.Write(e)
	w.Published = l.news.take()
	err := l.rt.commits.commit(l.life, w)
	if err != nil {
		l.stop(err)
	} else if !l.gotOn.Load() {
		l.getsOn()
	}
	return err
}

// Write makes the write of an entry, for a transaction of somebody else's.
func (l *loaded) Write(e journal.Entry) store.Write {
	for i := range e.Records {
		e.Records[i].Epoch = l.epoch
	}
	return store.Write{Run: l.id, Epoch: l.epoch, Records: e.Records, Consumed: e.Consumed}
}

// stop ends the life of the run in this process: nothing is written any more, and handlers are told.
func (l *loaded) stop(cause error) {
	if errors.Is(cause, store.ErrFenced) {
		l.lose(cause)
	}
	l.end(cause)
	if j := l.journal.Load(); j != nil {
		j.Kill(cause)
	}
}

// drain has the run stop where it can be left alone.
func (l *loaded) drain() {
	l.mu.Lock()
	l.draining = true
	l.mu.Unlock()
	l.told.Store(l.ctx.Err() != nil)
	if j := l.journal.Load(); j != nil && !j.Unload() {
		j.Drain()
	}
	l.rt.unqueue(l)
}

// saw takes in the row as it was read from the store.
func (l *loaded) saw(row store.Run) {
	if row.Epoch != l.epoch || row.Owner != l.rt.owner {
		l.rt.mu.Lock()
		leaving := l.leaving
		l.rt.mu.Unlock()
		if !leaving {
			l.stop(l.rt.lost(row))
		}
		return
	}
	l.mu.Lock()
	if row.Revision >= l.row.Revision {
		l.row.State, l.row.Lease = row.State, row.Lease
		l.revision.Store(row.Revision)
	}
	cancel := !row.Cancelled.IsZero() && !l.noticed
	l.noticed = l.noticed || cancel
	pause := !l.draining && held(&row, time.Now())
	l.mu.Unlock()
	if cancel {
		l.cancelled(l.rt.cancelReason(row))
	}
	if pause {
		l.drain()
	}
}

// current is the row as far as it is known.
func (l *loaded) current() store.Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.row
}

// seen is the Seq of the last message that the run was given.
func (l *loaded) seen() int64 {
	if j := l.journal.Load(); j != nil {
		return j.Seen()
	}
	return 0
}
