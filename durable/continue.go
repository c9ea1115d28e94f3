package durable

import (
	"errors"
	"time"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// continueAsNew begins the next generation of the run: with a new input, without a log, and with the events that nobody
// has received. The lease stays. A run that is to be cancelled ends instead.
func (l *loaded) continueAsNew(j *journal.Journal, next *continuedError) *store.History {
	input, err := l.rt.encode("input", next.input)
	if err != nil {
		l.finish(j, nil, err)
		return nil
	}
	pending := j.Pending()
	generation := l.current().Generation + 1
	err = l.write(l.life, func(row store.Run) (store.Write, bool) {
		s := row.State
		if s.Generation == generation || !s.Cancelled.IsZero() {
			return store.Write{}, false
		}
		// What Now answers first is on record, and that is how crashes of this generation are counted.
		s.Generation, s.Started = generation, exact(time.Now())
		l.accounted(&s)
		return store.Write{Consumed: pending.Consumed, State: &s, Restart: &input}, true
	})
	switch {
	case errors.Is(err, errSuperseded) && l.current().Generation != generation:
		l.finish(j, nil, nil)
		return nil
	case err != nil && !errors.Is(err, errSuperseded):
		l.stopped(j, err)
		return nil
	}
	var h store.History
	err = l.rt.outage.insist(l.life, "load", func() (err error) {
		h, err = l.rt.store.Load(l.life, l.id, store.Mark{})
		return err
	})
	if err != nil {
		l.stopped(j, err)
		return nil
	}
	l.getsOn()
	l.parental.Store(true) // who knows what earlier generations have started
	l.saw(h.Run)
	return &h
}
