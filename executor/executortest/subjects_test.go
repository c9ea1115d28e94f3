package executortest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

// holds checks a subject in a bubble, where hanging takes no time.
func holds(t *testing.T, s executortest.Subject) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { require.Empty(t, executortest.Check(s)) })
}

// journal answers steps that it has answered before.
type journal struct {
	next    executor.Executor
	mu      sync.Mutex
	records map[string]any
}

func (j *journal) Execute(ctx context.Context, a actions.Action) (any, error) {
	key, err := executor.StepFrom(ctx).Key()
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, j)
	}
	if err != nil {
		return j.next.Execute(ctx, a)
	}
	j.mu.Lock()
	v, ok := j.records[key]
	j.mu.Unlock()
	if ok {
		return v, nil
	}
	if v, err = j.next.Execute(ctx, a); err == nil {
		j.mu.Lock()
		j.records[key] = v
		j.mu.Unlock()
	}
	return v, err
}

func TestAJournalIsAnExecutor(t *testing.T) {
	t.Parallel()
	holds(t, executortest.Subject{
		Groups: true, System: true, Records: true,
		New: func(leaf *executor.Mux) executor.Executor {
			return &journal{next: executor.System(leaf), records: map[string]any{}}
		},
	})
}

func TestARetryIsAnExecutor(t *testing.T) {
	t.Parallel()
	holds(t, executortest.Subject{
		Repeats: true,
		New: func(leaf *executor.Mux) executor.Executor {
			return executor.Func(func(ctx context.Context, a actions.Action) (v any, err error) {
				for attempt := 1; attempt <= 3; attempt++ {
					v, err = leaf.Execute(executor.WithAttempt(ctx, attempt), a)
					if err == nil || ctx.Err() != nil {
						return v, err
					}
				}
				return v, err
			})
		},
	})
}

// pool carries actions out on two goroutines of its own.
type pool struct {
	next executor.Executor
	jobs chan func()
}

func newPool(next executor.Executor) *pool {
	p := &pool{next, make(chan func())}
	for range 2 {
		go p.work()
	}
	return p
}

func (p *pool) work() {
	exits := true
	defer func() {
		if exits { // a handler takes its worker along
			go p.work()
		}
	}()
	for job := range p.jobs {
		job()
	}
	exits = false
}

func (p *pool) Execute(ctx context.Context, a actions.Action) (v any, err error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	err = errors.New("the handler exited its goroutine")
	job := func() {
		defer close(done)
		defer func() {
			if x := recover(); x != nil {
				err = executor.NewPanicError(x)
			}
		}()
		v, err = p.next.Execute(ctx, a)
	}
	select {
	case p.jobs <- job:
	case <-ctx.Done():
		return nil, executor.Refuse(ctx)
	}
	<-done
	return v, err
}

func TestAPoolIsAnExecutor(t *testing.T) {
	t.Parallel()
	holds(t, executortest.Subject{
		New:   func(leaf *executor.Mux) executor.Executor { return newPool(leaf) },
		Close: func(e executor.Executor) { close(e.(*pool).jobs) },
	})
}

// remote carries actions out elsewhere: what passes is text.
type remote struct{ far *executor.Mux }

func (r *remote) Execute(ctx context.Context, a actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	request, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", actions.Name(a), err)
	}
	there, cancel := context.WithCancel(context.Background())
	defer cancel()
	replies := make(chan reply, 1)
	go func() { replies <- r.serve(there, actions.Name(a), request) }()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ctx.Err(), context.Cause(ctx))
	case got := <-replies:
		if got.Err != nil {
			return nil, got.Err
		}
		return actions.DecodeResult(a, func(into any) error { return json.Unmarshal(got.Result, into) })
	}
}

// reply is what comes back. An error would be encoded too; here it only has to leave the goroutine.
type reply struct {
	Result []byte
	Err    error
}

func (r *remote) serve(ctx context.Context, name string, request []byte) (got reply) {
	y, end := executor.Yield(ctx, r.far)
	defer end()
	a, err := r.far.DecodeAction(name, func(into any) error { return json.Unmarshal(request, into) })
	if err != nil {
		return reply{Err: err}
	}
	result, err := y(a)
	if err != nil {
		return reply{Err: err}
	}
	got.Result, got.Err = json.Marshal(result)
	return got
}

func TestARemoteExecutorIsAnExecutor(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	synctest.Test(t, func(t *testing.T) {
		for _, v := range executortest.Check(executortest.Subject{
			Remote: true,
			New:    func(leaf *executor.Mux) executor.Executor { return &remote{leaf} },
		}) {
			broken[v.Law] = true
			require.Contains(t, v.Detail, "did not return", v.String())
		}
	})
	// This simple one does not notice that the far side is gone.
	require.Equal(t, map[string]bool{"a handler that exits its goroutine hangs nobody": true}, broken)
}

func TestTheSuiteClosesWhatItMade(t *testing.T) {
	t.Parallel()
	var open, made int
	s := executortest.Subject{
		New: func(leaf *executor.Mux) executor.Executor {
			open++
			made++
			return leaf
		},
		Close: func(e executor.Executor) {
			require.IsType(t, &executor.Mux{}, e)
			open--
		},
	}
	require.Empty(t, executortest.Check(s))
	require.Zero(t, open)
	require.Len(t, executortest.Laws(s), made, "one for each law")
}

func TestASubjectThatIsNoneIsNamed(t *testing.T) {
	t.Parallel()
	typedNil := executortest.Check(executortest.Subject{
		New: func(*executor.Mux) executor.Executor { return (*pool)(nil) },
	})
	require.Contains(t, typedNil[0].Detail, "the executor is nil")
	require.PanicsWithValue(t, "executortest: Subject.New is nil", func() { executortest.Check(executortest.Subject{}) })
	for text, build := range map[string]func(*executor.Mux) executor.Executor{
		"the executor is nil": func(*executor.Mux) executor.Executor { return nil },
		"cannot connect":      func(*executor.Mux) executor.Executor { panic("cannot connect") },
	} {
		violations := executortest.Check(executortest.Subject{New: build})
		require.Len(t, violations, len(executortest.Laws(executortest.Subject{New: build})))
		for _, v := range violations {
			require.Contains(t, v.Detail, "New panicked, or returned no executor: panic: ")
			require.Contains(t, v.Detail, text)
		}
	}
}
