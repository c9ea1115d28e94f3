package explore

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// None as a bound means not even one, where 0 means the default.
const None = -1

// ErrFault is what the errors are that actions fail with unless [Bounds.FaultsOf] says otherwise.
var ErrFault = errors.New("fault")

var (
	errNotDone = fmt.Errorf("%w: the request did not arrive: %w", ErrFault, executor.ErrNotDone)
	errLost    = fmt.Errorf("%w: the answer was lost", ErrFault)
)

// Bounds limit what is explored. The zero value explores one fault and one crash anywhere, and every order.
type Bounds struct {
	// Faults is how many actions fail at most in one schedule, and how many events are lost or come twice. The default
	// is 1.
	Faults int
	// Crashes is how often the process crashes at most, and is resumed from the journal. The default is 1.
	Crashes int
	// Cancels is how many requests to cancel the run there are at most. The default is 0.
	Cancels int
	// FaultsOf lists the ways in which an action can fail. By default each can fail in two: not done, with an error that
	// is [ErrFault] and executor.ErrNotDone, and done but with its answer lost, with one that is ErrFault. Sleeps and
	// events do not fail.
	FaultsOf func(actions.Action) []Fault
	// Conflicts tells whether the order of two actions can matter to the world. Schedules that differ only in the order
	// of actions that do not conflict are explored once. By default every two actions conflict. It must be symmetric.
	Conflicts func(a, b actions.Action) bool
	// MaxSchedules is how many schedules are run at most. The default is 100,000.
	MaxSchedules int
	// MaxSteps is how many actions one schedule has at most; more is a failure, because the orchestration may never end.
	// The default is 10,000.
	MaxSteps int
	// Samples is how many schedules are run at random where MaxSchedules was not enough, with faults and crashes within
	// the same bounds. The default is 0.
	Samples int
	// Seed is where the random schedules begin.
	Seed uint64
	// Workers is how many schedules run at a time. The default is the number of processors.
	Workers int
}

// Fault is a way in which an action can fail.
type Fault struct {
	// Err is what the orchestration is told.
	Err error
	// Lost means that the action is carried out, and that only its answer is replaced by the error.
	Lost bool
}

var defaultFaults = []Fault{{Err: errNotDone}, {Err: errLost, Lost: true}}

// normal is the bounds with their defaults. It panics if they make no sense.
func (b Bounds) normal() Bounds {
	for _, f := range []struct {
		name     string
		n        *int
		fallback int
	}{
		{"Faults", &b.Faults, 1},
		{"Crashes", &b.Crashes, 1},
		{"Cancels", &b.Cancels, 0},
		{"MaxSchedules", &b.MaxSchedules, 100_000},
		{"MaxSteps", &b.MaxSteps, 10_000},
		{"Samples", &b.Samples, 0},
		{"Workers", &b.Workers, runtime.GOMAXPROCS(0)},
	} {
		switch {
		case *f.n == 0:
			*f.n = f.fallback
		case *f.n == None && f.name != "MaxSteps" && f.name != "Workers":
			*f.n = 0
		case *f.n < 0:
			panic(fmt.Sprintf("explore.Bounds: %s must be at least 0, got %d", f.name, *f.n))
		}
	}
	if b.FaultsOf == nil {
		b.FaultsOf = func(actions.Action) []Fault { return defaultFaults }
	}
	return b
}
