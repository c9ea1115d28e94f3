package lawtest

import (
	"context"
	"time"
)

// law is a property of every combinator, or of every one that the row describes so.
type law struct {
	name  string
	only  func(Row) bool // nil: all
	check func(context.Context, T, Row)
}

// lifetime is how long a law may take before what still waits is cancelled, to fail.
const lifetime = 1_000_000 * time.Hour

// run checks the law in a bubble.
func (l law) run(t T, r Row) {
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	defer func() {
		cancel()
		pause() // for those that a failed law left behind
	}()
	l.check(ctx, t, r)
}

func (l law) holdsFor(r Row) bool { return l.only == nil || l.only(r) }

func laws() []law {
	observers := func(r Row) bool { return r.Kind == Observer }
	single := func(r Row) bool { return r.Kind != Policy }
	choosy := func(r Row) bool { return r.Comparable }
	easy := func(r Row) bool { return !r.Comparable }
	return []law{
		{"Chain of nothing is the identity", nil, chainsWithNothing},
		{"Chain is associative", nil, chainsInAnyGrouping},
		{"it refuses a nil executor by name", nil, refusesNil},
		{"Layers names it and finds what it wraps", nil, tellsWhatItIs},
		{"a result passes untouched", nil, passesResults},
		{"an action passes untouched", nil, passesActions},
		{"an action that is not comparable passes", easy, passesUncomparable},
		{"an action that is not comparable is refused by name", choosy, refusesUncomparable},
		{"context and step reach the handler", nil, passesContext},
		{"errors can be found by Is and As", nil, passesErrors},
		{"Run wraps an error in one StepError", nil, wrapsOnce},
		{"every call has an attempt of its own", nil, numbersAttempts},
		{"it calls exactly once", single, callsOnce},
		{"result and error pass as they are", observers, passesOutcomes},
		{"a done context starts nothing", nil, refusesDone},
		{"a cancellation reaches the handler at once", nil, passesCancellation},
		{"a deadline reaches the handler", nil, passesDeadlines},
		{"a cancelled action does not count as a failure", nil, forgivesCancellation},
		{"a panic passes", nil, passesPanics},
		{"a Goexit passes", nil, passesExits},
		{"what was taken is given back, one by one", nil, givesBack},
		{"what was taken is given back, all at once", nil, givesBackAtOnce},
		{"actions run side by side", nil, runsSideBySide},
		{"a handler may run a flow of its own", nil, runsInside},
		{"two hundred goroutines", nil, survivesCrowds},
		{"a group succeeds on both sides of Parallelize", nil, carriesGroups},
		{"a group fails on both sides of Parallelize", nil, failsGroups},
		{"a group is cancelled on both sides of Parallelize", nil, cancelsGroups},
	}
}
