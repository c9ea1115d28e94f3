package combinators

import (
	"errors"
	"math"
	"sync/atomic"
)

// ErrBudgetSpent is the reason for which an action is not tried again when its [RetryBudget] is spent.
var ErrBudgetSpent = errors.New("the retry budget is spent")

// RetryBudget keeps retries from multiplying the load on what is failing already: it is a bucket into which every
// action puts a fraction of a token, and from which every retry takes a whole one. However much fails, the load is
// then at most that fraction higher than without retries, but for the tokens that the bucket can hold, with which it
// begins.
//
// Give the same budget to all that call the same service, [Retried] and [Hedged] alike, but not to two layers of one
// stack, where an action would put in twice. It needs no clock and no lock; a full bucket, as it is while all goes
// well, is only read. (After com.twitter.finagle.service.RetryBudget in Twitter's Finagle, and the "per-client retry
// budget" in Beyer et al., Site Reliability Engineering, O'Reilly 2016, chapter 21.)
type RetryBudget struct {
	share, size      int64 // in parts of a token
	parts            atomic.Int64
	granted, refused atomic.Uint64
}

// token is the number of parts of a token.
const token = 1_000_000

// RetryBudgetStats is what a [RetryBudget] has done so far.
type RetryBudgetStats struct {
	// Tokens is what the bucket holds now: that many retries are possible, rounded down.
	Tokens float64
	// Granted and Refused count the retries that were asked for.
	Granted, Refused uint64
}

// NewRetryBudget makes a full bucket of the given number of tokens, to which each action adds a fraction of one: with
// 0.1 and 20, in the long run one retry for ten actions, and 20 at once. It panics if the fraction is not between
// 0.000001 and 1000, or the number of tokens not between 1 and a billion.
func NewRetryBudget(fraction float64, tokens int) *RetryBudget {
	if !(fraction >= 1.0/token && fraction <= 1000) {
		refuse("NewRetryBudget", "the fraction", "between 0.000001 and 1000", fraction)
	}
	if tokens < 1 || tokens > 1_000_000_000 {
		refuse("NewRetryBudget", "the number of tokens", "between 1 and a billion", tokens)
	}
	b := &RetryBudget{share: int64(math.Round(fraction * token)), size: int64(tokens) * token}
	b.parts.Store(b.size)
	return b
}

// Stats tells what the budget has done so far.
func (b *RetryBudget) Stats() RetryBudgetStats {
	return RetryBudgetStats{
		Tokens:  float64(b.parts.Load()) / token,
		Granted: b.granted.Load(),
		Refused: b.refused.Load(),
	}
}

// deposit is called for each action once.
func (b *RetryBudget) deposit() { b.add(b.share) }

// withdraw tells whether an action may be tried again.
func (b *RetryBudget) withdraw() bool {
	for {
		parts := b.parts.Load()
		if parts < token {
			b.refused.Add(1)
			return false
		}
		if b.parts.CompareAndSwap(parts, parts-token) {
			b.granted.Add(1)
			return true
		}
	}
}

// giveBack undoes a withdrawal.
func (b *RetryBudget) giveBack() {
	b.granted.Add(^uint64(0))
	b.add(token)
}

func (b *RetryBudget) add(parts int64) {
	for {
		have := b.parts.Load()
		if have >= b.size || b.parts.CompareAndSwap(have, min(have+parts, b.size)) {
			return
		}
	}
}
