package combinators

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// errOutrun is the cause for which the context of attempts ends once another one has decided.
var errOutrun = fmt.Errorf("another attempt was faster: %w", context.Canceled)

// race is a hedged action being carried out.
type race struct {
	*hedged
	incoming context.Context
	action   actions.Action
	delay    time.Duration // 0: there is one attempt
	began    time.Time

	ctx    context.Context // of the attempts
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	timer    *time.Timer // starts the next attempt
	running  int
	over     bool // no more attempts are made
	exited   bool
	winner   int // -1: none
	outcomes []outcome
	first    [1]outcome    // what outcomes begins with
	idle     chan struct{} // closed when the last attempt ends, if there is more than one
}

// outcome is what came of an attempt.
type outcome struct {
	result   any
	err      error
	won      bool
	panicked *executor.PanicError
	exited   bool
}

// start gets ready for the first attempt.
func (r *race) start() {
	r.ctx, r.cancel = context.WithCancelCause(r.incoming)
	r.winner, r.running = -1, 1
	r.outcomes = r.first[:]
	if r.delay > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.timer = time.AfterFunc(r.delay, r.extra)
	}
}

// extra makes another attempt, on the timer's goroutine.
func (r *race) extra() {
	n := r.enter()
	if n == 0 {
		return
	}
	r.attempt(executor.WithAttempt(r.ctx, executor.StepFrom(r.incoming).Attempt()+n), n)
}

// enter returns the index of the attempt to make, or 0 if there is none to be made any more.
func (r *race) enter() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.ctx.Err() != nil || r.Budget != nil && !r.Budget.withdraw() {
		return 0
	}
	n := len(r.outcomes)
	r.outcomes = append(r.outcomes, outcome{})
	r.running++
	if r.idle == nil {
		r.idle = make(chan struct{})
	}
	if n < r.MaxExtra {
		r.timer.Reset(r.delay)
	}
	return n
}

// attempt makes attempt n. Whatever of it exits the goroutine, a callback or a sink too, has exited the attempt.
func (r *race) attempt(ctx context.Context, n int) {
	o := outcome{exited: true}
	defer func() {
		if o.exited {
			if p := recover(); p != nil {
				o = outcome{panicked: executor.NewPanicError(p)}
			}
		}
		r.ended(n, o)
	}()
	if n > 0 {
		step := executor.StepFrom(r.incoming)
		report(r.incoming, &HedgeStarted{Action: r.action, Step: step, Number: n + 1, Delay: r.delay})
	}
	result, err := r.next.Execute(ctx, r.action)
	won := err == nil || r.Class.of(r.incoming, err) == Success
	o = outcome{result: result, err: err, won: won}
}

// ended records what came of attempt n, and ends the race if that decides it.
func (r *race) ended(n int, o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n == 0 && r.latencies != nil {
		r.learn(o.won)
	}
	r.outcomes[n] = o
	r.exited = r.exited || o.exited
	if o.won && r.winner < 0 {
		r.winner = n
	}
	r.running--
	switch {
	case r.running == 0:
		r.over = true
		r.cancel(nil)
		if r.idle != nil {
			close(r.idle)
		}
	case o.exited:
		r.over = true
		r.cancel(errExited)
	case o.won:
		r.over = true
		r.cancel(errOutrun)
	}
}

// learn keeps how long the first attempt took. Of one that lost it is known only that it would have taken longer; if
// those were not counted, the slow would seem ever rarer and ever more be hedged.
func (r *race) learn(won bool) {
	switch {
	case r.winner >= 0:
		r.latencies.ObserveMoreThan(max(r.delay, time.Since(r.began)))
	case won:
		r.latencies.Observe(time.Since(r.began))
	}
}

// join waits for the attempts to end, once the first one has. It may be called again.
func (r *race) join() {
	r.mu.Lock()
	running, idle := r.running, r.idle
	r.mu.Unlock()
	if running > 0 {
		<-idle
	}
	if r.timer != nil {
		r.timer.Stop()
	}
}

// HedgeStarted says that an action is slow, and that another attempt is being made beside those under way.
type HedgeStarted struct {
	Action actions.Action
	Step   executor.Step
	// Number counts the attempts from 1: it is at least 2.
	Number int
	// Delay is how long the attempt before has been under way.
	Delay time.Duration
}

// HedgeEnded says how an action ended at which more than one attempt was made.
type HedgeEnded struct {
	Action actions.Action
	Step   executor.Step
	// Winner is the number of the attempt that won, counted from 1, or 0 if none did.
	Winner int
	// Errs holds the error of each attempt in order. A panic is an executor.PanicError.
	Errs []error
}

func (*HedgeStarted) event() {}

func (*HedgeEnded) event() {}

// Name is "hedge started".
func (*HedgeStarted) Name() string { return "hedge started" }

// Name is "hedge won" if an extra attempt did, "hedge lost" if the first did, and "hedge failed" if none did.
func (e *HedgeEnded) Name() string {
	switch e.Winner {
	case 0:
		return "hedge failed"
	case 1:
		return "hedge lost"
	}
	return "hedge won"
}

// LogValue has the action, its step, the number of the attempt, and the delay after which it was made.
func (e *HedgeStarted) LogValue() slog.Value {
	d := append(describe(e.Action, e.Step), slog.Int(keyAttempt, e.Number))
	return append(d, slog.String(keyBy, "Hedged"), slog.Duration(keyDelay, e.Delay)).value()
}

// LogValue has the action, its step, and the number of the attempt that won, if one did.
func (e *HedgeEnded) LogValue() slog.Value {
	d := append(describe(e.Action, e.Step), slog.String(keyBy, "Hedged"))
	if e.Winner > 0 {
		d = append(d, slog.Int(keyAttempt, e.Winner))
	}
	return d.value()
}
