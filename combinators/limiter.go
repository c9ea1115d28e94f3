package combinators

import (
	"container/list"
	"context"
	"fmt"
	"math"
	"math/bits"
	"sync"
	"time"

	"github.com/baton-go/baton/executor"
)

// Limiter lets so many actions begin in so much time (see [RateLimited]): it is a bucket of tokens, which is full at
// first, into which tokens flow at a steady rate, and from which each action takes one. Who finds too few waits in a
// queue, first come, first served, and takes nothing until then, so one that gives up holds up nobody.
//
// The arithmetic is in integers and exact: over any length of time there are as many tokens as the rate says, however
// odd it is, and the tokens that are taken between two moments are at most the burst and what flowed in between. (The
// token bucket, which is the Generic Cell Rate Algorithm of ITU-T I.371, annex A, seen from the other side.) A Limiter
// is safe for concurrent use, starts no goroutine, and may be shared by any number of executors.
type Limiter struct {
	name  string
	burst int
	// The bucket holds credit: a token costs price, every nanosecond brings rate, and full is the most.
	rate, price, full int64
	epoch             time.Time // the durations below count from here

	mu     sync.Mutex
	credit int64         // what there was at the time …
	at     time.Duration // … of the last change
	queue  list.List     // of *tokenWaiter; while somebody is in it, only the first one changes the credit
	queued int64         // the cost of all that are in it
}

// LimiterConfig configures a [Limiter].
type LimiterConfig struct {
	// Name stands in errors and stacks.
	Name string
	// Tokens flow in each time that Per passes: at most one for each nanosecond. Both are required.
	Tokens int
	Per    time.Duration
	// Burst is how many tokens there can be at once, and so how many actions can begin at once after a pause. 0 is 1,
	// which spaces all actions evenly.
	Burst int
}

// tokenWaiter waits for its turn, and then until its tokens are there.
type tokenWaiter struct {
	cost    int64
	arrived time.Duration
	turn    chan struct{}
	due     time.Duration // when its tokens are there; written before turn is closed
}

// NewLimiter makes a limiter for the given number of actions in each period, and burst of them at once: 10 each second
// with a burst of 1 is one every 100 ms. It panics if one of the three is not positive, or if they are so large that
// the sums would not fit into 64 bits: that is far from what makes sense.
func NewLimiter(tokens int, per time.Duration, burst int) *Limiter {
	if burst < 1 {
		refuse("NewLimiter", "the burst", "at least 1", burst)
	}
	return NewLimiterWith(LimiterConfig{Tokens: tokens, Per: per, Burst: burst})
}

// NewLimiterWith makes a limiter with a name. It panics if the configuration makes no sense.
func NewLimiterWith(config LimiterConfig) *Limiter {
	if config.Tokens < 1 {
		refuse("LimiterConfig", "Tokens", "at least 1", config.Tokens)
	}
	if config.Per <= 0 {
		refuse("LimiterConfig", "Per", "positive", config.Per)
	}
	if int64(config.Tokens) > int64(config.Per) {
		refuse("LimiterConfig", "Tokens", "at most one for each nanosecond", config.Tokens)
	}
	notNegative("LimiterConfig", "Burst", config.Burst)
	orDefault(&config.Burst, 1)
	divisor := gcd(int64(config.Tokens), int64(config.Per))
	rate, price := int64(config.Tokens)/divisor, int64(config.Per)/divisor
	if most := (math.MaxInt64 - rate) / price; int64(config.Burst) > most {
		refuse("LimiterConfig", "Burst", fmt.Sprintf("at most %d", most), config.Burst)
	}
	l := &Limiter{
		name: config.Name, burst: config.Burst,
		rate: rate, price: price, full: price * int64(config.Burst),
		epoch: time.Now(), at: never,
	}
	l.credit = l.full
	return l
}

// Name is the name of the limiter.
func (l *Limiter) Name() string { return l.name }

// Available is how many tokens there are now. It is 0 while somebody waits.
func (l *Limiter) Available() int {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queue.Len() > 0 {
		return 0
	}
	l.flow(now)
	return int(l.credit / l.price)
}

// Waiting is how many actions wait for tokens.
func (l *Limiter) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.Len()
}

// AllowN takes n tokens if they are there at the given time and nobody waits for them.
func (l *Limiter) AllowN(at time.Time, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return n <= 0 || n <= l.burst && l.queue.Len() == 0 && l.spend(at.Sub(l.epoch), n)
}

