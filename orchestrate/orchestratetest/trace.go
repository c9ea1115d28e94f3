package orchestratetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/internal/show"
)

// Call is one action that was carried out, and what came of it.
type Call struct {
	// Path is the step of the action, such as "3.1.0", or "" outside a run. That of an aside is the next action's.
	Path   string
	Action actions.Action
	// Result is nil beside an error, unless it says something.
	Result any
	Err    error
}

// String is the path, the action, and its result or error.
func (c Call) String() string { return c.text(len(c.Path)) }

func (c Call) text(width int) string {
	text := fmt.Sprintf("%-*s  %s", width, c.Path, show.Action(c.Action))
	switch c.Result.(type) {
	case nil, actions.Void:
	default:
		text += " → " + show.Value(c.Result)
	}
	if c.Err != nil {
		text += " → error: " + show.Error(c.Err)
	}
	return text
}

// Trace is what was done, in the order in which it was over. It prints as a table of one line for each call.
type Trace []Call

// String has one line for each call, and none at the end.
func (t Trace) String() string {
	width := 0
	for _, c := range t {
		width = max(width, len(c.Path))
	}
	lines := make([]string, len(t))
	for i, c := range t {
		lines[i] = c.text(width)
	}
	return strings.Join(lines, "\n")
}

// Actions are the actions of all calls.
func (t Trace) Actions() []actions.Action {
	as := make([]actions.Action, len(t))
	for i, c := range t {
		as[i] = c.Action
	}
	return as
}

// Sorted is the trace in the order of the paths, which is the same in every run of a deterministic orchestration,
// whatever its branches do in the meantime. Calls of one path stay in their order.
func (t Trace) Sorted() Trace {
	sorted := slices.Clone(t)
	slices.SortStableFunc(sorted, func(a, b Call) int { return paths.Compare(a.Path, b.Path) })
	return sorted
}

// Record returns an executor that writes down in trace the single actions that exec carries out, those in the branches
// of groups included, as copies. It is an observer: put it outside all others, or where the actions are of interest.
// The trace may be read once the run is over; each Record needs one of its own. Record panics if one of its arguments
// is nil.
func Record(exec executor.Executor, trace *Trace) executor.Executor {
	switch {
	case isNil(exec):
		panic("orchestratetest.Record: the executor is nil")
	case trace == nil:
		panic("orchestratetest.Record: the trace is nil")
	}
	l := &list{trace: trace}
	return &recorder{next: exec, add: func(_ context.Context, c Call) {
		if _, group := c.Action.(actions.Group); !group {
			l.add(c)
		}
	}}
}

// list is a trace that is being written.
type list struct {
	mu    sync.Mutex
	trace *Trace
}

func (l *list) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.trace = append(*l.trace, c)
}

// recorder calls add with each action that was carried out, groups included, after those inside.
type recorder struct {
	next executor.Executor
	add  func(ctx context.Context, c Call)
}

func (r *recorder) Execute(ctx context.Context, a actions.Action) (result any, err error) {
	c := Call{Path: executor.StepFrom(ctx).Path(), Action: a}
	if _, ok := a.(actions.Group); ok {
		ctx = executor.WithBranches(ctx, func(next executor.Executor) executor.Executor {
			return &recorder{next, r.add}
		})
	} else {
		c.Action = clone(a)
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			c.Err = executor.NewPanicError(p)
			r.add(ctx, c)
			panic(c.Err)
		}
	}()
	result, err = r.next.Execute(ctx, a)
	returned = true
	if c.Err = err; err == nil || !isZero(result) {
		c.Result = clone(result)
	}
	r.add(ctx, c)
	return result, err
}

// isZero tells whether a value is nothing to speak of beside an error.
func isZero(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() }

func (r *recorder) Unwrap() executor.Executor { return r.next }

func (r *recorder) String() string { return "Record" }
