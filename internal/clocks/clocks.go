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

// nothing is a difference that does not matter.
const nothing = 2 * time.Second

// Time is the time of this process.
func (c *Clocks) Time() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Measure compares the clocks when the server has said what time it is, which it was asked for at a time of this
// process. However long it took to answer, that is no difference between the clocks.
func (c *Clocks) Measure(asked, server time.Time) {
	least, most := asked.Sub(server), c.Time().Sub(server)
	within := func(ahead time.Duration) bool { return least-nothing < ahead && ahead < most+nothing }
	switch {
	case within(time.Duration(c.ahead.Load())): // as before
	case within(0):
		c.ahead.Store(0)
	default: // the most that it can be, so that what is due now is due for the server as well
		c.ahead.Store(int64(most))
	}
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
