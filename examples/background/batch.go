package main

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/durable"
)

// pieces is how many jobs a batch has.
const pieces = 1000

// batch counts the primes up to a large number in a thousand jobs, each with a part of the numbers. They are started in
// a few transactions; those that an earlier life has started, or done, are there.
func (t *tour) batch(ctx context.Context) error {
	ranges := make([]Range, pieces)
	for i := range ranges {
		ranges[i] = Range{t.upTo / pieces * i, t.upTo / pieces * (i + 1)}
	}
	name := fmt.Sprintf("batch-below-%d", t.upTo)
	handles, err := Count.StartMany(ctx, t.rt, ranges, func(i int, _ Range) []durable.StartOption {
		return []durable.StartOption{
			durable.WithID(fmt.Sprintf("%s:%d", name, i)),
			durable.WithLabels(map[string]string{"batch": name}),
		}
	})
	if err != nil {
		return err
	}
	stats, err := t.rt.Stats(ctx, durable.Filter{Labels: map[string]string{"batch": name}})
	if err != nil {
		return err
	}
	t.say("%s: %d jobs, done already: %d", name, stats.Total, stats.Completed)

	bar, sum := newBar(t.out, name), 0
	defer bar.end()
	for i, h := range handles { // which waits for all of them: it does not matter in which order
		primes, err := h.Result(ctx)
		if err != nil {
			return err
		}
		sum += primes.Count
		bar.show(i+1, pieces)
	}
	bar.end()
	t.say("%s: there are %d primes", name, sum)
	return nil
}
