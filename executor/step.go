package executor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
)

// ErrNoRun is the error of [Step.Key] in a run that was given no ID.
var ErrNoRun = errors.New("the run has no ID, so its steps have no key: give it one with executor.WithRun")

var errAside = errors.New("an aside is not a step of its run, so it has no key")

// Step tells a handler or a combinator which action of which run it is carrying out. The zero Step stands for an action
// that was not yielded by a run. A Step is immutable: a handler that was abandoned or hedged keeps seeing its own.
type Step struct {
	at      *step
	attempt int32
}

// StepFrom returns the step of the action that ctx was made for.
func StepFrom(ctx context.Context) Step {
	at := position(ctx)
	return Step{at.step, at.attempt()}
}

// Path is the position of the action in its run: "3" is the fourth action, "3.1.0" the first action of branch 1 of the
// group at 3. A handler that itself runs a flow nests its path too: the first such run in the handler of step 3 begins
// at "3.0.0", the second at "3.1.0", in each attempt. An aside has the path of the action after it.
func (s Step) Path() string {
	if s.at == nil {
		return ""
	}
	return string(s.at.appendPath(make([]byte, 0, 16)))
}

// Run is the ID that [WithRun] gave to the run, or "".
func (s Step) Run() string {
	if s.at == nil {
		return ""
	}
	return s.at.line.run.id
}

// Attempt counts the times that the action has been tried, from 1. In a group that is tried again as a whole, and in a
// flow of a handler that is, it begins with the number of that attempt. It is 0 in the zero Step.
func (s Step) Attempt() int { return int(s.attempt) }

// Scopes lists the scopes that the action is in, outermost first.
func (s Step) Scopes() []string {
	var names []string
	for sc := s.scope(); sc != nil; sc = sc.outer {
		names = append(names, sc.name)
	}
	slices.Reverse(names)
	return names
}

// InScope tells whether one of the scopes that the action is in has the given name. It does not allocate.
func (s Step) InScope(name string) bool {
	for sc := s.scope(); sc != nil; sc = sc.outer {
		if sc.name == name {
			return true
		}
	}
	return false
}

// Key identifies the step's effect: it is the same in every attempt, replay and restart, and different for every other
// step of every other run, so it serves as an idempotency key. It is "r-42/3.1.0/shop.Charge": the run's ID, the path
// and the action's name, in which a slash is written %2F. Without a run ID the error is [ErrNoRun]. An aside has no
// key.
func (s Step) Key() (string, error) {
	switch {
	case s.Run() == "":
		return "", ErrNoRun
	case actions.IsAside(s.at.action):
		return "", errAside
	}
	name := strings.ReplaceAll(actions.Name(s.at.action), "/", "%2F") // the run's ID may have some too
	return s.Run() + "/" + s.Path() + "/" + name, nil
}

// Same tells whether both are the same step, in whatever attempt.
func (s Step) Same(other Step) bool { return s.at == other.at }

// SameRun tells whether both steps belong to one call of Run, or to flows that its handlers run.
func (s Step) SameRun(other Step) bool {
	return s.at != nil && other.at != nil && s.at.line.run == other.at.line.run
}

// RunToken stands for the run that the step belongs to: it equals, by ==, that of every step of which [Step.SameRun]
// is true, and no other's, not even after the run is over. What is kept for a run is kept under it; it keeps nothing of
// the run itself alive. In the zero Step it is nil.
func (s Step) RunToken() any {
	if s.at == nil {
		return nil
	}
	return s.at.line.run.tokenOf()
}

func (s Step) scope() *scope {
	if s.at == nil {
		return nil
	}
	return s.at.line.scope
}

// stepKey is the context key under which a step finds itself.
type stepKey struct{}

// step is the context in which one action is carried out. Steps are allocated in slabs by their strand.
type step struct {
	line   *lineage
	action actions.Action
	index  int32
	// flows counts the flows that the handler has run in the first attempt, or in all if nobody counts attempts.
	flows atomic.Int32
}

func (s *step) Deadline() (time.Time, bool) { return s.line.ctx.Deadline() }

func (s *step) Done() <-chan struct{} { return s.line.ctx.Done() }

func (s *step) Err() error { return s.line.ctx.Err() }

func (s *step) Value(key any) any {
	if _, ok := key.(stepKey); ok {
		return s
	}
	return s.line.ctx.Value(key)
}

// String keeps whoever prints the context from reading what others change.
func (s *step) String() string { return "step " + Step{at: s}.Path() }

func (s *step) appendPath(b []byte) []byte {
	branch, index := s.line.branch, s.index
	if branch == eachLeaf {
		branch, index = s.index, 0
	}
	if parent := s.line.parent; parent != nil {
		b = append(parent.appendPath(b), '.')
		b = strconv.AppendInt(b, int64(branch), 10)
		b = append(b, '.')
	}
	return strconv.AppendInt(b, int64(index), 10)
}

// lineage is what the steps of one strand have in common.
type lineage struct {
	*origin
	ctx    context.Context
	branch int32
}

// eachLeaf is the branch of a lineage whose steps are branches of their own, of a single action each: their index is
// the branch.
const eachLeaf = -1

// origin is what the strands that begin at one place have in common.
type origin struct {
	run    *run
	scope  *scope
	holder *permit // the innermost permit that is held there
	parent *step   // the step of the group, or of the handler, that they are part of; nil in a run of its own
	tried  int32   // the attempts at that step before this one
}

// scope is a named part of an orchestration.
type scope struct {
	name  string
	outer *scope
}
