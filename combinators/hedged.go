package combinators

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/latency"
)

// Hedge configures [Hedged].
type Hedge struct {
	// Safe tells which actions are safe to repeat, and harmless to carry out twice at the same time. The others pass, and
	// so does one with which it panics. It is required: nothing is hedged by default.
	Safe func(a actions.Action) bool
	// Delay is how long an attempt may be under way before the next one is made. It is required unless there is a
	// Quantile.
	Delay time.Duration
	// Quantile, such as 0.95, takes that quantile of the latencies of recent actions for the delay, so that only the
	// slowest are hedged: here one of 20. It is estimated from the first attempts at one or two thousand actions that
	// succeeded, and too long by an eighth at most. Each executor that the combinator makes estimates for itself: give
	// actions that differ their own with [For]. Until 64 have been seen the delay is Delay, and if that is 0, nothing is
	// hedged.
	Quantile float64
	// MaxExtra bounds the attempts that are made beside the first. 0 is 1.
	MaxExtra int
	// Budget bounds the extra attempts of all that share it, together with the retries of [Retried]. nil is no bound.
	Budget *RetryBudget
	// Class classifies the outcome of each attempt that returned an error; one that it calls a success wins, with its
	// error. nil is [Classify].
	Class Classifier
}

// Hedged makes a second attempt at an action when the first one is slow, and takes the result of the one that succeeds
// first: "hedged requests" (Dean and Barroso, The Tail at Scale, Communications of the ACM 56(2), 2013). The others are
// cancelled, and all have ended when it returns. It is only for actions that are safe to repeat.
//
// Only a success wins: an attempt that fails leaves it to those that are under way. When all of them have failed, so
// has the action, and no further attempt is made: that is for [Retried]. The error is then the first attempt's own if
// there was no other, else a [RetryError] with those of all. A panic is a failure; if nobody succeeds it goes on, with
// its stack, on the caller's goroutine. A runtime.Goexit in an attempt cancels the others and is repeated on it. The
// first attempt runs on the caller's goroutine; all get the original action, and executor.StepFrom(ctx).Attempt()
// numbers them.
//
// Below Parallelize it hedges each single action; above, groups too, if they are safe. Within [Retried] it hedges each
// attempt; around it, an extra attempt has retries of its own. It belongs within [Timed], and around [Limited] or
// [Breaker], which then see every attempt. Hedged around Hedged multiplies the attempts.
//
// An action that is fast costs a context that can be cancelled and a timer, with a Quantile also two readings of the
// clock. Hedged panics if Safe is nil, a number is negative, or there is no delay.
func Hedged(h Hedge) Combinator {
	if h.Safe == nil {
		refuse("Hedge", "Safe", "a function that tells which actions are safe to repeat", nil)
	}
	if h.Delay < 0 || h.Delay == 0 && h.Quantile == 0 {
		refuse("Hedge", "Delay", "positive, unless there is a Quantile", h.Delay)
	}
	if !(h.Quantile >= 0 && h.Quantile < 1) {
		refuse("Hedge", "Quantile", "between 0 and 1", h.Quantile)
	}
	if h.MaxExtra < 0 {
		refuse("Hedge", "MaxExtra", "at least 1", h.MaxExtra)
	}
	if h.MaxExtra == 0 {
		h.MaxExtra = 1
	}
	return func(next executor.Executor) executor.Executor {
		e := &hedged{layer: around("Hedged", next), Hedge: h}
		if h.Quantile > 0 {
			e.latencies = latency.New(h.Quantile)
		}
		return e
	}
}

type hedged struct {
	layer
	Hedge
	latencies *latency.Estimator // nil without a Quantile
}

func (h *hedged) Execute(ctx context.Context, a actions.Action) (any, error) {
	safe := false
	_ = contain(ctx, "Hedge.Safe", func() { safe = h.Safe(a) })
	if !safe {
		return h.next.Execute(ctx, a)
	}
	if h.Budget != nil {
		h.Budget.deposit()
	}
	r := &race{hedged: h, incoming: ctx, action: a, delay: h.delay()}
	if h.latencies != nil {
		r.began = time.Now()
	}
	r.start()
	defer r.join() // also if the goroutine exits
	r.attempt(r.ctx, 0)
	r.join()
	return r.decide()
}

// String tells when another attempt is made.
func (h *hedged) String() string {
	switch {
	case h.Quantile == 0:
		return fmt.Sprintf("Hedged(%v)", h.Delay)
	case h.Delay == 0:
		return fmt.Sprintf("Hedged(quantile %v)", h.Quantile)
	}
	return fmt.Sprintf("Hedged(quantile %v, at first %v)", h.Quantile, h.Delay)
}

// delay is the wait before another attempt, or 0 if there is to be none.
func (h *hedged) delay() time.Duration {
	if h.latencies != nil {
		if d, ok := h.latencies.Estimate(); ok {
			return d
		}
	}
	return h.Delay
}

// decide tells what comes of the action, once all attempts have ended.
func (r *race) decide() (any, error) {
	attempts := len(r.outcomes)
	if attempts > 1 {
		r.tellEnd()
	}
	if r.exited {
		runtime.Goexit()
	}
	if r.winner >= 0 {
		return r.outcomes[r.winner].result, r.outcomes[r.winner].err
	}
	errs := make([]error, attempts)
	for i, o := range r.outcomes {
		if o.panicked != nil {
			panic(o.panicked)
		}
		errs[i] = o.err
	}
	if attempts == 1 {
		return r.outcomes[0].result, errs[0]
	}
	return r.outcomes[0].result, &RetryError{Attempts: attempts, Errs: errs}
}

// tellEnd tells the observers how the attempts ended. A panic that nobody else is told of goes to the log.
func (r *race) tellEnd() {
	e := &HedgeEnded{Action: r.action, Step: executor.StepFrom(r.incoming), Winner: r.winner + 1}
	for _, o := range r.outcomes {
		err := o.err
		switch {
		case o.panicked != nil:
			err = o.panicked
		case o.exited:
			err = errExited
		}
		e.Errs = append(e.Errs, err)
	}
	if report(r.incoming, e) || r.winner < 0 {
		return
	}
	for _, o := range r.outcomes {
		if o.panicked != nil {
			complain("an attempt panicked that combinators.Hedged did not need", actions.Name(r.action), o.panicked)
		}
	}
}
