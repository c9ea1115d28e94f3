package durabletest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
)

// host is what stands below the journal, and behind it, in one life: what leaves the journal waits there until the
// schedule says what comes of it.
type host struct {
	run     *run
	journal *journal.Journal
	cancel  context.CancelCauseFunc
	stir    chan struct{} // holds a signal when somebody has begun to wait
	over    chan struct{} // closed when the process is dead
	done    chan struct{} // closed when the orchestration has returned

	mu      sync.Mutex
	dead    bool
	waiting []*waiting
}

// waiting is an action that is about to be carried out, or a write that is about to be made.
type waiting struct {
	path   string
	ctx    context.Context
	action actions.Action // nil for a write
	entry  journal.Entry
	what   string
	answer chan func() (any, error)
}

// Execute implements executor.Executor.
func (h *host) Execute(ctx context.Context, a actions.Action) (any, error) {
	path := executor.StepFrom(ctx).Path()
	if h.run.has(path) {
		h.run.s.Errorf("%s is about to be carried out at step %s, which is on record", actions.Name(a), path)
	}
	return h.wait(&waiting{path: path, ctx: ctx, action: a, what: fmt.Sprintf("%s at %s", actions.Name(a), path)})
}

// Append implements journal.Log.
func (h *host) Append(ctx context.Context, e journal.Entry) error {
	w := &waiting{path: e.Records[0].Path, ctx: ctx, entry: e}
	for i, r := range e.Records {
		if i > 0 {
			w.what += " and "
		}
		w.what += fmt.Sprintf("the %s at %s", kind(r), r.Path)
	}
	_, err := h.wait(w)
	return err
}

func kind(r store.Record) string {
	if r.Kind == store.Step {
		return "outcome"
	}
	return r.Kind.String()
}

// wait has a strand wait for what the schedule says.
func (h *host) wait(w *waiting) (any, error) {
	w.answer = make(chan func() (any, error))
	h.mu.Lock()
	h.waiting = append(h.waiting, w)
	h.mu.Unlock()
	h.stirs()
	select {
	case f := <-w.answer:
		return f()
	case <-h.over:
		return nil, errCrash
	}
}

// stirs says that somebody has begun to wait.
func (h *host) stirs() {
	select {
	case h.stir <- struct{}{}:
	default:
	}
}

// crash ends the process.
func (h *host) crash() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead {
		return
	}
	h.dead = true
	h.journal.Kill(errCrash)
	h.cancel(errCrash)
	close(h.over)
}

// inOrder are those who wait, in the order of their steps: writes before what goes on beside them.
func (h *host) inOrder() []*waiting {
	h.mu.Lock()
	defer h.mu.Unlock()
	slices.SortStableFunc(h.waiting, func(a, b *waiting) int {
		switch {
		case (a.action == nil) == (b.action == nil):
			return paths.Compare(a.path, b.path)
		case a.action == nil:
			return -1
		}
		return 1
	})
	return slices.Clone(h.waiting)
}

// answered lets a strand go on with what f does.
func (h *host) answered(w *waiting, f func() (any, error)) {
	h.mu.Lock()
	h.waiting = slices.DeleteFunc(h.waiting, func(other *waiting) bool { return other == w })
	h.mu.Unlock()
	w.answer <- f
}
