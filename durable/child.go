package durable

import (
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Start is the action that starts a run of another flow as a child of the one that yields it, and returns the child's
// ID. It does not wait for the child: [Await] does. [Flow.StartChild] yields it with the types of a flow. The child may
// be carried out by any runtime on the same store that knows its flow. It is started once, also if the parent crashes
// meanwhile.
type Start[In any] struct {
	actions.Returns[string]
	// Flow is the name of the child's flow.
	Flow  string
	Input In
	// ID is the child's. Without one it is made of the parent's, the step, and a few digits that are the parent's own,
	// such as "order-42:3.1.0-8f3a2c1b".
	ID string `json:",omitempty"`
	// OnParentClose says what becomes of the child when the parent ends: it is cancelled by default.
	OnParentClose ParentClose `json:",omitempty"`
	// The rest is as with the options of the same names.
	Delay     time.Duration     `json:",omitempty"`
	StartAt   time.Time         `json:",omitzero"`
	TimeLimit time.Duration     `json:",omitempty"`
	Deadline  time.Time         `json:",omitzero"`
	Retention time.Duration     `json:",omitempty"`
	Labels    map[string]string `json:",omitempty"`
	Priority  int               `json:",omitempty"`
	Queue     string            `json:",omitempty"`
	QueueKey  string            `json:",omitempty"`
}

// Await is the action that waits for the end of a child, and returns its output, or its error. The child is one that
// this run has started, and is awaited once: whoever awaits it again, or another's, waits for ever. An Await may be one
// of several in a race, or have a timeout, like everything that waits; one that was cut short by that may be repeated.
type Await[Out any] struct {
	actions.Returns[Out]
	// ID is the child's.
	ID string
}

// ActionName keeps the type of the input out of the name, so that it can be renamed.
func (Start[In]) ActionName() string { return "durable.Start" }

// ActionName keeps the type of the output out of the name, so that it can be renamed.
func (Await[Out]) ActionName() string { return "durable.Await" }

// EventName is the name of the event that tells a parent of the end of its child.
func (a Await[Out]) EventName() string { return childEvent(a.ID) }

// StartChild yields a [Start] of the flow. The options are those of [Flow.Start], but for [WithParent], and
// [OnParentClose]. A child with a chosen ID that has been started before by this run, or by another one that had its
// ID, is that one, whatever it has come to.
func (f Flow[In, Out]) StartChild(y actions.Yield, in In, opts ...StartOption) (id string, err error) {
	if f.def == nil {
		return "", errUndefined
	}
	var o startOptions
	for _, opt := range opts {
		if opt == nil {
			return "", fmt.Errorf("%w: it is nil", ErrBadOption)
		}
		opt(&o)
	}
	if o.parent != "" {
		o.bad("the parent of a child is the run that starts it")
	}
	if o.err != nil {
		return "", o.err
	}
	return orchestrate.Do(y, Start[In]{
		Flow: f.def.name, Input: in, ID: o.id, OnParentClose: o.onParentClose, Delay: o.delay, StartAt: o.startAt,
		TimeLimit: o.limit, Deadline: o.deadline, Retention: o.retention, Labels: o.labels, Priority: o.priority,
		Queue: o.queue, QueueKey: o.key,
	})
}

// Await yields an [Await] of a child that is a run of this flow. What is no ID, and so nobody's, is an error at once.
func (f Flow[In, Out]) Await(y actions.Yield, id string) (out Out, err error) {
	if err := checkID(id); err != nil {
		return out, err
	}
	return orchestrate.Do(y, Await[Out]{ID: id})
}

// RunChild starts a child, as [Flow.StartChild] does, and waits for its end, as [Flow.Await] does. It is for a part of
// a flow that is to have a run of its own: a handle, labels, a deadline, or a runtime elsewhere.
func (f Flow[In, Out]) RunChild(y actions.Yield, in In, opts ...StartOption) (out Out, err error) {
	id, err := f.StartChild(y, in, opts...)
	if err != nil {
		return out, err
	}
	return f.Await(y, id)
}

// OnParentClose says what becomes of a child when its parent ends: [Abandon] leaves it alone.
func OnParentClose(p ParentClose) StartOption {
	return func(o *startOptions) {
		if o.onParentClose = p; p != CancelOnClose && p != Abandon {
			o.bad("%d is no ParentClose", p)
		}
	}
}

// options are what the fields say.
func (s Start[In]) options() []StartOption {
	opts := []StartOption{
		WithDelay(s.Delay), WithStartAt(s.StartAt), WithDeadline(s.Deadline), WithLabels(s.Labels),
		WithPriority(s.Priority), OnParentClose(s.OnParentClose),
	}
	if s.ID != "" {
		opts = append(opts, WithID(s.ID))
	}
	if s.TimeLimit != 0 {
		opts = append(opts, WithTimeLimit(s.TimeLimit))
	}
	if s.Retention != 0 {
		opts = append(opts, WithRetention(s.Retention))
	}
	if s.Queue != "" {
		opts = append(opts, WithQueue(s.Queue))
	}
	if s.QueueKey != "" {
		opts = append(opts, WithQueueKey(s.QueueKey))
	}
	return opts
}

func (s Start[In]) child() (*definition, any, []StartOption) {
	return &definition{
		name:  s.Flow,
		input: func(decode func(into any) error) (any, error) { return decodeInto[In](s.Flow, decode) },
	}, s.Input, s.options()
}
