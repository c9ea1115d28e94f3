package durable

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// errSuperseded is the error of a write that was not made because the row is another one now.
var errSuperseded = errors.New("there is nothing to write any more")

// write makes a write that changes the state of the run: compose makes it of the row as it is known, or says that it is
// not to be made. If somebody else has changed the row meanwhile it is read, and the write composed anew. The store's
// error about it may also say that it was made by an attempt of which nobody heard.
func (l *loaded) write(ctx context.Context, compose func(store.Run) (w store.Write, ok bool)) error {
	published := l.news.take()
	err := l.attempt(ctx, published, compose)
	if errors.Is(err, ErrClosed) { // the run has stopped already: that the runtime closes has nothing to do with it
		err = l.attempt(l.rt.root, published, compose)
	}
	return err
}

func (l *loaded) attempt(
	ctx context.Context, published []byte, compose func(store.Run) (w store.Write, ok bool),
) error {
	for {
		row := l.current()
		w, ok := compose(row)
		if !ok {
			return errSuperseded
		}
		w.Run, w.Epoch, w.Revision, w.Published = l.id, l.epoch, row.Revision, published
		for i := range w.Records {
			w.Records[i].Epoch = l.epoch
		}
		err := l.rt.commits.commit(ctx, w)
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
		if err := l.reread(ctx); err != nil {
			return err
		}
	}
}

// conclude makes the last write of this life. A run that is paused meanwhile stays so, whatever keeps it from going on.
func (l *loaded) conclude(ctx context.Context, compose func(store.Run) store.Write) error {
	l.rt.depart(l)
	var was, left store.Run
	err := l.write(ctx, func(row store.Run) (store.Write, bool) {
		w := compose(row)
		if !w.State.Status.Finished() && w.State.Status != store.Paused {
			stayHeld(&row, w.State, time.Now())
		}
		was, left = row, row
		left.State = *w.State
		return w, true
	})
	if err != nil && l.made(left, err) {
		err = nil
	}
	if err == nil {
		l.status = left.Status
		l.rt.tellChange(l.under, was.Status, left)
	}
	return err
}

// reread reads the row, and sees that it is still ours.
func (l *loaded) reread(ctx context.Context) error {
	var row store.Run
	err := l.rt.outage.insist(ctx, "list", func() (err error) {
		row, err = l.rt.row(ctx, l.id)
		return err
	})
	switch {
	case err != nil:
		return err
	case row.Status.Finished():
		return store.ErrFinished
	case row.Epoch != l.epoch || row.Owner != l.rt.owner:
		return errLost
	}
	l.saw(row)
	return nil
}

// release gives back a run that was unloaded, to be claimed again when there is something to do.
func (l *loaded) release(j *journal.Journal) {
	pending, seen := j.Pending(), j.Seen()
	until, waits := j.Idle()
	l.left("unload", l.conclude(l.life, func(row store.Run) store.Write {
		s := row.State
		s.Status, s.Due = store.Waiting, exact(time.Now())
		l.brokenOff(&s)
		if waits {
			l.accounted(&s)
		}
		if waits && (row.Cancelled.IsZero() || l.told.Load()) {
			s.Due = l.due(until, row.Deadline)
		}
		return store.Write{
			Records: pending.Records, Consumed: pending.Consumed, State: &s, Release: true, Seen: seen,
		}
	}))
}

// due is when a run that waits is to be claimed: when its first timer ends, or it becomes too late.
func (l *loaded) due(until, deadline time.Time) time.Time {
	if !deadline.IsZero() && !l.told.Load() && (until.IsZero() || deadline.Before(until)) {
		return deadline
	}
	return until
}

// interrupted gives back a run that was stopped because the runtime closes.
func (l *loaded) interrupted() {
	l.left("interrupt", l.conclude(l.rt.root, func(row store.Run) store.Write {
		s := row.State
		s.Status, s.Due = store.Waiting, exact(time.Now())
		l.brokenOff(&s)
		return store.Write{State: &s, Release: true}
	}))
}

// retry gives back a run that could not go on here. It is tried again, later each time, and is blocked when that leads
// nowhere.
func (l *loaded) retry(why error) {
	row := l.current()
	l.rt.audience.tell(l.under, &fact.Retried{Run: aboutRun(&row), Err: why})
	l.why = why
	l.left("retry", l.conclude(l.life, func(row store.Run) store.Write {
		s := row.State
		s.Status, s.Due = store.Waiting, exact(time.Now().Add(retryPause(l.past.crashes)))
		return store.Write{State: &s, Release: true, Seen: l.seen()}
	}))
}

// block has the run wait for somebody to do something about it: for another version of the code, mostly, which may be
// up already.
func (l *loaded) block(reason string) {
	l.rt.misfits.refuse(l.current())
	l.why = &BlockedError{Run: l.id, Reason: reason}
	l.left("block", l.conclude(l.life, func(row store.Run) store.Write {
		s := row.State
		s.Status, s.Due, s.Reason = store.Blocked, time.Time{}, reason
		l.brokenOff(&s)
		return store.Write{State: &s, Release: true}
	}))
}

// left notes how the last write of a life went. If it was not made, the lease is somebody else's, or runs out.
func (l *loaded) left(what string, err error) {
	switch {
	case errors.Is(err, store.ErrFenced):
		l.lose(err)
	case err != nil:
		l.notDone(combinators.LevelInfo, what, err)
	}
}