// WaitN takes n tokens as soon as it is their turn. Its error is a [RateLimitedError] if that would not be before the
// context's deadline, or if n is more than the burst; once the context is done, it is that of [executor.Refuse].
func (l *Limiter) WaitN(ctx context.Context, n int) error { return l.take(ctx, n, &RateLimit{}) }

// take takes n tokens, or returns why not.
func (l *Limiter) take(ctx context.Context, n int, limit *RateLimit) error {
	switch {
	case n == 0:
		return nil
	case n < 0, n > l.burst:
		return noSuchBurst(l.name, n, l.burst)
	}
	now := l.now()
	l.mu.Lock()
	if l.queue.Len() == 0 && l.spend(now, n) {
		l.mu.Unlock()
		return nil
	}
	e, err := l.enqueue(ctx, n, now, limit)
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return l.wait(ctx, e)
}

func (l *Limiter) now() time.Duration { return time.Since(l.epoch) }

// flow adds what has come in since the last change. The first time, that is since ever, so that a limiter may be made
// outside a bubble of testing/synctest, with another clock, and used inside.
func (l *Limiter) flow(now time.Duration) {
	if now <= l.at {
		return // overtaken
	}
	if high, low := bits.Mul64(uint64(now-l.at), uint64(l.rate)); high == 0 && low < uint64(l.full-l.credit) {
		l.credit += int64(low)
	} else {
		l.credit = l.full
	}
	l.at = now
}

// spend takes n tokens if they are there.
func (l *Limiter) spend(now time.Duration, n int) bool {
	l.flow(now)
	cost := int64(n) * l.price
	if l.credit < cost {
		return false
	}
	l.credit -= cost
	return true
}

// after is how long after the last change there will have been credit for the given number of tokens.
func (l *Limiter) after(tokens int64) time.Duration {
	high, low := bits.Mul64(uint64(tokens), uint64(l.price))
	low, borrow := bits.Sub64(low, uint64(l.credit), 0)
	high -= borrow
	if int64(high) < 0 {
		return 0
	}
	low, carry := bits.Add64(low, uint64(l.rate-1), 0) // rounds up
	high += carry
	if high >= uint64(l.rate) {
		return math.MaxInt64
	}
	d, _ := bits.Div64(high, low, uint64(l.rate))
	return time.Duration(min(d, math.MaxInt64))
}

// enqueue puts a waiter at the end of the queue, unless it would have to wait too long.
func (l *Limiter) enqueue(ctx context.Context, n int, now time.Duration, limit *RateLimit) (*list.Element, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	due := addTime(l.at, l.after(l.queued+int64(n)))
	wait := max(0, due-now)
	tooLong := limit.NoWait || limit.MaxWait > 0 && wait > limit.MaxWait
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(l.epoch) <= due {
		tooLong = true
	}
	if tooLong {
		return nil, noTokenFor(l.name, wait)
	}
	w := &tokenWaiter{cost: int64(n), arrived: now, turn: make(chan struct{})}
	e := l.queue.PushBack(w)
	l.queued += w.cost
	if l.queue.Front() == e {
		l.call()
	}
	return e, nil
}

// call tells the first in the queue that it is its turn.
func (l *Limiter) call() {
	if e := l.queue.Front(); e != nil {
		w := e.Value.(*tokenWaiter)
		l.flow(w.arrived) // a bucket that was full until then holds no more
		w.due = addTime(l.at, l.after(w.cost))
		close(w.turn)
	}
}

// wait waits in the queue, takes what is due, and lets the next one come.
func (l *Limiter) wait(ctx context.Context, e *list.Element) error {
	w := e.Value.(*tokenWaiter)
	err := l.sleep(ctx, w)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		// The tokens were there when they were due, so who wakes up late does not delay those behind.
		l.credit += int64(w.due-l.at)*l.rate - w.cost*l.price
		l.at = w.due
	}
	first := l.queue.Front() == e
	l.queue.Remove(e)
	l.queued -= w.cost
	if first {
		l.call()
	}
	return err
}

func (l *Limiter) sleep(ctx context.Context, w *tokenWaiter) error {
	select {
	case <-w.turn:
	case <-ctx.Done():
		return executor.Refuse(ctx)
	}
	return sleep(ctx, w.due-l.now())
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
