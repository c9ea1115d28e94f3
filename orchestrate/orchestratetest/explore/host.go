package explore

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// host carries out one life of a run, from its start or its last crash to its end or the next crash. Of its strands
// exactly one runs at any time: it goes on until it waits for an action or ends, and then chooses who is next.
type host struct {
	s       *Schedule
	exec    executor.Executor
	journal *journal
	main    *strand
	cancel  context.CancelCauseFunc

	ready   []*strand // can go on, and not because of an answer
	waiting []*leaf

	replayed  int  // records of the journal that have been answered from
	cancelled bool // on request
	dead      bool // unwinding
	crashed   bool
	stuck     error // because nothing can happen any more
	returned  bool
}

// strand is one line of control of the orchestration.
type strand struct {
	start     func() // nil once it has started
	wake      chan struct{}
	goroutine string // its own, where that is checked
}

// leaf is a single action that a strand waits for.
type leaf struct {
	strand *strand
	ctx    context.Context
	action actions.Action
	path   string
	since  int           // how many steps had been taken when it was asked for
	until  time.Duration // when a sleep ends
	late   bool          // it cannot have begun when its context ended
	sleeps bool

	receives bool
	event    string

	verdict
}

// verdict is what the schedule says about a leaf.
type verdict struct {
	option option
	record *record // not nil: it is in the journal
}

type strandKey struct{}

func newHost(s *Schedule, exec executor.Executor, j *journal) (*host, context.Context) {
	h := &host{s: s, exec: exec, journal: j, main: &strand{wake: make(chan struct{}, 1)}}
	h.waiting, h.ready = s.scratch.waiting[:0], s.scratch.ready[:0]
	ctx := executor.WithRun(context.Background(), j.id)
	ctx, h.cancel = context.WithCancelCause(ctx)
	return h, executor.WithStrands(context.WithValue(ctx, strandKey{}, h.main), h)
}

// Execute carries out groups, and has single actions wait for their turn.
func (h *host) Execute(ctx context.Context, a actions.Action) (any, error) {
	if h.dead {
		runtime.Goexit()
	}
	switch a := a.(type) {
	case actions.Group:
		return executor.RunGroup(ctx, a, h)
	case actions.Log, actions.Progress, actions.Publish:
		return nil, nil
	case actions.Version:
		return a.Max, nil
	}
	l := &leaf{ctx: ctx, action: a, path: executor.StepFrom(ctx).Path(), since: len(h.s.steps)}
	l.late = ctx.Err() != nil
	l.sleeps = isSleep(a)
	l.event, l.receives = receives(a)
	l.strand, _ = ctx.Value(strandKey{}).(*strand)
	if err := h.s.asks(h, l); err != nil {
		return nil, err
	}
	if answer, ok := h.journal.instant(h.s, l); ok {
		return answer, nil
	}
	h.waiting = append(h.waiting, l)
	h.handOver(l.strand)
	return h.s.take(h, l)
}

// handOver lets the next strand go on, and returns when self does. Without self its goroutine ends.
func (h *host) handOver(self *strand) {
	next := h.next()
	if next == self {
		return
	}
	if start := next.start; start != nil {
		next.start = nil
		h.s.x.crew.do(start)
	} else {
		next.wake <- struct{}{}
	}
	if self != nil {
		<-self.wake
	}
}

// next says who goes on.
func (h *host) next() *strand {
	for {
		if len(h.ready) > 0 {
			next := h.ready[0]
			h.ready = slices.Delete(h.ready, 0, 1)
			return next
		}
		if h.dead { // everybody who waits goes on, to find that out
			return h.answer(len(h.waiting)-1, verdict{})
		}
		if next := h.s.decide(h); next != nil {
			return next
		}
	}
}

// answer ends the wait of a leaf.
func (h *host) answer(i int, v verdict) *strand {
	l := h.waiting[i]
	h.waiting = slices.Delete(h.waiting, i, i+1)
	l.verdict = v
	return l.strand
}

// WithCancel is context.WithCancelCause, for groups.
func (h *host) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if h.s.x.bounds.Conflicts == nil {
		return ctx, cancel
	}
	return ctx, func(cause error) {
		if _, ok := cause.(*executor.DecidedError); ok { //nolint:errorlint // RunGroup's own
			h.s.decides()
		}
		cancel(cause)
	}
}

// ForkJoin runs the first branch on the caller's strand and the others on strands of their own.
func (h *host) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	f := &fork{host: h, running: n}
	f.parent, _ = ctx.Value(strandKey{}).(*strand)
	for i := 1; i < n; i++ {
		child := &strand{wake: make(chan struct{}, 1)}
		child.start = func() {
			defer f.ended()
			if !h.dead {
				h.s.onGoroutine(child)
				branch(context.WithValue(ctx, strandKey{}, child), i)
			}
		}
		h.ready = append(h.ready, child)
	}
	defer f.join() // also if branch 0 exits the goroutine
	branch(ctx, 0)
}

// fork is a group whose branches are strands.
type fork struct {
	host    *host
	parent  *strand
	running int
	joining bool
}

func (f *fork) ended() {
	f.running--
	if f.running == 0 && f.joining {
		f.host.ready = append(f.host.ready, f.parent)
	}
	f.host.handOver(nil)
}

func (f *fork) join() {
	f.running--
	if f.running > 0 {
		f.joining = true
		f.host.handOver(f.parent)
	}
}

// kill has every strand exit its goroutine, as soon as it goes on.
func (h *host) kill() { h.dead = true }
