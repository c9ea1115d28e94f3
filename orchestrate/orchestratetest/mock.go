package orchestratetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
)

// maxReports is how many failures of a mock are told.
const maxReports = 10

// Mock is an executor that answers by rules, in any order. It carries out groups, their branches side by side. It is
// safe for concurrent use. To have Sleep and the other standard actions carried out, in a bubble of testing/synctest
// for instance, run with combinators.Parallelize()(executor.System(m)).
//
//	m := orchestratetest.NewMock(t)
//	orchestratetest.On(m, Fetch{Container: "users", Items: 3}).Return([]string{"Ada"})
//	orchestratetest.OnType[Greet](m).Fail(errBusy).Once()
type Mock struct {
	t TB

	mu       sync.Mutex
	rules    []*rule
	trace    Trace
	run      any // the token of the run, and how many actions it has yielded
	count    int
	failures int
	reported bool // the rules that are not satisfied
}

// NewMock makes a mock without rules. An action is answered by the first rule that matches it and is not used up; the
// asides Log, Progress and Version need none. For any other the test fails, and the orchestration is told an error that
// no retry cures; one that goes on nonetheless, for 1000 such actions or 100 000 in one run, is ended. When the test
// ends, every rule must have been used as often as it says (see [Rule]). NewMock panics if the test is nil.
func NewMock(t TB) *Mock {
	require(t, "NewMock")
	m := &Mock{t: t}
	t.Cleanup(func() {
		if !failed(t) {
			m.AssertExpectations()
		}
	})
	return m
}

// Trace is what was done so far.
func (m *Mock) Trace() Trace {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append(Trace(nil), m.trace...)
}

// AssertExpectations fails the test if a rule was not used as often as it must be, and tells whether all were. It is
// called when the test ends, at the latest.
func (m *Mock) AssertExpectations() bool {
	m.t.Helper()
	m.mu.Lock()
	var unmet []*rule
	for _, r := range m.rules {
		if !r.satisfied() {
			unmet = append(unmet, r)
		}
	}
	text := ""
	if len(unmet) > 0 && !m.reported {
		m.reported = true
		text = unmetText(unmet) + soFar(m.trace)
	}
	m.mu.Unlock()
	if text != "" {
		m.t.Errorf("%s", text)
	}
	return len(unmet) == 0
}

// Execute answers the action as the first rule for it says.
func (m *Mock) Execute(ctx context.Context, a actions.Action) (any, error) {
	m.t.Helper()
	switch a := a.(type) {
	case actions.Group:
		return executor.RunGroup(ctx, a, m)
	case actions.Shielded:
		return m.Execute(context.WithoutCancel(ctx), a.Action)
	}
	r := &recorder{next: executor.Func(m.answer), add: func(_ context.Context, c Call) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.trace = append(m.trace, c)
	}}
	return r.Execute(ctx, a)
}

// String names the executor.
func (m *Mock) String() string { return "Mock" }

func (m *Mock) answer(ctx context.Context, a actions.Action) (any, error) {
	m.t.Helper()
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	next, failure := m.choose(ctx, a)
	if failure == "" {
		return next(ctx, a)
	}
	switch n := m.failed(); {
	case n <= maxReports:
		m.t.Errorf("%s", failure)
	case n > maxAfterFailure:
		m.t.FailNow()
	}
	return nil, &unexpectedError{"mock", a}
}

// choose finds the answer to an action, or says why there is none.
func (m *Mock) choose(ctx context.Context, a actions.Action) (next answer, failure string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	step := executor.StepFrom(ctx)
	path := step.Path()
	if run := step.RunToken(); run == nil || run != m.run {
		m.run, m.count = run, 0
	}
	defer func() {
		if p := recover(); p != nil {
			failure = fmt.Sprintf("mock: %s: a function that was to match %s panicked: %v",
				stepName(path), show.Action(a), p)
		}
	}()
	if m.count++; m.count > maxActions {
		return nil, fmt.Sprintf("mock: the orchestration does not end: step %s is %s", path, show.Action(a))
	}
	for _, r := range m.rules {
		if !r.spent() && r.match(a) {
			return r.use(), ""
		}
	}
	if actions.IsAside(a) {
		return func(context.Context, actions.Action) (any, error) { return aside(a) }, ""
	}
	return nil, m.unexpectedText(path, a)
}

// failed counts a failure.
func (m *Mock) failed() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures++
	return m.failures
}

// unexpectedText says that there is no rule for an action, and which comes near.
func (m *Mock) unexpectedText(path string, a actions.Action) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mock: %s: no rule for %s", stepName(path), show.Action(a))
	es := make([]*expectation, len(m.rules))
	for i, r := range m.rules {
		es[i] = &r.expectation
		if r.spent() && r.match(a) {
			b.WriteString("\n  used up: " + r.String())
			return b.String() + soFar(m.trace)
		}
	}
	if near, diff := nearest(es, a); near != nil {
		fmt.Fprintf(&b, "\n  nearest: %s  (%s)", near.what, near.at)
		for _, d := range diff {
			b.WriteString("\n           " + d)
		}
	}
	return b.String() + soFar(m.trace)
}

func unmetText(unmet []*rule) string {
	var b strings.Builder
	if b.WriteString("mock: 1 rule is not satisfied:"); len(unmet) > 1 {
		b.Reset()
		fmt.Fprintf(&b, "mock: %d rules are not satisfied:", len(unmet))
	}
	for _, r := range unmet {
		b.WriteString("\n  " + r.String())
	}
	return b.String()
}

// wait waits for d, or says why ctx is done.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return whyDone(ctx)
	}
}
