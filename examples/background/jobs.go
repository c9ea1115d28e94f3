package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor/backoff"
)

// The jobs under the names that stores know them by. Each is a plain function, but for the last, which is a flow.
var (
	Count  = durable.Func("count primes", count)
	Factor = durable.Func("factor", factor)
	// Policies stand around a function as they do around any action.
	Throw = durable.Func("throw a six", throw, durable.Under(combinators.Retried(combinators.Retry{
		MaxAttempts: math.MaxInt, Schedule: backoff.Constant(0).UpTo(1000),
	})))
	Peel = durable.Define("peel", peel)
)

// Range is the numbers from From to To, without To.
type Range struct{ From, To int }

// Primes is what there is to know about the primes of a range.
type Primes struct{ Count, Largest int }

var errBackwards = errors.New("the range is backwards")

// count counts primes the slow way. It is an ordinary function, which looks at its context now and then, so that it can
// be cancelled, and tells how far it is.
func count(ctx context.Context, r Range) (found Primes, err error) {
	if r.To < r.From {
		return found, fmt.Errorf("%d to %d: %w", r.From, r.To, errBackwards)
	}
	for n := r.From; n < r.To; n++ {
		if n%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return found, err
			}
			tell(ctx, r, n)
		}
		if prime(n) {
			found.Count++
			found.Largest = n
		}
	}
	tell(ctx, r, r.To)
	return found, nil
}

// tell tells how far the count is. Where nobody asked for a run, as in a test, nobody is told.
func tell(ctx context.Context, r Range, n int) {
	_ = durable.ReportProgress(ctx, int64(n-r.From), int64(r.To-r.From), "")
}

func prime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// factor takes a number apart.
func factor(_ context.Context, n int) (factors []int, err error) {
	for d := 2; n > 1; {
		if d*d > n {
			d = n
		}
		for ; n%d == 0; n /= d {
			factors = append(factors, d)
		}
		d++
	}
	return factors, nil
}

// throw is a function that fails most of the time, as those do that ask others.
func throw(context.Context, actions.Void) (int, error) {
	if eyes := 1 + rand.IntN(6); eyes < 6 {
		return 0, fmt.Errorf("a %d is no six", eyes)
	}
	return 6, nil
}

// peel is a little flow: what one job finds is what the next is about. Each is a run of its own, with a handle.
func peel(y actions.Yield, r Range) ([]int, error) {
	primes, err := Count.RunChild(y, r)
	if err != nil {
		return nil, err
	}
	return Factor.RunChild(y, primes.Largest-1)
}
