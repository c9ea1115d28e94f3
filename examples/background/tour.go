package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
)

// tour shows what can be done with jobs, one thing after the other.
type tour struct {
	rt   *durable.Runtime
	out  io.Writer
	upTo int // the number up to which the batch counts primes
}

func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// steps are what it shows. Each starts its jobs under IDs that it chooses, so that it can be repeated: a job that is
// there already is not started again, and its result is the one it had.
func (t *tour) steps() []func(context.Context) error {
	return []func(context.Context) error{
		t.submit, t.watch, t.again, t.fail, t.retry, t.cancel, t.chain, t.batch, t.forget,
	}
}

// half is the range of the first job, and first its ID.
func (t *tour) half() Range { return Range{0, t.upTo / 2} }

func (t *tour) first() string { return fmt.Sprintf("primes-below-%d", t.upTo/2) }

// submit starts a job. From here on it is done, whatever becomes of this process.
func (t *tour) submit(ctx context.Context) error {
	h, err := Count.Start(ctx, t.rt, t.half(), durable.WithID(t.first()))
	if err != nil {
		return err
	}
	status, err := h.Status(ctx)
	t.say("%s: count them; new: %t, it is %v", h.ID(), h.New(), status)
	return err
}

// watch looks at a job from outside. Whoever knows its ID can, in any process on the same store.
func (t *tour) watch(ctx context.Context) error {
	h := Count.Attach(t.rt, t.first())
	if err := t.follow(ctx, h, func(p durable.Progress) bool { return p.Done == p.Total }); err != nil {
		return err
	}
	primes, err := h.Result(ctx)
	if err != nil {
		return err
	}
	m, err := h.Metadata(ctx)
	t.say("%s: there are %d, the largest is %d; it took %v", h.ID(), primes.Count, primes.Largest,
		m.Duration().Round(time.Millisecond))
	return err
}

// follow says how far a job is, until that is enough or the job has ended.
func (t *tour) follow(ctx context.Context, h *durable.Handle[Primes], enough func(durable.Progress) bool) error {
	for {
		done, err := h.Ready(ctx)
		if err != nil {
			return err
		}
		p, err := h.Progress(ctx)
		if err != nil {
			return err
		}
		if p.Total > 0 {
			t.say("%s: %d of %d numbers", h.ID(), p.Done, p.Total)
		}
		if done || p.Total > 0 && enough(p) {
			return nil
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// again asks for the same job under the same ID. It is not done again. Another one under this ID is refused.
func (t *tour) again(ctx context.Context) error {
	h, err := Count.Start(ctx, t.rt, t.half(), durable.WithID(t.first()))
	if err != nil {
		return err
	}
	primes, err := h.Result(ctx)
	if err != nil {
		return err
	}
	t.say("%s, asked for again: new: %t, %d", h.ID(), h.New(), primes.Count)
	_, err = Count.Start(ctx, t.rt, Range{0, 3}, durable.WithID(t.first()))
	if !errors.Is(err, durable.ErrConflict) {
		return fmt.Errorf("no conflict: %w", err)
	}
	t.say("%s, with another range: %v", h.ID(), durable.ErrConflict)
	return nil
}

// fail has a job fail. The error is the function's own, from whichever process.
func (t *tour) fail(ctx context.Context) error {
	h, err := Count.Start(ctx, t.rt, Range{3, 0}, durable.WithID("backwards"))
	if err != nil {
		return err
	}
	_, err = h.Result(ctx)
	failed, ok := errors.AsType[*durable.RunError](err)
	if !ok || !errors.Is(err, errBackwards) {
		return fmt.Errorf("it should have failed: %w", err)
	}
	t.say("backwards: failed: %s", failed.Message)
	return nil
}

// retry has a job that fails until it does not. What it came to is then as it is for ever.
func (t *tour) retry(ctx context.Context) error {
	h, err := Throw.Start(ctx, t.rt, actions.Void{}, durable.WithID("dice"))
	if err != nil {
		return err
	}
	eyes, err := h.Result(ctx)
	t.say("dice: a %d, in the end", eyes)
	return err
}

// cancel stops a job that would take for ever: its context ends.
func (t *tour) cancel(ctx context.Context) error {
	h, err := Count.Start(ctx, t.rt, Range{0, 1_000_000_000_000}, durable.WithID("endless"))
	if err != nil {
		return err
	}
	if err := t.follow(ctx, h, func(p durable.Progress) bool { return p.Done > 0 }); err != nil {
		return err
	}
	_, err = h.Cancel(ctx, "nobody has the time")
	if err != nil && !errors.Is(err, durable.ErrFinished) { // in an earlier life
		return err
	}
	_, err = h.Result(ctx)
	if !errors.Is(err, context.Canceled) || ctx.Err() != nil {
		return fmt.Errorf("it should have been cancelled: %w", err)
	}
	t.say("endless: %v", err)
	return nil
}

// chain has one job's result be what the next is about.
func (t *tour) chain(ctx context.Context) error {
	h, err := Peel.Start(ctx, t.rt, Range{100_000, 200_000}, durable.WithID("peel"))
	if err != nil {
		return err
	}
	factors, err := h.Result(ctx)
	if err != nil {
		return err
	}
	t.say("peel: one less than the largest prime below 200,000 is the product of %v", factors)
	for child, err := range t.rt.List(ctx, durable.Filter{Parent: h.ID()}) {
		if err != nil {
			return err
		}
		t.say("  %s was its %q", child.ID, child.Flow)
	}
	return nil
}

// forget shows that results do not stay for ever. How long they do counts from the end of the job.
func (t *tour) forget(ctx context.Context) error {
	h, err := Factor.Start(ctx, t.rt, 2030, durable.WithRetention(time.Millisecond))
	if err != nil {
		return err
	}
	factors, err := h.Result(ctx)
	if err != nil {
		return err
	}
	t.say("A job that is kept for a millisecond: 2030 is %v.", factors)
	for {
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return err
		}
		// The runtime sweeps now and then by itself. Whoever is in a hurry does it too.
		if _, err := t.rt.Sweep(ctx); err != nil {
			return err
		}
		if _, err = h.Status(ctx); err != nil {
			break
		}
	}
	if !errors.Is(err, durable.ErrNotFound) {
		return err
	}
	t.say("And then: %v.", durable.ErrNotFound)
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
