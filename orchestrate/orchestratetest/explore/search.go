package explore

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/baton-go/baton/executor"
)

// exploration is one call of Schedules.
type exploration struct {
	t      TB
	bounds Bounds
	body   func(*Schedule)
	report Report
	first  *history
	leak   string // goroutines that were left behind
	crew   *crew
	told   time.Time
}

// search runs schedule after schedule, those that depart least from the first one first. It returns the plan of one
// that fails.
func (x *exploration) search() (failing *plan) {
	l := &level{room: x.bounds.MaxSchedules, failed: -1, size: 1}
	for l.size > 0 {
		x.work(l)
		for _, d := range l.counted() {
			if d.pruned {
				x.report.Pruned++
			} else {
				x.report.Schedules++
			}
		}
		if l.failed >= 0 {
			return l.failing
		}
		if l.size > l.room {
			return nil
		}
		l = l.next()
	}
	x.report.Exhausted = true
	return nil
}

// work runs the schedules of a level side by side, up to the first that fails.
func (x *exploration) work(l *level) {
	var others sync.WaitGroup
	for range min(x.bounds.Workers, l.size) - 1 {
		others.Go(func() { x.runSome(l, false) })
	}
	x.runSome(l, true)
	others.Wait()
}

// watched is in how many schedules of a round it is looked at where yields come from, which takes as long as a step.
const watched = 64

func (x *exploration) runSome(l *level, tells bool) {
	memory := &scratch{}
	for {
		i, p, ok := l.take()
		if !ok {
			return
		}
		if !l.random && p.node == nil { // the first once more
			p.history, p.asked = x.first, len(x.first.asked)
		}
		p.watched = i < watched
		s := &Schedule{x: x, plan: p}
		x.runBody(s, memory)
		l.end(i, s)
		if tells {
			x.progress(i, l)
		}
	}
}

// progress tells now and then how far the exploration has come.
func (x *exploration) progress(i int, l *level) {
	if i%64 != 0 || time.Since(x.told) < 10*time.Second {
		return
	}
	x.told = time.Now()
	x.t.Logf("explored %d schedules so far, of at least %d", x.report.Schedules+x.report.Pruned+i,
		x.report.Schedules+x.report.Pruned+min(l.size, l.room))
}

// run runs the body under a plan.
func (x *exploration) run(p plan) *Schedule {
	s := &Schedule{x: x, plan: p}
	x.runBody(s, &scratch{})
	return s
}

func (x *exploration) runBody(s *Schedule, memory *scratch) {
	memory.lend(s)
	done := make(chan struct{})
	x.crew.do(func() {
		returned := false
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				s.Errorf("the body panicked: %+v", executor.NewPanicError(p))
			} else if !returned && !s.aborted {
				s.Errorf("the body exited its goroutine: it is to make assertions on the schedule, not on t")
			}
		}()
		defer s.cleanup()
		x.body(s)
		returned = true
	})
	<-done
	memory.takeBack(s)
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
	l := &level{room: x.bounds.Samples, failed: -1, size: x.bounds.Samples, random: true, seed: x.bounds.Seed}
	x.work(l)
	x.report.Samples = len(l.counted())
	if l.failed < 0 {
		return nil
	}
	return x.shrink(l.failing)
}

// shrink leaves out departures of a schedule that failed as long as it still does.
func (x *exploration) shrink(p *plan) *plan {
	for again := true; again; {
		again = false
		for i := range p.tokens {
			fewer := append(append([]string{}, p.tokens[:i]...), p.tokens[i+1:]...)
			if s := x.run(plan{tokens: fewer}); s.Failed() {
				p, again = &plan{tokens: fewer, failures: s.failures}, true
				break
			}
		}
	}
	return p
}

// chance chooses among options at random: now and then one that is not the first, in some schedules more often than in
// others, so that departures come late too.
type chance struct {
	*rand.Rand
	rarity int
}

func newChance(seed, i uint64) *chance {
	r := rand.New(rand.NewPCG(seed, i))
	return &chance{r, 2 << r.IntN(6)}
}

func (c *chance) option(n int) int {
	if n > 1 && c.IntN(c.rarity) == 0 {
		return c.IntN(n)
	}
	return 0
}
