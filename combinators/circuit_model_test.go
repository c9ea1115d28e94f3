package combinators_test

import (
	"math"
	"time"

	"github.com/baton-go/baton/combinators"
)

// circuitModel is a circuit as one would describe it: it keeps every call of the generation, and works out everything
// else anew whenever it is asked.
type circuitModel struct {
	config     combinators.CircuitConfig
	state      combinators.State
	generation uint64
	since      time.Time
	openFor    time.Duration
	opens      int
	calls      []modelCall
	passed     int
	trials     map[int]bool
	neutral    int64
	rejected   int64
	success    time.Time
	failure    time.Time
	lastError  error
	// changes are those that OnChange has to have been told of.
	changes []combinators.State
}

type modelCall struct {
	at           time.Time
	failed, slow bool
}

func newCircuitModel(config combinators.CircuitConfig) *circuitModel {
	m := &circuitModel{config: config}
	m.begin(combinators.Closed, time.Now())
	return m
}

func (m *circuitModel) begin(state combinators.State, since time.Time) {
	if m.generation > 0 && state != m.state {
		m.changes = append(m.changes, state)
	}
	switch {
	case state == combinators.Closed:
		m.opens = 0
	case state == combinators.Open && m.state != combinators.Open:
		m.opens++
	}
	if state == combinators.Open {
		m.openFor = m.config.OpenFor
		for range m.opens - 1 {
			m.openFor = min(m.config.MaxOpenFor, time.Duration(float64(m.openFor)*m.config.OpenGrowth))
		}
	}
	m.state, m.since = state, since
	m.generation++
	m.calls, m.passed, m.trials, m.neutral, m.rejected = nil, 0, map[int]bool{}, 0, 0
}

func (m *circuitModel) elapsed() bool {
	return m.state == combinators.Open && time.Since(m.since) >= m.openFor
}

func (m *circuitModel) settle() {
	if m.elapsed() {
		m.begin(combinators.HalfOpen, m.since.Add(m.openFor))
	}
}

// start tells whether a call is let through, and in which generation.
func (m *circuitModel) start(id int) (generation uint64, ok bool) {
	m.settle()
	switch m.state {
	case combinators.Closed:
		return m.generation, true
	case combinators.HalfOpen:
		if len(m.trials) < m.config.MaxTrials {
			m.trials[id] = true
			return m.generation, true
		}
	}
	m.rejected++
	return 0, false
}

// end is the end of a call that started in the given generation and took so long.
func (m *circuitModel) end(id int, generation uint64, class combinators.Class, err error, took time.Duration) {
	if generation != m.generation {
		return
	}
	delete(m.trials, id)
	now := time.Now()
	switch class {
	case combinators.Success:
		m.success = now
	case combinators.Failure:
		m.failure, m.lastError = now, err
	default:
		m.neutral++
		return
	}
	c := modelCall{now, class == combinators.Failure, m.config.SlowCall > 0 && took >= m.config.SlowCall}
	m.calls = append(m.calls, c)
	switch {
	case m.state == combinators.Closed && m.trips():
		m.begin(combinators.Open, now)
	case m.state == combinators.HalfOpen && (c.failed || c.slow):
		m.begin(combinators.Open, now)
	case m.state == combinators.HalfOpen:
		if m.passed++; m.passed == m.config.TrialSuccesses {
			m.begin(combinators.Closed, now)
		}
	}
}

func (m *circuitModel) trips() bool {
	if m.config.Failures > 0 && m.streak() >= m.config.Failures {
		return true
	}
	window := m.window()
	if m.config.FailureRate == 0 && m.config.SlowRate == 0 || len(window) < m.config.MinCalls {
		return false
	}
	failures, slow := m.shares(window)
	return m.config.FailureRate > 0 && failures >= m.config.FailureRate ||
		m.config.SlowRate > 0 && slow >= m.config.SlowRate
}

func (m *circuitModel) streak() int {
	n := 0
	for i := len(m.calls) - 1; i >= 0 && m.calls[i].failed; i-- {
		n++
	}
	return n
}

// window is the calls that rates are over.
func (m *circuitModel) window() []modelCall {
	switch {
	case m.state != combinators.Closed, m.config.WindowTime == 0 && m.config.WindowCalls == 0:
		return m.calls
	case m.config.WindowTime == 0:
		return m.calls[max(0, len(m.calls)-m.config.WindowCalls):]
	case len(m.calls) == 0:
		return nil
	}
	slot := func(t time.Time) int64 {
		return int64(math.Floor(float64(t.Sub(m.calls[0].at)) / float64(m.config.WindowTime/10)))
	}
	for i, c := range m.calls {
		if slot(c.at) > slot(time.Now())-10 {
			return m.calls[i:]
		}
	}
	return nil
}

func (*circuitModel) shares(calls []modelCall) (failed, slow float64) {
	if len(calls) == 0 {
		return 0, 0
	}
	for _, c := range calls {
		if c.failed {
			failed++
		}
		if c.slow {
			slow++
		}
	}
	return failed / float64(len(calls)), slow / float64(len(calls))
}

// stats is what Stats has to tell.
func (m *circuitModel) stats() combinators.CircuitStats {
	seen := *m
	seen.settle()
	window := seen.window()
	s := combinators.CircuitStats{
		State: seen.state, Generation: seen.generation, Since: seen.since,
		Neutral: seen.neutral, Rejected: seen.rejected, ConsecutiveFailures: int64(seen.streak()),
		Trials: len(seen.trials), WindowCalls: int64(len(window)),
		LastSuccess: seen.success, LastFailure: seen.failure, LastError: seen.lastError,
	}
	if seen.state == combinators.Open {
		s.RetryAfter = seen.openFor - time.Since(seen.since)
	}
	for _, c := range seen.calls {
		if c.failed {
			s.Failures++
		} else {
			s.Successes++
		}
		if c.slow {
			s.Slow++
		}
	}
	s.FailureRate, s.SlowRate = seen.shares(window)
	return s
}
