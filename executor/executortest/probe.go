package executortest

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// probe checks one law of one subject. Its methods that can fail end the check if they do, so they belong to the
// goroutine of the check.
type probe struct {
	subject    Subject
	law        law
	exec       executor.Executor
	ctx        context.Context //nolint:containedctx // of the check; ends with it
	label      string
	violations []Violation

	mu       sync.Mutex
	runs     int
	events   map[string]*event
	calls    map[string][]int // the attempts that handlers saw
	received map[string]actions.Action
	causes   map[string]error
	running  int // handlers
	over     event
}

// event happens once.
type event struct {
	once sync.Once
	ch   chan struct{}
}

func newEvent() *event { return &event{ch: make(chan struct{})} }

func (e *event) happens() { e.once.Do(func() { close(e.ch) }) }

func newProbe(s Subject, l law) *probe {
	if s.Patience <= 0 {
		s.Patience = time.Minute
	}
	p := &probe{
		subject: s, law: l, over: event{ch: make(chan struct{})},
		events: map[string]*event{}, calls: map[string][]int{}, received: map[string]actions.Action{},
		causes: map[string]error{},
	}
	p.label = fmt.Sprintf("%p", p)
	return p
}

// run makes the executor, checks the law and cleans up.
func (p *probe) run() {
	ctx, cancel := context.WithCancel(context.Background())
	p.ctx = ctx
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				p.violate("the check panicked: %+v", executor.NewPanicError(v))
			}
		}()
		p.build()
		pprof.Do(ctx, pprof.Labels("executortest", p.label), func(context.Context) { p.law.check(p) })
	}()
	<-done
	p.over.happens() // lets every handler go that still waits
	cancel()
	p.eventually(func() bool { return p.handlers() == 0 })
	if p.exec != nil && p.subject.Close != nil {
		p.subject.Close(p.exec)
	}
}

// build makes the executor.
func (p *probe) build() {
	var exec executor.Executor
	defer func() {
		if v := recover(); v != nil {
			p.violate("New panicked, or returned no executor: %+v", executor.NewPanicError(v))
			runtime.Goexit()
		}
		p.exec = exec
	}()
	exec = p.subject.New(p.leaf())
	_, end := executor.Yield(p.ctx, exec) // panics without one
	end()
}

func (p *probe) violate(format string, args ...any) {
	p.violations = append(p.violations, Violation{p.law.name, fmt.Sprintf(format, args...), p.law.remedy})
}

// failf ends the check.
func (p *probe) failf(format string, args ...any) {
	p.violate(format, args...)
	runtime.Goexit()
}

// ensure ends the check unless ok.
func (p *probe) ensure(ok bool, format string, args ...any) {
	if !ok {
		p.failf(format, args...)
	}
}

// outcome is what came of a call.
type outcome struct {
	value  any
	err    error
	exited bool
}

// start yields an action in a run of its own, on a goroutine of its own.
func (p *probe) start(ctx context.Context, a actions.Action) <-chan outcome {
	return p.startFlow(ctx, p.newRun(), func(y actions.Yield) (any, error) { return y(a) })
}

// startFlow runs a flow under a run's ID, on a goroutine of its own.
func (p *probe) startFlow(ctx context.Context, run string, flow func(actions.Yield) (any, error)) <-chan outcome {
	ctx = executor.WithRun(ctx, run)
	result := make(chan outcome, 1)
	go func() {
		o := outcome{exited: true}
		defer func() { result <- o }()
		y, end := executor.Yield(ctx, p.exec)
		defer end()
		o.value, o.err = flow(y)
		o.exited = false
	}()
	return result
}

func (p *probe) newRun() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs++
	return fmt.Sprintf("%s-%d", p.label, p.runs)
}

// wait waits for a call to return.
func (p *probe) wait(result <-chan outcome) outcome {
	select {
	case o := <-result:
		return o
	case <-time.After(p.subject.Patience):
		p.failf("a call did not return within %v", p.subject.Patience)
		return outcome{}
	}
}

// do yields an action and waits for what comes of it.
func (p *probe) do(ctx context.Context, a actions.Action) outcome { return p.wait(p.start(ctx, a)) }

// succeed yields an action that must succeed, and returns its result.
func (p *probe) succeed(a actions.Action) any {
	o := p.do(p.ctx, a)
	p.ensure(!o.exited, "the goroutine of a call of %s exited", actions.Name(a))
	p.ensure(o.err == nil, "%s, whose handler succeeds, failed: %v", actions.Name(a), o.err)
	return o.value
}

// works checks that the executor still does its work.
func (p *probe) works(after string) {
	o := p.do(p.ctx, count{N: 1})
	p.ensure(o.err == nil && o.value == 2, "after %s, an action that succeeds gave %v, %v", after, o.value, o.err)
}

// grace gives the executor time to do what it should not.
const grace = 20 * time.Millisecond

// pending checks that a call does not return yet.
func (p *probe) pending(result <-chan outcome, while string) {
	select {
	case o := <-result:
		p.failf("the call returned %v, %v while %s", o.value, o.err, while)
	case <-time.After(grace):
	}
}

// await waits for something to happen to the action with the given key.
func (p *probe) await(what, key string) {
	select {
	case <-p.event(what, key).ch:
	case <-time.After(p.subject.Patience):
		p.failf("the handler of action %q was not %s within %v", key, what, p.subject.Patience)
	}
}

// open lets the handler of the action with the given key go on.
func (p *probe) open(key string) { p.event("opened", key).happens() }

func (p *probe) event(what, key string) *event {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := what + " " + key
	if p.events[name] == nil {
		p.events[name] = newEvent()
	}
	return p.events[name]
}

// callsOf lists the attempts that the handler of the action with the given key saw.
func (p *probe) callsOf(key string) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls[key])
}

func (p *probe) handlers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running
}

// eventually tells whether a condition comes true in time.
func (p *probe) eventually(condition func() bool) bool {
	deadline := time.Now().Add(p.subject.Patience)
	for pause := time.Microsecond; !condition(); pause *= 2 {
		if time.Now().After(deadline) {
			return false
		}
		<-time.After(pause)
	}
	return true
}

// cancellable is the context of the check with a way to end it for a reason.
func (p *probe) cancellable() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(p.ctx)
	return ctx, func() { cancel(errStopped) }
}

// errStopped is why the suite cancels.
var errStopped = &LeafError{Code: -1}
