package explore

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/turns"
)

// check checks the invariants.
func (s *Schedule) check() {
	if len(s.always) == 0 {
		return
	}
	s.contain("an invariant", func() {
		for _, f := range s.always {
			f()
		}
	})
}

// contain calls what the test has given, and makes a failure of a panic, or of an end that is not the schedule's.
func (s *Schedule) contain(what string, f func()) {
	returned := false
	defer func() {
		p := recover()
		switch {
		case returned || p == nil && s.aborted:
			return
		case p != nil:
			s.Errorf("%s panicked: %+v", what, executor.NewPanicError(p))
		default:
			s.Errorf("%s exited its goroutine: it is to make assertions on the schedule, not on t", what)
		}
		s.abort()
	}()
	f()
	returned = true
}

// asks notes that the orchestration asks for an action. The error is that of one that it cannot ask for.
func (s *Schedule) asks(h *host, l *leaf) error {
	if l.strand == nil || l.strand.goroutine != "" && l.strand.goroutine != turns.Goroutine() {
		s.Errorf("step %s, %s, was asked for on a goroutine that is not the orchestration's: it is one line of control, "+
			"and what it does side by side are groups", l.path, showAction(l.action))
		s.aborted = true
		h.kill()
		return errors.New("explore: yielded on a foreign goroutine")
	}
	n := len(s.asked)
	s.asked = append(s.asked, asked{l.path, l.action})
	if n >= s.x.bounds.MaxSteps {
		s.Errorf("the orchestration asked for more than %d actions, and may never end. The last is step %s, %s",
			s.x.bounds.MaxSteps, l.path, showAction(l.action))
		s.abort()
	}
	if before := s.plan.before(n); before != nil && (before.path != l.path || !same(before.action, l.action)) {
		text := difference(before.action, l.action)
		if before.path != l.path {
			text = fmt.Sprintf("  before: step %s, %s\n  now:    step %s, %s",
				before.path, showAction(before.action), l.path, showAction(l.action))
		}
		s.diverged("two runs of the same beginning differ:\n%s", text)
		runtime.Goexit()
	}
	return nil
}

// diverged reports that the orchestration is not deterministic.
func (s *Schedule) diverged(format string, args ...any) {
	s.Errorf("the orchestration, or the world of the test, is not deterministic: "+format, args...)
	s.aborted = true
	if s.host != nil {
		s.host.kill()
	}
}

// stuck is the error of a run that waits for ever.
func (s *Schedule) stuck(h *host) error {
	waits := make([]string, 0, len(h.waiting))
	for _, l := range h.waiting {
		waits = append(waits, fmt.Sprintf("step %s for %s", l.path, showAction(l.action)))
	}
	return fmt.Errorf("%w: %s", ErrStuck, strings.Join(waits, ", "))
}
