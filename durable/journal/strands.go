package journal

import (
	"context"
	"sync"

	"github.com/baton-go/baton/executor"
)

// strands is where the branches of the run's groups come from.
type strands struct{ j *Journal }

// WithCancel is context.WithCancelCause, but for a branch that cancels the others because its goroutine exits.
func (s strands) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	g := groupOf(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	if g == nil {
		return ctx, cancel
	}
	return ctx, func(cause error) {
		if d, ok := cause.(*executor.DecidedError); !ok || s.j.ends(g, d.Branch) { //nolint:errorlint // RunGroup's own
			cancel(cause)
		}
	}
}

// ends tells whether the end of a branch is to end the others: not if it exits because the run is drained, for then
// they are to come to the ends of their own. If it exits although the journal is live, the run is over, and what the
// others are told is not to be recorded.
func (j *Journal) ends(g *group, branch int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if g.decided != branch && j.phase == live {
		j.halted(dead, ErrExited)
	}
	return g.decided == branch || j.phase == dead
}

// groupOf is the group that a context of RunGroup's is for. It is nil if that is one of a flow that a handler runs.
func groupOf(ctx context.Context) *group {
	g, _ := ctx.Value(groupKey{}).(*group)
	if g == nil || !g.step.Same(executor.StepFrom(ctx)) {
		return nil
	}
	return g
}

// ForkJoin runs the branches on goroutines, one of them on the caller's. Where an earlier life has recorded which one
// decides the group, that one runs first and alone: all that it does is recorded, and when the others begin they are
// cancelled already, so that each goes only as far as it went before.
func (s strands) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	g := groupOf(ctx)
	if g == nil {
		forkJoin(n, func(i int) { branch(ctx, i) })
		return
	}
	g.children = g.parent.branches(g, ctx.Done())
	s.j.forks(g)
	run := func(i int) {
		defer s.j.ended(g, &g.children[i])
		branch(context.WithValue(ctx, strandKey{}, &g.children[i]), i)
	}
	first := g.decided // nobody changes it yet
	if first < 0 {
		s.j.forked(n - 1)
		forkJoin(n, run)
		return
	}
	s.j.forked(1) // for its end, which is not that of the caller
	run(first)
	s.j.forked(n - 2)
	forkJoin(n-1, func(i int) {
		if i >= first {
			i++
		}
		run(i)
	})
}

// forkJoin calls run for every index from 0 to n-1, the first on the caller's goroutine.
func forkJoin(n int, run func(i int)) {
	var others sync.WaitGroup
	defer others.Wait() // also if the caller's exits the goroutine
	for i := 1; i < n; i++ {
		others.Go(func() { run(i) })
	}
	run(0)
}

// forked notes that more strands are busy.
func (j *Journal) forked(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.busy += n
}

// ended notes that a branch has ended. The last one leaves its place to the strand that the group is on.
func (j *Journal) ended(g *group, branch *strand) {
	j.mu.Lock()
	g.running--
	j.joins(g, branch)
	idle := false
	if g.running > 0 {
		idle = j.rests()
	}
	j.mu.Unlock()
	if idle {
		j.idle()
	}
}

// Decide tells whether a branch decides its group, and writes it down. Once the journal has stopped no branch does that
// had not before: its end may be nothing but its goroutine's.
func (s strands) Decide(ctx context.Context, branch int) bool {
	g := groupOf(ctx)
	if g == nil {
		return true // the first to ask; RunGroup sees to that
	}
	j, child := s.j, &g.children[branch]
	j.mu.Lock()
	j.giveWay(child)
	if g.decided < 0 && j.phase == live {
		g.decided = branch
	}
	if g.decided != branch || g.written || j.phase != live {
		defer j.mu.Unlock()
		return g.decided == branch && g.written
	}
	g.written = true
	j.mu.Unlock()
	if j.Dry {
		return j.stand(ctx, child, g.path, nil) == nil
	}
	records := append(child.unkept, j.decision(g, child.now))
	child.unkept = nil
	return j.append(ctx, Entry{Records: records}) == nil
}
