package explore

import "sync"

// crew is goroutines that are used again, because their stacks have grown to what an orchestration needs. A job that
// exits its goroutine takes that with it.
type crew struct {
	mu      sync.Mutex
	idle    []chan func()
	over    bool
	workers sync.WaitGroup
}

// do runs a job on a goroutine. Without a crew, that is a new one.
func (c *crew) do(job func()) {
	if c == nil {
		go job()
		return
	}
	c.mu.Lock()
	last := len(c.idle) - 1
	if last < 0 {
		c.mu.Unlock()
		c.workers.Go(func() { c.work(make(chan func(), 1), job) })
		return
	}
	jobs := c.idle[last]
	c.idle = c.idle[:last]
	c.mu.Unlock()
	jobs <- job
}

func (c *crew) work(jobs chan func(), job func()) {
	for ok := true; ok; job, ok = <-jobs {
		job()
		c.mu.Lock()
		if c.over {
			c.mu.Unlock()
			return
		}
		c.idle = append(c.idle, jobs)
		c.mu.Unlock()
	}
}

// end ends the goroutines, each after its job, and returns when they have.
func (c *crew) end() {
	defer c.workers.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for _, jobs := range c.idle {
		close(jobs)
	}
	c.idle = nil
}

// scratch is memory that schedules use one after the other.
type scratch struct {
	asked   []asked
	marks   []int32
	choices []choice
	steps   []*leaf
	records []record
	opts    []option
	waiting []*leaf
	ready   []*strand
}

// lend gives the schedule memory of those before it.
func (m *scratch) lend(s *Schedule) {
	s.scratch = m
	s.asked, s.marks, s.choices, s.steps = m.asked[:0], m.marks[:0], m.choices[:0], m.steps[:0]
}

// takeBack is called when the schedule has ended, and whoever wants to keep something of it has made a copy.
func (m *scratch) takeBack(s *Schedule) {
	m.asked, m.marks, m.choices, m.steps = s.asked, s.marks, s.choices, s.steps
}
