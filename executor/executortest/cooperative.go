package executortest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing/synctest"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Cooperative hosts a run the way a Temporal workflow does: exactly one strand of the orchestration runs at a time, and
// the strands take turns whenever one has an action carried out. The actions themselves are carried out side by side,
// while their strands wait. The executor must be wrapped in [Cooperative.Around], directly below what carries out
// groups:
//
//	host := &executortest.Cooperative{}
//	ctx = executor.WithStrands(ctx, host)
//	exec := combinators.Parallelize()(host.Around(executor.System(mux)))
//
// Of the strands whose actions have ended, the one that has waited longest goes on first. Which have ended is up to the
// time that actions take, except in a testing/synctest bubble: there the host first waits until everything else in the
// bubble is blocked, which makes the order the same every time. A test in a bubble must not call synctest.Wait while
// such a run is under way, because only one goroutine can.
//
// The zero value is ready for use. A Cooperative serves one run at a time. Flows that handlers run are no business of
// its: their branches are goroutines.
type Cooperative struct {
	mu       sync.Mutex
	free     bool    // no strand runs
	turns    []*turn // of the strands that can go on, or will once their action has ended; longest waiting first
	settling bool
}

// turn is the place of a strand among those that do not run.
type turn struct {
	ready   bool
	granted chan struct{}
}

func newTurn(ready bool) *turn { return &turn{ready, make(chan struct{})} }

// Around wraps the executor of single actions, so that strands take turns. It panics if next is nil.
func (c *Cooperative) Around(next executor.Executor) executor.Executor {
	if next == nil {
		panic("executortest.Cooperative.Around: the next executor is nil")
	}
	return &cooperative{c, next}
}

// WithCancel is context.WithCancelCause.
func (c *Cooperative) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}

// ForkJoin runs the first branch on the caller's strand and the others on strands of their own.
func (c *Cooperative) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	if isBeside(ctx) {
		forkJoin(ctx, n, branch)
		return
	}
	j := &join{running: n - 1}
	for i := 1; i < n; i++ {
		t := newTurn(true)
		c.update(func() { c.turns = append(c.turns, t) })
		go func() {
			defer c.update(func() { c.ended(j) })
			<-t.granted
			branch(ctx, i)
		}()
	}
	defer c.await(j) // also if branch 0 exits the goroutine
	branch(ctx, 0)
}

// join is a strand that waits for the branches of its group.
type join struct {
	running int
	parent  *turn // nil before it waits
}

func (c *Cooperative) await(j *join) {
	t := newTurn(true)
	c.update(func() {
		if j.running == 0 {
			close(t.granted)
			return
		}
		j.parent = t
		c.free = true
	})
	<-t.granted
}

func (c *Cooperative) ended(j *join) {
	j.running--
	if j.running == 0 && j.parent != nil {
		c.turns = append(c.turns, j.parent)
	}
	c.free = true
}

// update changes the state and then has the next strand go on, if there is one.
func (c *Cooperative) update(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	if !c.free || c.settling {
		return
	}
	if slices.ContainsFunc(c.turns, func(t *turn) bool { return !t.ready }) {
		c.settling = true
		c.mu.Unlock()
		settle()
		c.mu.Lock()
		c.settling = false
	}
	if i := slices.IndexFunc(c.turns, func(t *turn) bool { return t.ready }); i >= 0 {
		c.grant(i)
	}
}

func (c *Cooperative) grant(i int) {
	t := c.turns[i]
	c.turns = slices.Delete(c.turns, i, i+1)
	c.free = false
	close(t.granted)
}

// settle waits until all other goroutines of the bubble are blocked. Elsewhere it returns at once.
func settle() {
	defer func() { _ = recover() }() // not in a bubble, or the test itself waits
	synctest.Wait()
}

// cooperative is an executor that carries actions out while their strands wait.
type cooperative struct {
	host *Cooperative
	next executor.Executor
}

// besideKey is the context key that marks what goes on beside the strands.
type besideKey struct{}

func isBeside(ctx context.Context) bool { return ctx.Value(besideKey{}) != nil }

func (e *cooperative) Execute(ctx context.Context, a actions.Action) (any, error) {
	if isBeside(ctx) {
		return e.next.Execute(ctx, a)
	}
	if _, ok := a.(actions.Group); ok {
		return nil, fmt.Errorf("executortest: the group %q reached Cooperative.Around, which belongs below what carries "+
			"out groups", actions.Name(a))
	}
	c := e.host
	t := newTurn(false)
	c.update(func() {
		c.turns = append(c.turns, t)
		c.free = true
	})
	defer func() {
		c.update(func() { t.ready = true })
		<-t.granted
	}()
	return e.next.Execute(context.WithValue(ctx, besideKey{}, true), a)
}

// Unwrap returns the executor that was wrapped.
func (e *cooperative) Unwrap() executor.Executor { return e.next }

// String names the layer.
func (e *cooperative) String() string { return "Cooperative" }

// forkJoin runs every branch on a goroutine of its own, but for the first, which the caller runs.
func forkJoin(ctx context.Context, n int, branch func(context.Context, int)) {
	var others sync.WaitGroup
	defer others.Wait()
	for i := 1; i < n; i++ {
		others.Go(func() { branch(ctx, i) })
	}
	branch(ctx, 0)
}
