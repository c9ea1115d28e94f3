package combinators_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing/synctest"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// task is the action of the tests of what admits calls: breakers and limits.
type task struct {
	actions.Returns[string]
	ID     int
	Host   string
	Weight int
}

// desk is an executor at which calls wait until the test says how they end. It is for synctest bubbles.
type desk struct {
	mu     sync.Mutex
	inside int
	most   int
}

// job is a call to a desk that was begun.
type job struct {
	end      chan func() (any, error)
	done     chan struct{}
	began    atomic.Bool
	result   any
	err      error
	panicked any
	exited   bool
}

type jobKey struct{}

func (d *desk) Execute(ctx context.Context, _ actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	j := ctx.Value(jobKey{}).(*job)
	d.move(1)
	defer d.move(-1)
	j.began.Store(true)
	return (<-j.end)()
}

func (d *desk) move(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inside += n
	d.most = max(d.most, d.inside)
}

// begin starts a call through e and returns when it has come as far as it can: it is at the desk, waits for something
// in e, or is over.
func begin(ctx context.Context, e executor.Executor, a actions.Action) *job {
	j := &job{end: make(chan func() (any, error), 1), done: make(chan struct{}), exited: true}
	go func() {
		defer close(j.done)
		defer func() {
			if j.panicked = recover(); j.panicked != nil {
				j.exited = false
			}
		}()
		j.result, j.err = e.Execute(context.WithValue(ctx, jobKey{}, j), a)
		j.exited = false
	}()
	synctest.Wait()
	return j
}

// ends lets the call end.
func (j *job) ends(how func() (any, error)) {
	j.end <- how
	<-j.done
	synctest.Wait()
}

func (j *job) over() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

func well() (any, error) { return "fine", nil }

func badly() (any, error) { return nil, errDown }

func panicking() (any, error) { panic("oops") }

func exiting() (any, error) {
	runtime.Goexit()
	return nil, nil
}

// do makes a call that ends at once.
func do(ctx context.Context, e executor.Executor, how func() (any, error)) error {
	j := begin(ctx, e, task{})
	if !j.over() {
		j.ends(how)
	}
	return j.err
}
