package runstest

import (
	"time"

	"go.uber.org/goleak"
)

// Leaks tells which goroutines are left when all tests of a package are over. Those that take leave of a server may
// take their time, so it waits for them for a minute.
func Leaks() error {
	for until := time.Now().Add(time.Minute); ; {
		err := goleak.Find()
		if err == nil || time.Now().After(until) {
			return err
		}
	}
}
