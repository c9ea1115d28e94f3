package explore

import (
	"context"
	"runtime"

	"github.com/baton-go/baton/executor"
)

// take does what was decided about a leaf, on the goroutine that asked for it.
func (s *Schedule) take(h *host, l *leaf) (any, error) {
	if h.dead {
		runtime.Goexit()
	}
	if r := l.record; r != nil {
		s.trace.step(l, r.value, r.err, "as recorded")
		return r.value, r.err
	}
	r := record{verb: l.option.verb, path: l.path, action: l.action}
	note := ""
	switch r.verb {
	case fail:
		note, r.err = "not carried out", l.option.how.Err
	case lose:
		note, r.err = "carried out", l.option.how.Err
		_, _ = s.call(h, l, l.ctx)
	case finish:
		note, r.err = "carried out, too late", context.Cause(l.ctx)
		_, _ = s.call(h, l, context.WithoutCancel(l.ctx))
	case refuse:
		r.err = executor.Refuse(l.ctx)
	case crashAfter:
		value, err := s.call(h, l, l.ctx)
		s.trace.step(l, value, err, "carried out, not recorded")
		s.check()
		h.journal.doubt(l)
		s.crash(h)
		runtime.Goexit()
	default:
		r.value, r.err = s.carryOut(h, l)
	}
	r.err = h.journal.believe(l.path, r.err)
	h.journal.records = append(h.journal.records, r)
	h.replayed++
	s.progress = true
	s.trace.step(l, r.value, r.err, note)
	if r.verb == refuse && l.late { // nothing happened: it is part of the step that led to it
		return r.value, r.err
	}
	s.steps = append(s.steps, s.stepOf(l))
	s.check()
	return r.value, r.err
}

func (s *Schedule) carryOut(h *host, l *leaf) (any, error) {
	if l.sleeps {
		s.now = max(s.now, l.until)
		return nil, nil
	}
	if s.received(l) {
		payload := s.inbox[l.event][0]
		s.inbox[l.event] = s.inbox[l.event][1:]
		return payload, nil
	}
	return s.call(h, l, l.ctx)
}

// call has the executor carry out an action.
func (s *Schedule) call(h *host, l *leaf, ctx context.Context) (result any, err error) { //nolint:revive // l is whose
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil { // the handler, or an assertion in it, exits
			h.kill()
			return
		}
		s.effects = append(s.effects, l.action)
		result, err = nil, executor.NewPanicError(p)
	}()
	result, err = h.exec.Execute(ctx, l.action)
	returned = true
	if !executor.NotDone(err) {
		s.effects = append(s.effects, l.action)
	}
	return result, err
}

// endsHere tells whether the run ends, now that the orchestration has. It may also crash.
func (s *Schedule) endsHere(h *host) bool {
	if s.crashes < s.x.bounds.Crashes && s.progress {
		s.scratch.opts = append(s.scratch.opts[:0], option{verb: end}, option{verb: crash})
		if s.choose(s.scratch.opts).verb == crash {
			s.crash(h)
			return false
		}
	}
	return true
}
