package explore

import (
	"slices"

	"github.com/baton-go/baton/actions"
)

// options lists what can happen next, the default first.
func (s *Schedule) options(h *host) []option {
	opts := s.scratch.opts[:0]
	b := &s.x.bounds
	first := int64(-1)
	for _, l := range h.waiting {
		if l.sleeps {
			if first < 0 || int64(l.until) < first {
				first = int64(l.until)
			}
			continue
		}
		if s.received(l) {
			if len(s.inbox[l.event]) > 0 {
				opts = append(opts, option{verb: carryOut, leaf: l})
			}
			continue
		}
		opts = append(opts, option{verb: carryOut, leaf: l})
		if s.faults < b.Faults {
			opts = appendFaults(opts, l, b.FaultsOf(l.action))
		}
		if s.crashes < b.Crashes {
			opts = append(opts, option{verb: crashAfter, leaf: l})
		}
	}
	opts = s.appendEvents(opts)
	for _, l := range h.waiting {
		if l.sleeps && int64(l.until) == first {
			opts = append(opts, option{verb: carryOut, leaf: l})
		}
	}
	for _, e := range s.events {
		if !e.gone && e.do != nil {
			opts = append(opts, option{verb: deliver, event: e})
		}
	}
	if len(opts) == 0 {
		opts = append(opts, option{verb: end})
	}
	if s.cancels < b.Cancels && !h.cancelled {
		opts = append(opts, option{verb: cancel})
	}
	if s.crashes < b.Crashes && (s.progress || h.inDoubt()) {
		opts = append(opts, option{verb: crash})
	}
	s.scratch.opts = opts
	return opts
}

func appendFaults(opts []option, l *leaf, faults []Fault) []option {
	lost := 0
	for _, f := range faults {
		if f.Lost {
			lost++
		}
	}
	for i := range faults {
		o := option{verb: fail, leaf: l, how: &faults[i], fault: i, of: len(faults) - lost}
		if o.how.Lost {
			o.verb, o.of = lose, lost
		}
		opts = append(opts, o)
	}
	return opts
}

func (s *Schedule) appendEvents(opts []option) []option {
	for _, e := range s.events {
		if e.gone || e.do != nil {
			continue
		}
		opts = append(opts, option{verb: deliver, event: e})
		if s.faults < s.x.bounds.Faults {
			opts = append(opts, option{verb: drop, event: e}, option{verb: duplicate, event: e})
		}
	}
	return opts
}

func isSleep(a actions.Action) bool {
	_, ok := a.(actions.Sleep)
	return ok
}

// inDoubt tells whether a crash now would leave open whether an action was carried out, of which it is known so far.
func (h *host) inDoubt() bool {
	return slices.ContainsFunc(h.waiting, func(l *leaf) bool {
		return !l.sleeps && !l.receives && !h.journal.doubtful[l.path]
	})
}
