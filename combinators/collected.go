package combinators

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Record is one action that a [Collector] saw, and what came back.
type Record struct {
	Action actions.Action
	// Step tells the position of the action in its run, and the attempt.
	Step   executor.Step
	Result any
	// Err is the error, if any; a panic is an executor.PanicError.
	Err   error
	Class Class
	Began time.Time
	Took  time.Duration
	// Ended counts the actions in the order in which they ended, from 1. While it is 0 the action is being carried out,
	// and there is neither Result nor Err.
	Ended int
}

// Collector keeps what was asked of an executor and what came back: in tests, for audits, to print a timeline. It grows
// until it is reset. Results are kept as they are, not copied. It is a [Sink] too, to stand beside others in one
// [Observed]. It is safe for concurrent use; the zero Collector is empty and ready.
type Collector struct {
	mu      sync.Mutex
	records []Record
	ended   int
	open    map[*Started]int // the records without an outcome, by their start
}

// NewCollector makes an empty collector.
func NewCollector() *Collector { return &Collector{} }

// Collected keeps a record of each action in the collector. As the outermost layer it sees groups and each action in
// them; below [Parallelize] single actions only; below [Retried] each attempt. Two of them with one collector record
// twice what both see. It costs what [Observed] does, and a lock at either end. It panics if the collector is nil.
func Collected(c *Collector) Combinator {
	if c == nil {
		panic("combinators.Collected: the collector is nil")
	}
	return observe("Collected", "", c)
}

// Records returns the records so far, in the order in which the actions began.
func (c *Collector) Records() []Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.records)
}

// All iterates over the records that there are when the loop begins, in the order in which the actions began.
func (c *Collector) All() iter.Seq2[int, Record] {
	return func(yield func(int, Record) bool) { slices.All(c.Records())(yield) }
}

// Reset forgets all records. Actions that are being carried out leave none.
func (c *Collector) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records, c.open, c.ended = nil, nil, 0
}

// Enabled is true.
func (*Collector) Enabled(context.Context) bool { return true }

// Start begins a record.
func (c *Collector) Start(ctx context.Context, e *Started) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[*Started]int{}
	}
	c.open[e] = len(c.records)
	c.records = append(c.records, Record{Action: e.Action, Step: e.Step, Began: e.At})
	return ctx
}

// Observe completes the record of an action that ended.
func (c *Collector) Observe(_ context.Context, e Event) {
	ended, ok := e.(*Ended)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i, ok := c.open[&ended.Started]
	if !ok {
		return
	}
	delete(c.open, &ended.Started)
	c.ended++
	r := &c.records[i]
	r.Result, r.Err, r.Class, r.Took, r.Ended = ended.Result, ended.Err, ended.Class, ended.Took, c.ended
}

// String is "collector".
func (*Collector) String() string { return "collector" }
