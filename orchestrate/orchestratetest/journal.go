package orchestratetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/internal/show"
)

// journal holds what a run was answered, groups included, in the order in which they were over.
type journal struct {
	t     TB
	count atomic.Int64

	mu       sync.Mutex
	closed   bool
	calls    Trace
	at       map[string]int // the last call of a path
	versions map[string]any
	again    bool // some path was carried out more than once
}

func newJournal(t TB) *journal {
	return &journal{t: t, at: map[string]int{}, versions: map[string]any{}}
}

// add ends the test if the run does not end.
func (j *journal) add(_ context.Context, c Call) {
	if j.count.Add(1) > maxActions {
		j.t.Errorf("the orchestration does not end: step %s is %s", c.Path, show.Action(c.Action))
		j.t.FailNow()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return
	case actions.IsAside(c.Action):
		if v, ok := c.Action.(actions.Version); ok && c.Err == nil {
			j.versions[c.Path+" "+v.Change] = c.Result
		}
		return
	}
	_, again := j.at[c.Path]
	j.again = j.again || again
	j.at[c.Path] = len(j.calls)
	j.calls = append(j.calls, c)
}

// close ends the record: who was abandoned may still be at work.
func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
}

// inside tells whether the group at a path has calls inside.
func (j *journal) inside(path string) bool {
	for _, c := range j.calls {
		if strings.HasPrefix(c.Path, path+".") {
			return true
		}
	}
	return false
}

// before are the single actions at the paths before one, or all.
func (j *journal) before(path string) (t Trace) {
	for _, c := range j.calls {
		if _, group := c.Action.(actions.Group); !group && (path == "" || paths.Compare(c.Path, path) < 0) {
			t = append(t, c)
		}
	}
	return t.Sorted()
}

// aside answers an aside as it was answered.
func (j *journal) aside(ctx context.Context, a actions.Action) (any, error) {
	if v, ok := a.(actions.Version); ok {
		if version, ok := j.versions[executor.StepFrom(ctx).Path()+" "+v.Change]; ok {
			return version, nil
		}
	}
	return aside(a)
}

// prefixName says of which answers a replay has been told.
func (j *journal) prefixName(n int) string {
	switch {
	case n == len(j.calls):
		return "from all of its answers"
	case n == 0:
		return "from the beginning"
	case n == 1:
		return "from its first answer"
	}
	return fmt.Sprintf("from its first %d answers", n)
}
