package orchestratetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// How far a run goes that does not end by itself: actions in all, and actions after a failure.
const (
	maxActions      = 100_000
	maxAfterFailure = 1_000
)

// RunScript runs an orchestration by a script (see [Script]) and returns its result. It then checks that every line was
// played, and that the orchestration is deterministic, as [Deterministic] does. If the script was not followed, the
// test has failed, and RunScript stops it; an error that the orchestration returned is the test's own business.
func RunScript[T any](t TB, flow orchestrate.Orchestration[T], lines ...Line) (T, error) {
	require(t, "RunScript")
	t.Helper()
	s := Script(t, lines...)
	result, err := deterministic(t, "RunScript", flow, s, s.followed)
	if !s.AssertExpectations() {
		t.FailNow()
	}
	return result, err
}

// Scripted is an executor that plays a script. It is safe for concurrent use.
type Scripted struct {
	t TB

	mu       sync.Mutex
	parts    parts
	trace    Trace
	count    int   // of the actions
	run      any   // the token of the run
	err      error // what the orchestration is told since the script was not followed
	after    int   // the actions since then
	reported bool  // the lines that are left
}

// Script makes an executor that expects exactly the given lines, one after the other, and answers as they say: run an
// orchestration with it, once. It carries out groups and scopes itself, branch after branch, as [ByHand] does. Inside a
// group, the lines may be in any order, as long as each branch finds its own in order; put them into a [Sequence] where
// the order across branches matters too. Actions that are refused because their branch has lost, or because the run is
// cancelled, need no line; nor do the asides Log, Progress and Version, which have one only if it matters.
//
// An action that is not expected fails the test, with what was expected instead, and so do lines that are left when the
// test ends. The orchestration is then told an error that no retry cures, for this action and all others. Script panics
// if the test or a line is nil.
func Script(t TB, lines ...Line) *Scripted {
	require(t, "Script")
	for i, l := range lines {
		if l == nil {
			panic(fmt.Sprintf("orchestratetest.Script: line %d is nil", i))
		}
	}
	s := &Scripted{t: t, parts: parts{nodes: nodesOf(lines), last: map[string]int{}, alone: map[string]bool{}}}
	t.Cleanup(func() {
		if !failed(t) {
			s.AssertExpectations()
		}
	})
	return s
}

// Yield is the yield of a run by the script, for calling the orchestration directly.
func (s *Scripted) Yield() actions.Yield {
	y, _ := executor.Yield(context.Background(), s)
	return y
}

// Trace is what was done so far.
func (s *Scripted) Trace() Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(Trace(nil), s.trace...)
}

// AssertExpectations fails the test if lines are left that had to be played, and tells whether the script was followed.
// It is called when the test ends, at the latest.
func (s *Scripted) AssertExpectations() bool {
	s.t.Helper()
	s.mu.Lock()
	left := mandatory(s.parts.nodes)
	ok := s.err == nil && len(left) == 0
	text := ""
	if s.err == nil && !ok && !s.reported {
		s.reported = true
		text = s.leftText(left)
	}
	s.mu.Unlock()
	if text != "" {
		s.t.Errorf("%s", text)
	}
	return ok
}

func (s *Scripted) followed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err == nil
}

// Execute answers the action as the script says.
func (s *Scripted) Execute(ctx context.Context, a actions.Action) (any, error) {
	s.t.Helper()
	switch a := a.(type) {
	case actions.Group:
		s.mu.Lock()
		s.parts.alone[executor.StepFrom(ctx).Path()] = len(a.Branches) == 1
		s.mu.Unlock()
		return inOrder(ctx, a, s)
	case actions.Shielded:
		return s.Execute(context.WithoutCancel(ctx), a.Action)
	}
	r := &recorder{next: executor.Func(s.play), add: func(_ context.Context, c Call) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.trace = append(s.trace, c)
	}}
	return r.Execute(ctx, a)
}

// String names the executor.
func (s *Scripted) String() string { return "Script" }

func (s *Scripted) play(ctx context.Context, a actions.Action) (any, error) {
	s.t.Helper()
	step := executor.StepFrom(ctx)
	c, failure, err := s.choose(ctx, step, a)
	switch {
	case failure != "":
		s.t.Errorf("%s", failure)
		return nil, err
	case err != nil:
		if s.endless() {
			s.t.FailNow()
		}
		return nil, err
	case c == nil:
		return aside(a)
	}
	result, err := c.answer(ctx, a)
	if text := s.inVain(step, a, err); text != "" {
		s.t.Errorf("%s", text)
	}
	return result, err
}

// choose finds the cue for an action, or says why there is none. Without a cue and an error the action is an aside.
func (s *Scripted) choose(
	ctx context.Context, step executor.Step, a actions.Action,
) (c *cue, failure string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			c, failure, err = s.fail(a, fmt.Sprintf("script: %s: a function that was to match %s panicked: %v",
				stepName(step.Path()), show.Action(a), p))
		}
	}()
	path := step.Path()
	if s.err == nil && step.RunToken() != nil {
		if s.run == nil {
			s.run = step.RunToken()
		} else if s.run != step.RunToken() {
			return s.fail(a, s.usedTwiceText(a))
		}
	}
	if s.err != nil {
		return nil, "", s.err
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, "", err
	}
	if s.count++; s.count > maxActions {
		return s.fail(a, s.endlessText(path, a))
	}
	strand := s.parts.strand(path)
	if missed := s.parts.missed(strand); len(missed) > 0 {
		return s.fail(a, s.missedText(path, missed))
	}
	next := s.parts.next(strand)
	for _, c := range next {
		if c.match(a) {
			s.parts.take(strand, c)
			return c, "", nil
		}
	}
	if actions.IsAside(a) {
		return nil, "", nil
	}
	return s.fail(a, s.unexpectedText(path, a, next))
}

// fail ends the script: what the orchestration is told from now on, and the text for the test.
func (s *Scripted) fail(a actions.Action, text string) (*cue, string, error) {
	s.err = &unexpectedError{"script", a}
	return nil, text, s.err
}

// endless tells whether the orchestration goes on and on although the script has ended.
func (s *Scripted) endless() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		s.after++
	}
	return s.after >= maxAfterFailure
}

// unexpectedError is what an orchestration is told about an action that the test did not expect.
type unexpectedError struct {
	by     string
	action actions.Action
}

func (e *unexpectedError) Error() string {
	return e.by + ": " + show.Action(e.action) + " is not expected, so the test has failed"
}

// NotDone is true: nothing was done.
func (*unexpectedError) NotDone() bool { return true }

// Permanent is true: it stays unexpected.
func (*unexpectedError) Permanent() bool { return true }

// aside answers an aside that nobody has something to say about.
func aside(a actions.Action) (any, error) {
	if v, ok := a.(actions.Version); ok {
		return v.Max, nil
	}
	return nil, nil
}
