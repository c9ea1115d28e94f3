package journal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// task is an action that a desk gives a meaning by its name.
type task struct {
	actions.Returns[string]
	Name string
}

// handler carries out a task.
type handler func(ctx context.Context) (string, error)

// desk carries out tasks: by the handler of that name, or else it answers with the name. It notes what it did.
type desk struct {
	mu       sync.Mutex
	done     []string
	handlers map[string]handler
}

func (d *desk) Execute(ctx context.Context, a actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	t, ok := a.(task)
	if !ok {
		return nil, fmt.Errorf("the desk does not know %T", a)
	}
	d.mu.Lock()
	d.done = append(d.done, t.Name)
	handle := d.handlers[t.Name]
	d.mu.Unlock()
	if handle != nil {
		return handle(ctx)
	}
	return t.Name, nil
}

// did is what the desk has done so far, in order.
func (d *desk) did() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.done)
}

// on gives tasks of the name another handler.
func (d *desk) on(name string, h handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.handlers == nil {
		d.handlers = map[string]handler{}
	}
	d.handlers[name] = h
}

// waits is a handler that returns when its context is done.
func waits(ctx context.Context) (string, error) {
	<-ctx.Done()
	return "", context.Cause(ctx)
}

// do yields a task.
func do(y actions.Yield, name string) (string, error) { return orchestrate.Do(y, task{Name: name}) }

// doing is the flow of tasks one after the other. It stops at the first error.
func doing(names ...string) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		for _, name := range names {
			if _, err := do(y, name); err != nil {
				return "", err
			}
		}
		return strings.Join(names, " "), nil
	}
}

// lines are the records of a log, such as "0.1.0 step task", "0 race 1" and "2 version 3 of x", in order.
func (m *memory) lines() []string {
	var lines []string
	for _, r := range m.history() {
		line := r.Path
		switch r.Kind {
		case store.Step:
			line += " " + strings.TrimPrefix(strings.TrimPrefix(r.Name, "journal_test."), "actions.")
			if r.Failure.Codec != "" {
				line += " failed"
			}
		case store.Decision:
			line += fmt.Sprintf(" %s %d", r.Name, r.Number)
		case store.Change:
			line += fmt.Sprintf(" version %d of %s", r.Number, r.Name)
		}
		lines = append(lines, line)
	}
	return lines
}

// life is a run that goes on in the background.
type life struct {
	*journal.Journal
	result any
	err    error
	done   chan struct{}
}

// start runs a flow under a journal in the background.
func start[T any](ctx context.Context, j *journal.Journal, flow orchestrate.Orchestration[T]) *life {
	l := &life{Journal: j, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		l.result, l.err = journal.Run(ctx, j, func(y actions.Yield) (any, error) { return flow(y) })
	}()
	return l
}

// ends waits for the end of the life, and returns its error.
func (l *life) ends(t *testing.T) error {
	t.Helper()
	select {
	case <-l.done:
	case <-time.After(time.Hour): // in a bubble; outside one the test binary's own limit comes first
		require.FailNow(t, "the run does not end")
	}
	return l.err
}

// event is a message to the run.
func event(seq int64, name, json string) store.Message {
	return store.Message{Run: "r", Seq: seq, Name: name, Payload: store.Payload{Codec: "json", Data: []byte(json)}}
}

// with makes the options of a journal readable.
func with(f func(c *journal.Config)) func(*journal.Config) { return f }

// both is a desk and a till.
type both struct {
	*desk
	till *till
}

func (b both) Execute(ctx context.Context, a actions.Action) (any, error) {
	if _, ok := a.(task); ok {
		return b.desk.Execute(ctx, a)
	}
	return b.till.mux().Execute(ctx, a)
}

// failure is the last error on record.
func (m *memory) failure(t *testing.T) error {
	t.Helper()
	set, err := codec.NewSet(nil)
	require.NoError(t, err)
	var kinds *codec.Errors
	for _, r := range slices.Backward(m.history()) {
		if r.Failure.Codec != "" {
			failure, err := kinds.Decode(set, r.Failure)
			require.NoError(t, err)
			return failure
		}
	}
	require.FailNow(t, "nothing failed")
	return nil
}
