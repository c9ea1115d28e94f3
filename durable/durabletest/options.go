package durabletest

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/internal/show"
)

// option is one of the things that can happen next.
type option struct {
	label   string
	happens func()
}

// options lists what can happen next, the ordinary first. The first of it is what happens if the schedule does not
// depart from that.
func (h *host) options() []option {
	var ordinary, unusual []option
	for _, w := range h.inOrder() {
		o, u := h.optionsOf(w)
		ordinary, unusual = append(ordinary, o), append(unusual, u...)
	}
	until, idle := h.journal.Idle()
	r := h.run
	if r.delivered < len(r.s.events) && h.journal.Err() == nil {
		o := option{fmt.Sprintf("event %d comes", r.s.events[r.delivered].Seq), h.deliver}
		if idle {
			ordinary = append(ordinary, o)
		} else {
			unusual = append(unusual, o)
		}
	}
	switch {
	case idle && !until.IsZero():
		ordinary = append(ordinary, option{"time passes", func() { <-time.After(time.Until(until)) }})
	case !idle && len(ordinary) == 0: // a handler takes its time
		ordinary = append(ordinary, option{"time passes", h.pass})
	case !until.IsZero():
		unusual = append(unusual, option{"time passes", func() { <-time.After(time.Until(until)) }})
	}
	r.until = until
	if h.journal.Err() == nil && len(ordinary) > 0 {
		unusual = append(unusual, h.outside(idle)...)
	}
	return append(ordinary, unusual...)
}

// outside is what can happen to the run as a whole.
func (h *host) outside(idle bool) (options []option) {
	if idle {
		options = append(options, option{"the run is unloaded", func() { h.journal.Unload() }})
	} else {
		options = append(options, option{"the runtime is shut down", h.journal.Drain})
	}
	if r := h.run; r.s.x.Cancels && !r.cancelled {
		options = append(options, option{"the run is cancelled", func() {
			r.cancelled = true
			h.cancel(context.Canceled)
		}})
	}
	return options
}

// deliver has the next event come.
func (h *host) deliver() {
	h.run.delivered++
	h.journal.Deliver(h.run.s.events[:h.run.delivered]...)
}

// pass lets time pass until something happens in the run.
func (h *host) pass() {
	select {
	case <-h.stir: // a while ago
	default:
	}
	select {
	case <-h.stir:
	case <-h.done:
	case <-time.After(patience):
		h.run.s.Errorf("a handler has not returned for %v", patience)
	}
}

// patience is how long a handler may take.
const patience = 100 * 365 * 24 * time.Hour

// optionsOf lists what can come of an action or a write.
func (h *host) optionsOf(w *waiting) (ordinary option, unusual []option) {
	answer := func(label string, f func() (any, error)) option {
		return option{label, func() { h.answered(w, f) }}
	}
	dies := func(when string, f func()) option {
		return answer("the process dies "+when, func() (any, error) {
			f()
			h.crash()
			return nil, errCrash
		})
	}
	if w.action == nil {
		write := func() { h.run.write(w.entry) }
		ordinary = answer(w.what+" is written", func() (any, error) {
			write()
			return nil, nil
		})
		return ordinary, []option{
			dies("before "+w.what+" is written", func() {}), dies("after "+w.what+" is written", write),
		}
	}
	carryOut := func() (any, error) { return h.run.exec.Execute(w.ctx, w.action) }
	if w.ctx.Err() != nil {
		late := func() { _, _ = h.run.exec.Execute(context.WithoutCancel(w.ctx), w.action) }
		cancelled := func() (any, error) { return nil, context.Cause(w.ctx) }
		return answer(w.what+" is cut short", cancelled), []option{
			answer(w.what+" is cut short, and done", func() (any, error) {
				late()
				return cancelled()
			}), dies("after "+w.what+" is carried out", late),
		}
	}
	ordinary = answer(w.what+" is carried out", carryOut)
	unusual = append(unusual, dies("after "+w.what+" is carried out", func() { _, _ = carryOut() }))
	for _, fault := range h.run.s.x.FaultsOf(w.action) {
		label := w.what + " fails"
		if fault.Lost {
			label = w.what + " is carried out, and fails"
		}
		unusual = append(unusual, answer(label+": "+show.Error(fault.Err), func() (any, error) {
			if fault.Lost {
				_, _ = carryOut()
			}
			return nil, fault.Err
		}))
	}
	return ordinary, unusual
}
