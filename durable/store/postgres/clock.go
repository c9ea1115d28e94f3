package postgres

import (
	"sync/atomic"
	"time"
)

// clocks is what is known of the difference between the clock of this process and that of the server, who decides what
// is due. Due times are kept by the server's clock, and seen by that of the process: otherwise a process whose clock is
// minutes ahead would look for a run again and again that is not due yet, and start runs minutes late.
type clocks struct {
	now   func() time.Time
	ahead atomic.Int64 // how far this process is ahead, or 0 if that is next to nothing
}

// nothing is a difference that does not matter. An answer of the server takes a part of it.
const nothing = 2 * time.Second

// measure compares the clocks when the server has just said what time it is.
func (c *clocks) measure(server time.Time) {
	ahead := c.now().Sub(server)
	known := time.Duration(c.ahead.Load())
	if (ahead - known).Abs() < nothing {
		return // the same, but for the time that the answer took
	}
	if ahead.Abs() < nothing {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// server is a time of this process by the clock of the server.
func (c *clocks) server(t time.Time) time.Time { return c.shift(t, -1) }

// here is a time of the server by the clock of this process.
func (c *clocks) here(t time.Time) time.Time { return c.shift(t, 1) }

func (c *clocks) shift(t time.Time, sign int64) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(time.Duration(sign * c.ahead.Load()))
}
