package combinators

import "time"

// window is the recent past of a closed circuit: the calls that its rates are over.
type window interface {
	// record adds a call that ended now, and counts as tally does.
	record(now time.Duration, o mark) tally
	// tally counts the calls that are in the window now.
	tally(now time.Duration) tally
}

// mark is what a window knows of a call. The zero mark is no call.
type mark uint8

const (
	isCall mark = 1 << iota
	isFailure
	isSlow
)

// tally is a number of calls.
type tally struct{ calls, failures, slow int64 }

// add counts a call n times: 1 or -1.
func (t *tally) add(o mark, n int64) {
	if o&isCall != 0 {
		t.calls += n
	}
	if o&isFailure != 0 {
		t.failures += n
	}
	if o&isSlow != 0 {
		t.slow += n
	}
}

func (t *tally) subtract(u tally) {
	t.calls -= u.calls
	t.failures -= u.failures
	t.slow -= u.slow
}

func (t *tally) failureRate() float64 { return quotient(t.failures, t.calls) }

func (t *tally) slowRate() float64 { return quotient(t.slow, t.calls) }

// quotient is rounded as a literal is: 55 of 100 are at least 0.55.
func quotient(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// newWindow is the window of a configuration, or nil if no rule needs one.
func newWindow(c *CircuitConfig) window {
	switch {
	case !c.windowed():
		return nil
	case c.WindowTime > 0:
		return &timeWindow{width: c.WindowTime / windowSlots}
	}
	return &callWindow{ring: make([]mark, c.WindowCalls)}
}

// callWindow is the last calls, in a ring.
type callWindow struct {
	ring []mark
	next int
	sum  tally
}

func (w *callWindow) record(_ time.Duration, o mark) tally {
	w.sum.add(w.ring[w.next], -1)
	w.ring[w.next] = o
	w.sum.add(o, 1)
	w.next++
	if w.next == len(w.ring) {
		w.next = 0
	}
	return w.sum
}

func (w *callWindow) tally(time.Duration) tally { return w.sum }

// windowSlots is the number of steps in which a window of time slides.
const windowSlots = 10

// timeWindow is the calls of the last slots of time, in a ring. The first slot begins with the first call.
type timeWindow struct {
	width time.Duration
	ring  [windowSlots]tally
	sum   tally
	// head is the number of the slot that calls are recorded in, of which head%windowSlots is the index, and end its end.
	begun bool
	head  int64
	end   time.Duration
}

func (w *timeWindow) record(now time.Duration, o mark) tally {
	if !w.begun {
		w.begun, w.end = true, addTime(now, w.width)
	}
	w.slide(now)
	w.ring[w.head%windowSlots].add(o, 1)
	w.sum.add(o, 1)
	return w.sum
}

func (w *timeWindow) tally(now time.Duration) tally {
	w.slide(now)
	return w.sum
}

// slide empties the slots that have left the window. A time before the head's, of a call that was overtaken by another,
// counts as the head's.
func (w *timeWindow) slide(now time.Duration) {
	if now < w.end {
		return
	}
	slots := int64((now-w.end)/w.width) + 1
	for range min(slots, windowSlots) {
		w.head++
		gone := &w.ring[w.head%windowSlots]
		w.sum.subtract(*gone)
		*gone = tally{}
	}
	w.end = addTime(w.end, time.Duration(slots)*w.width)
}
