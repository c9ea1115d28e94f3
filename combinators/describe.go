package combinators

import (
	"log/slog"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// The attributes that events describe themselves with.
const (
	keyAction   = "action"
	keyStep     = "step"
	keyRun      = "run"
	keyScope    = "scope"
	keyAttempt  = "attempt"
	keyClass    = "class"
	keyTook     = "took"
	keyError    = "error"
	keyBy       = "by"
	keyDelay    = "delay"
	keyLimit    = "limit"
	keyResort   = "resort"
	keyCallback = "callback"
	keyBranches = "branches"
	keyStack    = "stack"
	keyCircuit  = "circuit"
	keyFrom     = "from"
	keyTo       = "to"
	keyReason   = "reason"
)

// description is the attributes of an event in the making.
type description []slog.Attr

// describe begins the description of an event: the action, and where it is carried out.
func describe(a actions.Action, step executor.Step) description {
	d := append(make(description, 0, 10), slog.String(keyAction, actions.Name(a)))
	if g, ok := a.(actions.Group); ok && g.Scope == "" {
		d = append(d, slog.Int(keyBranches, len(g.Branches)))
	}
	return d.at(step)
}

// at adds where an action is carried out.
func (d description) at(step executor.Step) description {
	if path := step.Path(); path != "" {
		d = append(d, slog.String(keyStep, path))
	}
	if run := step.Run(); run != "" {
		d = append(d, slog.String(keyRun, run))
	}
	if scopes := step.Scopes(); len(scopes) > 0 {
		d = append(d, slog.String(keyScope, strings.Join(scopes, "/")))
	}
	return d
}

// again adds the number of an attempt other than the first.
func (d description) again(attempt int) description {
	if attempt <= 1 {
		return d
	}
	return append(d, slog.Int(keyAttempt, attempt))
}

// failed adds the error, if there is one. A panic is shown as its text and, apart, its stack: logs differ in whether
// they show the stack that is in an error.
func (d description) failed(err error) description {
	if err == nil {
		return d
	}
	if p, ok := err.(*executor.PanicError); ok { //nolint:errorlint // a wrapped one keeps what is around it
		return append(d, slog.String(keyError, p.Error()), slog.String(keyStack, string(p.Stack)))
	}
	return append(d, slog.Any(keyError, err))
}

func (d description) value() slog.Value { return slog.GroupValue(d...) }

// LogValue has the action and its step.
func (e *Started) LogValue() slog.Value {
	return describe(e.Action, e.Step).again(e.Step.Attempt()).value()
}

// LogValue has the action, its step, the class of the outcome, how long it took, and the error.
func (e *Ended) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	d = append(d, slog.String(keyClass, e.Class.String()), slog.Duration(keyTook, e.Took))
	return d.failed(e.Err).value()
}

// LogValue has the action, its step, the number of the attempt that failed, its error, and the delay.
func (e *RetryScheduled) LogValue() slog.Value {
	d := describe(e.Action, e.Step)
	d = append(d, slog.Int(keyAttempt, e.Number), slog.String(keyBy, "Retried"), slog.Duration(keyDelay, e.Delay))
	return d.failed(e.Err).value()
}

// LogValue has the action, its step, who rejected it, and the error.
func (e *Refused) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	return append(d, slog.String(keyBy, e.By)).failed(e.Err).value()
}

// LogValue has the action, its step, and who reused a result for it.
func (e *Reused) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	return append(d, slog.String(keyBy, e.By)).value()
}

// LogValue has the step, the circuit, both states, the reason, and the error that opened the circuit.
func (e *StateChanged) LogValue() slog.Value {
	d := description{}.at(e.Step).again(e.Step.Attempt())
	d = append(d,
		slog.String(keyBy, "Breaker"),
		slog.String(keyCircuit, e.Circuit),
		slog.String(keyFrom, e.From.String()),
		slog.String(keyTo, e.To.String()),
		slog.String(keyReason, e.Reason))
	if e.To == Open {
		d = d.failed(e.Stats.LastError)
	}
	return d.value()
}

// LogValue has the name of the callback, and the panic.
func (e *CallbackPanicked) LogValue() slog.Value {
	return description{slog.String(keyCallback, e.Callback)}.failed(e.Panic).value()
}
