package executor

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"github.com/baton-go/baton/actions"
)

// System takes off the standard actions that need only the machine, and passes every other action on to next:
//
//   - Sleep waits, and is over at once when its context is;
//   - Now is the wall clock in UTC, without a monotonic reading;
//   - NewID is a random UUID (RFC 9562, version 4), Random comes from math/rand/v2;
//   - Version is Max: a run in memory never comes from older code;
//   - Log goes to slog.Default with the run and the step, Progress and Publish nowhere. To take them elsewhere, handle
//     them in a mux above: executor.NewMux(executor.OnVoid(…)).Else(executor.System(next)).
//
// It belongs above the policies of a stack, because a sleep must not sit under a timeout, a permit or a breaker, and
// below what carries out groups. It does not handle Receive: events come from a runtime, or from a handler of yours.
// System panics if next is nil.
func System(next Executor) Executor {
	if isNil(next) {
		panic("executor.System: the next executor is nil")
	}
	return &system{next}
}

type system struct{ next Executor }

func (s *system) Execute(ctx context.Context, a actions.Action) (any, error) {
	switch a.(type) {
	case actions.Sleep, actions.Now, actions.NewID, actions.Random,
		actions.Version, actions.Log, actions.Progress, actions.Publish:
		if err := Refuse(ctx); err != nil {
			return nil, err
		}
		return standard(ctx, a)
	}
	return s.next.Execute(ctx, a)
}

func (s *system) Unwrap() Executor { return s.next }

func (s *system) String() string { return "System" }

// standard carries out the actions that System takes off.
func standard(ctx context.Context, a actions.Action) (any, error) {
	switch a := a.(type) {
	case actions.Sleep:
		return nil, sleep(ctx, a.For)
	case actions.Now:
		return time.Now().UTC().Round(0), nil
	case actions.NewID:
		return newID(), nil
	case actions.Random:
		return mathrand.Uint64(), nil
	case actions.Version:
		if a.Min > a.Max {
			return nil, fmt.Errorf("version %q: Min %d is greater than Max %d", a.Change, a.Min, a.Max)
		}
		return a.Max, nil
	case actions.Log:
		log(ctx, a)
		return nil, nil
	}
	return nil, nil // Progress, Publish
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return doneError(ctx)
	}
}

func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func log(ctx context.Context, a actions.Log) {
	attrs := a.Attrs[:len(a.Attrs):len(a.Attrs)]
	step := StepFrom(ctx)
	if run := step.Run(); run != "" {
		attrs = append(attrs, slog.String("run", run))
	}
	if path := step.Path(); path != "" {
		attrs = append(attrs, slog.String("step", path))
	}
	slog.Default().LogAttrs(ctx, a.Level, a.Message, attrs...)
}
