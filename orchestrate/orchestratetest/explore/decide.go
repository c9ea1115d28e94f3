package explore

import (
	"context"
	"slices"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
)

// decide chooses what happens next, while every strand waits. It returns the strand that goes on for it, or nil if
// nobody does yet.
func (s *Schedule) decide(h *host) (next *strand) {
	defer func() { // of the functions in the bounds
		if p := recover(); p != nil {
			s.Errorf("a function in the bounds panicked: %+v", executor.NewPanicError(p))
			s.aborted, next = true, nil
			h.kill()
		}
	}()
	if h.replayed < len(h.journal.records) {
		return s.replay(h)
	}
	if !s.isNormal() {
		s.leave()
		return nil
	}
	slices.SortFunc(h.waiting, func(a, b *leaf) int { return paths.Compare(a.path, b.path) })
	for i, l := range h.waiting {
		if l.ctx.Err() != nil {
			return h.answer(i, verdict{option: s.late(h, l)})
		}
	}
	o := s.choose(s.options(h))
	switch o.verb {
	case deliver, duplicate, drop:
		s.outside(o)
	case cancel:
		s.cancels++
		h.journal.records = append(h.journal.records, record{verb: cancel})
		h.replayed++
		s.progress = true
		s.cancelled(h)
	case crash:
		s.crash(h)
	case end:
		h.stuck = s.stuck(h)
		s.trace.note("%v", h.stuck)
		h.kill()
	default:
		if o.verb == fail || o.verb == lose {
			s.faults++
		}
		return h.answer(slices.Index(h.waiting, o.leaf), verdict{option: o})
	}
	return nil
}

// replay answers from the journal.
func (s *Schedule) replay(h *host) *strand {
	r := &h.journal.records[h.replayed]
	h.replayed++
	if r.verb == cancel {
		s.cancelled(h)
		return nil
	}
	i := slices.IndexFunc(h.waiting, func(l *leaf) bool { return l.path == r.path })
	if i < 0 {
		s.diverged("it did not ask for step %s, for which the journal has %s", r.path, showAction(r.action))
		h.kill()
		return nil
	}
	l := h.waiting[i]
	if !same(r.action, l.action) {
		s.diverged("step %s is not what the journal has:\n%s", r.path, difference(r.action, l.action))
		h.kill()
		return nil
	}
	return h.answer(i, verdict{option{verb: r.verb, leaf: l}, r})
}

func (s *Schedule) cancelled(h *host) {
	s.trace.note("the run is cancelled")
	s.steps = append(s.steps, nil)
	h.cancelled = true
	h.cancel(context.Canceled)
}

func (s *Schedule) crash(h *host) {
	s.crashes++
	s.progress = false
	s.steps = append(s.steps, nil)
	s.trace.note("the process crashes; the journal has %d records", len(h.journal.records))
	for _, l := range h.waiting {
		h.journal.doubt(l)
	}
	h.crashed = true
	h.kill()
}

// late says what becomes of an action whose context ended while it waited.
func (s *Schedule) late(h *host, l *leaf) option {
	refused := option{verb: refuse, leaf: l}
	if s.received(l) || l.sleeps {
		l.late = true
	}
	if l.late {
		return refused
	}
	s.scratch.opts = append(s.scratch.opts[:0], refused, option{verb: finish, leaf: l})
	return s.choose(s.scratch.opts)
}

// outside has something happen outside the orchestration. It runs on a goroutine of its own, because the caller's one
// cannot exit while others wait for it.
func (s *Schedule) outside(o option) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		switch o.verb {
		case drop:
			s.faults++
			o.event.gone = true
			s.trace.note("%s never comes", o.event)
		case duplicate:
			s.faults++
			s.trace.note("%s comes twice", o.event)
			s.comes(o.event, 2)
		default:
			s.trace.note("%s comes", o.event)
			if o.event.do != nil {
				s.comes(o.event, 0)
			} else {
				s.comes(o.event, 1)
			}
		}
		s.steps = append(s.steps, nil)
		s.check()
	}()
	<-done
}
