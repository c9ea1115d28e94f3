package sqlite

import (
	"fmt"
	"time"
)

// Config is what may be chosen about a store. The zero Config is the safe choice.
type Config struct {
	// Synchronous says when the disk is told to keep what was written. The zero value is Full.
	Synchronous Synchronous
	// BusyTimeout is for how long a write waits while somebody else, such as a transaction of DB or another program, has
	// the file locked, before it fails. Several who take turns may take longer. 0 stands for 10 seconds.
	BusyTimeout time.Duration
	// Adopt lets Open add its tables to a database that another application made. Without it such a file is refused.
	Adopt bool
}

// Synchronous says what a power failure, or a crash of the operating system, may undo. A crash of the process alone
// undoes nothing in any mode.
type Synchronous int

const (
	// Full has the disk keep every commit before it is acknowledged: nothing acknowledged is lost.
	Full Synchronous = iota
	// Normal has the disk told now and then: a power failure may undo the last commits, although they were acknowledged.
	// Steps are then carried out again whose effects have happened. The file stays whole.
	Normal
	// Off leaves it to the operating system: a power failure may undo commits, and may leave the file corrupt.
	Off
)

// String is the name of the mode in SQLite.
func (s Synchronous) String() string {
	switch s {
	case Full:
		return "FULL"
	case Normal:
		return "NORMAL"
	case Off:
		return "OFF"
	}
	return fmt.Sprintf("Synchronous(%d)", int(s))
}

// pragma is the number by which SQLite knows the mode.
func (s Synchronous) pragma() string {
	return map[Synchronous]string{Full: "2", Normal: "1", Off: "0"}[s]
}

func (c Config) checked() (Config, error) {
	if c.Synchronous < Full || c.Synchronous > Off {
		return c, fmt.Errorf("unknown mode %s", c.Synchronous)
	}
	if c.BusyTimeout < 0 {
		return c, fmt.Errorf("the busy timeout %s is negative", c.BusyTimeout)
	}
	if c.BusyTimeout == 0 {
		c.BusyTimeout = 10 * time.Second
	}
	return c, nil
}
