package clocks

import (
	"sync/atomic"
	"time"
)

// Clocks is what is known of the difference between two clocks. It is safe for concurrent use.
type Clocks struct {
	// Now is the clock of this process; nil stands for [time.Now].
	Now   func() time.Time
	ahead atomic.Int64 // how far this process is ahead, or 0 if that is next to nothing
}

// nothing is a difference that does not matter. An answer of the server takes a part of it.
const nothing = 2 * time.Second

// Measure compares the clocks when the server has just said what time it is.
func (c *Clocks) Measure(server time.Time) {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	ahead := now().Sub(server)
	known := time.Duration(c.ahead.Load())
	if (ahead - known).Abs() < nothing {
		return // the same, but for the time that the answer took
	}
	if ahead.Abs() < nothing {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// Server is a time of this process by the clock of the server.
func (c *Clocks) Server(t time.Time) time.Time { return c.shift(t, -1) }

// Here is a time of the server by the clock of this process.
func (c *Clocks) Here(t time.Time) time.Time { return c.shift(t, 1) }

func (c *Clocks) shift(t time.Time, sign int64) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(time.Duration(sign * c.ahead.Load()))
}
