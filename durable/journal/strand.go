package journal

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// strand is one line of control of the run. It belongs to its goroutine, and to that of its parent when it has ended.
type strand struct {
	group  *group // nil for the main one
	branch int
	leaf   bool           // the branch is a single action
	now    time.Time      // the end of its last record
	fresh  bool           // no earlier life can have got to its next step
	spins  int            // asks in a row that need no record
	unkept []store.Record // to be written with the next record
	open   open           // under the journal's lock
}

// group is a group of several branches that is being carried out.
type group struct {
	step     executor.Step
	path     string
	mode     actions.Mode
	branches []actions.Branch
	parent   *strand
	children []strand
	running  int // branches that have not ended

	// Under the journal's lock:
	decided int  // the branch that decides the group, or -1
	written bool // there is a record of that, or there is about to be
}

type (
	strandKey struct{}
	groupKey  struct{}
)

// strand finds the strand of a context, if it is one of this journal's.
func (j *Journal) strand(ctx context.Context) *strand {
	s, _ := ctx.Value(strandKey{}).(*strand)
	return s
}

// group carries out a group: each branch of several is a strand of its own.
func (j *Journal) group(ctx context.Context, s *strand, a actions.Group) (any, error) {
	step := executor.StepFrom(ctx)
	path := step.Path()
	if p := j.past.steps[path]; p != nil {
		return nil, j.mismatch(p.Record, a, nil)
	}
	decision := j.past.decisions[path]
	if len(a.Branches) < 2 {
		if decision != nil {
			return nil, j.mismatch(decision.Record, a, nil)
		}
		leaf := s.leaf
		s.leaf = false
		result, err := executor.RunGroup(ctx, a, j)
		s.leaf = leaf
		return j.joined(path, a, result, err)
	}
	if err := j.flush(ctx, s); err != nil {
		return nil, err
	}
	g := &group{
		step: step, path: path, mode: a.Mode, branches: a.Branches, parent: s,
		running: len(a.Branches), decided: -1,
	}
	if decision != nil {
		decision.visited = true
		if decision.Name != a.Mode.String() || decision.Number < 0 || decision.Number >= int64(len(a.Branches)) {
			return nil, j.mismatch(decision.Record, a, nil)
		}
		g.decided, g.written = int(decision.Number), true
	}
	result, err := executor.RunGroup(context.WithValue(ctx, groupKey{}, g), a, j)
	for i := range g.children {
		c := &g.children[i]
		if c.now.After(s.now) {
			s.now = c.now
		}
		s.fresh = s.fresh || c.fresh
		s.unkept = append(s.unkept, c.unkept...)
	}
	return j.joined(path, a, result, err)
}

// joined is the result of a group once its branches have ended. What they were recorded to do they must have done.
func (j *Journal) joined(path string, a actions.Group, result actions.GroupResult, err error) (any, error) {
	if err := j.leave(); err != nil {
		return nil, err
	}
	if r := j.past.unvisited(path); r != nil {
		return nil, j.mismatch(r, a, nil)
	}
	return result, err
}

// strands is where the branches of the run's groups come from.
type strands struct{ j *Journal }

// WithCancel is context.WithCancelCause.
func (strands) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}

// ForkJoin runs the branches on goroutines, one of them on the caller's. Where an earlier life has recorded which one
// decides the group, that one runs first and alone: all that it does is recorded, and when the others begin they are
// cancelled already, so that each goes only as far as it went before.
func (s strands) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	g, _ := ctx.Value(groupKey{}).(*group)
	if g == nil || !g.step.Same(executor.StepFrom(ctx)) { // of a flow that a handler runs
		forkJoin(n, 0, func(i int) { branch(ctx, i) })
		return
	}
	g.children = make([]strand, n)
	for i := range g.children {
		g.children[i] = strand{
			group: g, branch: i, leaf: g.branches[i].Leaf != nil, now: g.parent.now, fresh: g.parent.fresh,
		}
	}
	run := func(i int) {
		defer s.j.ended(g)
		branch(context.WithValue(ctx, strandKey{}, &g.children[i]), i)
	}
	first := g.decided // nobody changes it yet
	if first < 0 {
		s.j.forked(n - 1)
		forkJoin(n, 0, run)
		return
	}
	s.j.forked(1) // for its end, which is not that of the caller
	run(first)
	s.j.forked(n - 2)
	forkJoin(n-1, 0, func(i int) {
		if i >= first {
			i++
		}
		run(i)
	})
}

// forkJoin calls run for every index from first to n-1, the first on the caller's goroutine.
func forkJoin(n, first int, run func(i int)) {
	var others sync.WaitGroup
	defer others.Wait() // also if the caller's exits the goroutine
	for i := first + 1; i < n; i++ {
		others.Go(func() { run(i) })
	}
	run(first)
}

// forked notes that more strands are busy.
func (j *Journal) forked(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.busy += n
}

// ended notes that a branch has ended. The last one leaves its place to the strand that the group is on.
func (j *Journal) ended(g *group) {
	j.mu.Lock()
	g.running--
	idle := false
	if g.running > 0 {
		idle = j.rests()
	}
	j.mu.Unlock()
	if idle && j.OnIdle != nil {
		j.OnIdle()
	}
}

// Decide tells whether a branch decides its group, and writes it down.
func (s strands) Decide(ctx context.Context, branch int) bool {
	g, _ := ctx.Value(groupKey{}).(*group)
	if g == nil || !g.step.Same(executor.StepFrom(ctx)) {
		return true // the first to ask; RunGroup sees to that
	}
	j := s.j
	j.mu.Lock()
	if g.decided < 0 && j.phase != dead {
		g.decided = branch
	}
	mine, written := g.decided == branch, g.written
	g.written = g.written || mine
	j.mu.Unlock()
	if !mine || written {
		return mine
	}
	child := &g.children[branch]
	records := append(child.unkept, j.decision(g, child.now))
	child.unkept = nil
	return j.append(ctx, Entry{Records: records}) == nil
}

// decision is the record of which branch decides a group.
func (j *Journal) decision(g *group, at time.Time) store.Record {
	return store.Record{
		N: j.number.Add(1), Kind: store.Decision, Path: g.path, Name: g.mode.String(), Number: int64(g.decided),
		Started: at, Finished: at,
	}
}

// decides tells whether the end of a branch decides a group of the mode.
func decides(mode actions.Mode, err error) bool {
	switch mode {
	case actions.All:
		return err != nil
	case actions.Any:
		return err == nil
	case actions.Race:
		return true
	case actions.Settle:
	}
	return false
}

// loses tells whether another branch has decided a group that the strand is in. The caller holds the journal's lock.
func (s *strand) loses() bool {
	for ; s.group != nil; s = s.group.parent {
		if g := s.group; g.decided >= 0 && g.decided != s.branch {
			return true
		}
	}
	return false
}

// isLeaf tells whether the path is that of the single action that a branch consists of.
func (g *group) isLeaf(path string, branch int) bool {
	rest, ok := strings.CutPrefix(path, g.path+".")
	return ok && rest == strconv.Itoa(branch)+".0"
}
