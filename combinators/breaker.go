package combinators

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Breaker lets actions through as long as the circuit does, and tells it what came of each. Others it rejects with an
// [OpenError] without calling what it wraps.
//
// A failure counts against the circuit; a neutral outcome does not, such as one that came when the caller had gone, or
// a rejection by a combinator below. A call that hangs until its caller gives up is neutral too: put a [Timed] below
// the breaker, so that it fails instead. A panic is classified as the [executor.PanicError] that it becomes, and goes
// on; a call that exits its goroutine is neutral. Each gives back its trial. Actions that only wait (see
// [actions.IsWait]) pass through and count for nothing.
//
// Below Parallelize it counts single actions; above, a group counts as one call, with the one outcome that it has.
// What an action that is a trial does through the same circuit is part of the trial, and does not count. Breaker
// around itself, with the same circuit, has the same trials as once, but counts the other calls twice.
//
// It allocates nothing. A success costs a reading of the clock and a few atomic operations; with a rule about a rate
// also a lock, and with SlowCall a second reading. Breaker panics if the circuit is nil.
func Breaker(circuit *Circuit) Combinator {
	if circuit == nil {
		panic("combinators.Breaker: the circuit is nil")
	}
	return func(next executor.Executor) executor.Executor {
		return &breaker{around("Breaker", next), circuit}
	}
}

type breaker struct {
	layer
	circuit *Circuit
}

func (b *breaker) Execute(ctx context.Context, a actions.Action) (any, error) {
	if actions.IsWait(a) {
		return b.next.Execute(ctx, a)
	}
	return b.circuit.execute(ctx, a, b.next, "Breaker")
}

// String is "Breaker", with the name of the circuit: "Breaker(payments)".
func (b *breaker) String() string { return layerName("Breaker", b.circuit.Name()) }

// execute carries the action out if the circuit lets it through.
func (c *Circuit) execute(
	ctx context.Context, a actions.Action, next executor.Executor, by string,
) (result any, err error) {
	k := circuitCall{period: c.current.Load()}
	if k.period.state != Closed || c.config.SlowCall > 0 {
		if k, err = c.admit(ctx, k.period); err != nil {
			report(ctx, &Refused{By: by, Action: a, Step: executor.StepFrom(ctx), Err: err})
			return nil, err
		}
	}
	judged := false
	defer func() {
		if !judged {
			c.interrupted(ctx, k, recover())
		}
	}()
	inside := ctx
	if k.trial() {
		inside = executor.Hold(ctx, k.period)
	}
	result, err = next.Execute(inside, a)
	class := Success
	if err != nil || c.config.Class != nil {
		class = c.config.Class.of(ctx, err)
	}
	judged = true
	c.end(ctx, k, class, err)
	return result, err
}

// interrupted ends a call that panicked, or that exits the goroutine if p is nil: the action, or Class.
func (c *Circuit) interrupted(ctx context.Context, k circuitCall, p any) {
	if p == nil {
		c.end(ctx, k, Neutral, nil)
		return
	}
	failure, class := executor.NewPanicError(p), Neutral
	defer func() { c.end(ctx, k, class, failure) }() // also if Class exits
	class = c.config.Class.of(ctx, failure)
	panic(failure)
}

// OpenError says that a circuit rejected an action, which was not carried out.
type OpenError struct {
	// Circuit is the name of the circuit.
	Circuit string
	// State is why: Open, HalfOpen if as many trials as there may be are under way, or Isolated.
	State State
	// RetryAfter is how long the circuit is still open. It is 0 if that is not known.
	RetryAfter time.Duration
}

// Error tells the name and the state of the circuit, and when to try again.
func (e *OpenError) Error() string {
	what := kindName("circuit", e.Circuit)
	switch e.State {
	case Open:
		return fmt.Sprintf("%s is open for another %v", what, e.RetryAfter)
	case HalfOpen:
		return what + " is half-open and its trials are under way"
	case Closed, Isolated:
	}
	return fmt.Sprintf("%s is %v", what, e.State)
}

// Rejected is true: the action was refused by a combinator.
func (*OpenError) Rejected() bool { return true }

// NotDone is true (see [executor.NotDone]).
func (*OpenError) NotDone() bool { return true }

// RetryIn is RetryAfter, if the circuit is open.
func (e *OpenError) RetryIn() (time.Duration, bool) { return e.RetryAfter, e.State == Open }

// layerName is the name of a layer with that of what it keeps, if it has one: "Limited(db)".
func layerName(layer, name string) string {
	if name == "" {
		return layer
	}
	return layer + "(" + name + ")"
}

// kindName is what something is called in a message: `circuit "payments"`, or "the circuit" without a name.
func kindName(kind, name string) string {
	if name == "" {
		return "the " + kind
	}
	return fmt.Sprintf("%s %q", kind, name)
}
