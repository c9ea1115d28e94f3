package policy

import (
	"runtime"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

// isParsing tells whether an action reads and parses a file.
func isParsing(a actions.Action) bool {
	switch a.(type) {
	case check.Read, check.Survey:
		return true
	}
	return false
}

// parsing bounds how many documents are in memory at once. Parsing is work for the processors, so that a few more than
// there are do, for the time in which a file is read.
func parsing() combinators.Combinator {
	return combinators.Limited(combinators.NewSemaphore(2 * runtime.GOMAXPROCS(0)))
}
