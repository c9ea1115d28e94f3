package explore

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/executor"
)

// exploration is one call of Schedules.
type exploration struct {
	t      TB
	bounds Bounds
	body   func(*Schedule)
	report Report
	first  *history
	leak   string // goroutines that the first schedule left behind
}

// outcome is what came of a schedule.
type outcome struct {
	pruned   bool
	failures []string
	children []*node
}

// search runs schedule after schedule, those that depart least from the first one first. It returns the plan of one
// that fails.
func (x *exploration) search() (failing *plan) {
	level := []*node{{history: x.first}}
	for len(level) > 0 {
		room := x.bounds.MaxSchedules - x.report.Schedules - x.report.Pruned
		cut := len(level) > room
		if cut {
			level = level[:room]
		}
		outcomes := x.runAll(level, room)
		var next []*node
		for i, o := range outcomes {
			switch {
			case len(o.failures) > 0:
				x.report.Schedules++
				p := level[i].plan()
				p.failures = o.failures
				return &p
			case o.pruned:
				x.report.Pruned++
			default:
				x.report.Schedules++
			}
			next = append(next, o.children...)
		}
		if cut {
			return nil
		}
		level = next
	}
	x.report.Exhausted = true
	return nil
}

// runAll runs the schedules of a level side by side, up to the first that fails.
func (x *exploration) runAll(level []*node, room int) []outcome {
	outcomes := make([]outcome, len(level))
	var next, children atomic.Int64
	var failed atomic.Int64 // the lowest that fails
	failed.Store(int64(len(level)))
	work := func() {
		for {
			i := next.Add(1) - 1
			if i >= int64(len(level)) || i > failed.Load() {
				return
			}
			s := x.run(level[i].plan())
			o := outcome{failures: s.failures, pruned: s.pruned}
			switch {
			case s.Failed():
				for low := failed.Load(); i < low && !failed.CompareAndSwap(low, i); {
					low = failed.Load()
				}
			case children.Load() < int64(room): // enough for the next level
				o.children = s.children(level[i])
				children.Add(int64(len(o.children)))
			default:
				o.children = s.children(level[i])[:0]
			}
			outcomes[i] = o
		}
	}
	workers := min(x.bounds.Workers, len(level))
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	if low := failed.Load(); low < int64(len(level)) {
		outcomes = outcomes[:low+1]
	}
	return outcomes
}

// children are the schedules that depart from this one by one more pick, after all of its own.
func (s *Schedule) children(n *node) []*node {
	from := 0
	if n.parent != nil {
		from = int(n.pick.choice) + 1
	}
	var all []*node
	var h *history
	for at := from; at < len(s.choices); at++ {
		for option := int32(1); option < int32(s.choices[at]); option++ {
			if h == nil {
				h = &history{s.asked, s.marks}
			}
			all = append(all, &node{n, pick{int32(at), option}, h})
		}
	}
	return all
}

// run runs the body under a plan.
func (x *exploration) run(p plan) *Schedule {
	s := &Schedule{x: x, plan: p}
	x.runBody(s)
	return s
}

func (x *exploration) runBody(s *Schedule) {
	done := make(chan struct{})
	go func() {
		returned := false
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				s.Errorf("the body panicked: %v", executor.NewPanicError(p))
			} else if !returned && !s.aborted && !s.pruned {
				s.Errorf("the body exited its goroutine: it is to make assertions on the schedule, not on t")
			}
		}()
		x.body(s)
		returned = true
	}()
	<-done
	switch {
	case s.Failed() || s.pruned:
	case s.runs == 0:
		s.Errorf("the body ran no orchestration: it is to call explore.Run")
	case s.plan.departs():
		s.diverged("two runs of the same beginning differ: one has ended before the other")
	}
}

// sample runs schedules at random. It returns the plan of one that fails, with as few departures as will do.
func (x *exploration) sample() (failing *plan) {
	for i := range x.bounds.Samples {
		s := x.run(plan{random: rand.New(rand.NewPCG(x.bounds.Seed, uint64(i)))})
		x.report.Samples++
		if s.Failed() {
			return x.shrink(s)
		}
	}
	return nil
}

// shrink leaves out departures of a schedule that failed as long as it still does.
func (x *exploration) shrink(s *Schedule) *plan {
	p := plan{tokens: s.plan.taken, failures: s.failures}
	for again := true; again; {
		again = false
		for i := range p.tokens {
			fewer := append(append([]string{}, p.tokens[:i]...), p.tokens[i+1:]...)
			if s := x.run(plan{tokens: fewer}); s.Failed() {
				p, again = plan{tokens: fewer, failures: s.failures}, true
				break
			}
		}
	}
	return &p
}
