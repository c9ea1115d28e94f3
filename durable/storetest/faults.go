package storetest

import (
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// The errors of faults. A store's own errors may be others; whoever uses a store must not look.
var (
	// ErrBusy is the error of a store that somebody else keeps busy. The call did nothing.
	ErrBusy = errors.New("the store is busy")
	// ErrDiskFull is the error of a store that has no room left. The call did nothing.
	ErrDiskFull = errors.New("no space left on the device")
	// ErrLost is the error of a call that was made, while its answer was lost.
	ErrLost = errors.New("the connection was lost")
)

// Call is a call of a store's method.
type Call struct {
	// Method is the name of the method, such as "Commit".
	Method string
	// N counts the calls of this method, and All those of all methods; the first is 1.
	N, All int64
}

// Fault is what happens to a call. The zero Fault is none.
type Fault struct {
	// Slow is how long it takes until the call is made. A context that ends meanwhile ends the call.
	Slow time.Duration
	// Before, if not nil, is the error, and the call is not made.
	Before error
	// After, if not nil, is the error, and the call is made all the same; its answer is lost.
	After error
}

// Faults chooses the faults of calls. It is called concurrently.
type Faults func(Call) Fault

// On has one fault happen: in the n-th call of a method, counted from 1.
func On(method string, n int64, f Fault) Faults {
	return func(c Call) Fault {
		if c.Method == method && c.N == n {
			return f
		}
		return Fault{}
	}
}

// Random has faults happen with a probability. It chooses among those given, or else among all kinds that there are:
// busy, full, lost, and a millisecond too slow. What happens to the n-th call of a method depends on the seed alone.
func Random(seed uint64, probability float64, faults ...Fault) Faults {
	if len(faults) == 0 {
		faults = []Fault{{Before: ErrBusy}, {Before: ErrDiskFull}, {After: ErrLost}, {Slow: time.Millisecond}}
	}
	return func(c Call) Fault {
		h := fnv.New64a()
		_, _ = h.Write([]byte(c.Method))
		r := rand.New(rand.NewPCG(seed^h.Sum64(), uint64(c.N))) //nolint:gosec // it chooses faults, not secrets
		if r.Float64() >= probability {
			return Fault{}
		}
		return faults[r.IntN(len(faults))]
	}
}
