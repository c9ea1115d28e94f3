package durable

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// startName is what the records of a Start are named.
var startName = actions.Name(Start[struct{}]{})

// mayHaveChildren tells whether a run may have started others: its log says so, it had an earlier log, or a life of it
// ended so suddenly that a start may not be in the log.
func mayHaveChildren(h *store.History) bool {
	if h.Run.Generation > 0 || h.Run.Epoch > 1 && h.Run.Settled != h.Run.Epoch-1 {
		return true
	}
	for i := range h.Records {
		if h.Records[i].Name == startName {
			return true
		}
	}
	return false
}

// children lists the children of the run that end with it and are under way. What it could not list is told when the
// run ends.
func (l *loaded) children() []store.Run {
	if !l.parental.Load() {
		return nil
	}
	children, _ := l.rt.insisting.dependents(l.life, l.id)
	return children
}

// cancelled tells the run that it is to be cancelled, and its children. Those that it starts after it was told, to
// compensate, end with it.
func (l *loaded) cancelled(reason string) {
	children := l.children()
	l.cancel(&CancelledError{Run: l.id, Reason: reason})
	if len(children) > 0 {
		l.rt.spawn(func() { l.cancelChildren(children, "its parent was cancelled") })
	}
}

// endChildren cancels the children that end with the run, and tells whether it came to the end of that. It does so
// before the end is written, so that a crash in between has it done again.
func (l *loaded) endChildren() bool {
	if !l.parental.Load() {
		return true
	}
	l.cancelChildren(l.children(), parentEnded)
	return l.life.Err() == nil
}

func (l *loaded) cancelChildren(children []store.Run, reason string) {
	for _, r := range children {
		_, err := l.rt.insisting.Cancel(l.life, r.ID, reason)
		if err != nil && !gone(err) {
			l.rt.audience.tell(l.life, &fact.NotDone{
				Run: aboutRun(&r), Operation: "cancel a child", Err: err, Level: combinators.LevelWarn,
			})
		}
	}
}
