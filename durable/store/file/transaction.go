package file

import (
	"iter"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// transaction is what a batch of calls changes, before others see it. A call that fails leaves nothing.
type transaction struct {
	store *Store
	now   time.Time
	batch map[string]*changed
	order []string            // of the runs of the batch, as they were first changed
	own   map[string]*changed // what the call that is being made has changed
	mine  []string
	// notices are told once the batch is on the disk.
	notices []store.Notice
}

// changed is what becomes of a run.
type changed struct {
	before, after *run // nil: there is none
	lasting       bool // it is to be on the disk, and not only that a lease lasts longer
	created       bool
	published     bool
	sent          []store.Message
	consumed      []int64
}

// get returns a run as the calls before left it, or nil.
func (t *transaction) get(id string) *run {
	if c := t.own[id]; c != nil {
		return c.after
	}
	if c := t.batch[id]; c != nil {
		return c.after
	}
	return t.store.runs[id]
}

// change returns what the call changes about a run, with an after of its own.
func (t *transaction) change(id string) *changed {
	c := t.own[id]
	if c == nil {
		c = &changed{before: t.get(id)}
		if c.before != nil {
			c.after = c.before.change()
		}
		t.own[id] = c
		t.mine = append(t.mine, id)
	}
	return c
}

// make makes the changes of a call, or none.
func (t *transaction) make(c *call) {
	if c.err = c.ctx.Err(); c.err != nil {
		return
	}
	t.own, t.mine = map[string]*changed{}, nil
	told := len(t.notices)
	if c.err = c.make(t); c.err != nil {
		t.notices = t.notices[:told]
		return
	}
	for _, id := range t.mine {
		t.merge(id, t.own[id])
	}
	t.own = nil
}

func (t *transaction) merge(id string, c *changed) {
	known := t.batch[id]
	if known == nil {
		t.batch[id] = c
		t.order = append(t.order, id)
		return
	}
	known.after = c.after
	known.lasting = known.lasting || c.lasting
	known.created = known.created || c.created
	known.published = known.published || c.published
	known.sent = append(known.sent, c.sent...)
	known.consumed = append(known.consumed, c.consumed...)
}

// claimable are the runs that may be due.
func (t *transaction) claimable() iter.Seq[*whole.Run] {
	return func(yield func(*whole.Run) bool) {
		for id, r := range t.store.due {
			if t.batch[id] == nil && t.own[id] == nil && !yield(&r.Run) {
				return
			}
		}
		for id, c := range t.batch {
			if c.after != nil && t.own[id] == nil && !yield(&c.after.Run) {
				return
			}
		}
		for _, c := range t.own {
			if c.after != nil && !yield(&c.after.Run) {
				return
			}
		}
	}
}

// tell has a notice told about a run that had an owner, or had none.
func (t *transaction) tell(r *run, owner string, sent bool) {
	n := r.notice()
	n.Sent = sent
	if owner != "" && r.Run.Run.Owner == "" {
		n.Freed, n.Queue = true, r.Run.Run.Queue
	}
	t.notices = append(t.notices, n)
}
