package policy

import (
	"runtime"
	"time"

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

// maxParsing is how long a document may take. The longest that is read takes a few seconds, unless somebody wrote it to
// take hours: a parser of Markdown can be made to, and does not look at its context.
const maxParsing = 30 * time.Second

// parsing bounds how many documents are in memory at once, and does not wait for one for ever. Parsing is work for the
// processors, so that a few more than there are do, for the time in which a file is read. What is left behind keeps its
// permit.
func parsing() combinators.Combinator {
	return combinators.Chain(
		combinators.TimedWith(combinators.Timeout{Limit: maxParsing, Abandon: &combinators.Abandonment{}}),
		combinators.Limited(combinators.NewSemaphore(2*runtime.GOMAXPROCS(0))),
	)
}
