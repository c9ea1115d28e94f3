package plan

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// recorder builds the tree of a run from what its observers see.
type recorder struct {
	mu    sync.Mutex
	clock func() time.Duration
	root  *node
	nodes map[key]*node
}

// key finds a step that is already known, to which another attempt may be made.
type key struct {
	run  any
	path string
}

func keyOf(ctx context.Context) key {
	at := executor.StepFrom(ctx)
	return key{at.RunToken(), at.Path()}
}

// node is a step being recorded, or the run itself.
type node struct {
	Step
	rec      *recorder
	key      key
	branches map[int][]*node
	result   actions.GroupResult
	calls    []Try // by whoever is above the outermost observer
	inner    []Try // by whoever is above [Attempts]
}

func newRecorder(clock func() time.Duration) *recorder {
	r := &recorder{clock: clock, nodes: map[key]*node{}}
	r.root = &node{branches: map[int][]*node{}}
	return r
}

// begin records that an action is about to be carried out.
func (r *recorder) begin(ctx context.Context, a actions.Action) (n *node, try int) {
	k := keyOf(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	n = r.nodes[k]
	aside := actions.IsAside(a) // which has the path of the action after it
	if n == nil || aside {
		n = r.add(k, aside)
		n.Action, n.Shielded = a, ctx.Value(shieldKey{}) != nil
	}
	n.Status = Unfinished
	n.calls = append(n.calls, Try{Number: len(n.calls) + 1, Start: r.clock()})
	return n, len(n.calls) - 1
}

// add adds a step to its branch, and to what is known unless there is never another attempt at it. Of a group that only
// its inside was seen of, there is no more to say than where it is.
func (r *recorder) add(k key, once bool) *node {
	n := &node{
		Step:     Step{Path: k.path, Start: r.clock(), Decided: -1},
		rec:      r,
		key:      k,
		branches: map[int][]*node{},
	}
	if !once && k.run != nil {
		r.nodes[k] = n
	}
	parent, branch := r.root, 0
	if outer, i, ok := outside(k.path); ok {
		if parent = r.nodes[key{k.run, outer}]; parent == nil {
			parent = r.add(key{k.run, outer}, false)
		}
		branch = i
	}
	parent.branches[branch] = append(parent.branches[branch], n)
	return n
}

// outside takes a path apart: "3.1.0" is in branch 1 of the step "3".
func outside(path string) (outer string, branch int, ok bool) {
	end := strings.LastIndexByte(path, '.')
	start := strings.LastIndexByte(path[:max(end, 0)], '.')
	if start < 0 {
		return "", 0, false
	}
	for _, digit := range path[start+1 : end] {
		branch = 10*branch + int(digit-'0')
	}
	return path[:start], branch, true
}

// try records that an attempt at the step begins, and returns what records how it ended.
func (r *recorder) try(ctx context.Context, n *node) (end func(err error, exited bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := len(n.inner)
	number := executor.StepFrom(ctx).Attempt()
	n.inner = append(n.inner, Try{Number: max(number, 1), Start: r.clock()})
	return func(err error, exited bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		t := &n.inner[i]
		t.End, t.Err = r.clock(), err
		if !exited {
			t.Status = statusOf(ctx, err)
		}
	}
}

// end records how a call ended.
func (r *recorder) end(ctx context.Context, n *node, try int, result any, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Result, n.Err, n.Status, n.End = result, err, statusOf(ctx, err), r.clock()
	if g, ok := result.(actions.GroupResult); ok {
		n.Result, n.result = nil, g
	}
	n.calls[try].ended(n.Step)
}

// abandon records that a call was left by an exit of the goroutine.
func (r *recorder) abandon(n *node, try int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Status, n.End = Unfinished, r.clock()
	n.calls[try].ended(n.Step)
}

func (t *Try) ended(s Step) { t.End, t.Status, t.Err = s.End, s.Status, s.Err }

func statusOf(ctx context.Context, err error) Status {
	switch {
	case err == nil:
		return Done
	case executor.NotDone(err):
		return NotDone
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return Cancelled
	}
	return Failed
}

// plan is what was recorded so far.
func (r *recorder) plan() *Plan {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &Plan{Took: r.clock()}
	p.Steps = r.frozen(r.root.branches[0])
	return p
}

func (r *recorder) frozen(nodes []*node) []Step {
	if len(nodes) == 0 {
		return nil
	}
	steps := make([]Step, len(nodes))
	for i, n := range nodes {
		steps[i] = r.freeze(n)
	}
	return steps
}
