package executortest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/baton-go/baton/executor"
)

// Subject is an executor to be checked, and what it claims to do. Without a claim the laws of it are left out. The
// executor must be able to carry out two actions at the same time.
type Subject struct {
	// New makes the executor on top of leaf, which carries out the actions of the suite: a combinator wraps it, a remote
	// executor has it on the far side, where it also decodes actions and results by name. New is called once for each
	// law.
	New func(leaf *executor.Mux) executor.Executor
	// Close, if set, is called with what New returned, after the law.
	Close func(executor.Executor)

	// Groups claims that the executor carries out groups.
	Groups bool
	// System claims that it carries out the standard actions that need only the machine, as executor.System does.
	System bool
	// Records claims that it answers a step of a run that it has answered before from a record, under a done context too.
	Records bool

	// Repeats admits that it may carry out an action more than once, to retry or to hedge.
	Repeats bool
	// Remote admits that the handlers run elsewhere: the values and the step of a context do not reach them, and a call
	// whose context has ended need not wait for them.
	Remote bool

	// Patience is how long a call may take that should return. Zero means a minute.
	Patience time.Duration
}

// Violation says that an executor breaks a law.
type Violation struct {
	// Law is the law, such as "errors arrive whole".
	Law string
	// Detail says what was seen.
	Detail string
	// Remedy says what to do about it.
	Remedy string
}

// String is the law, what was seen, and the remedy, one line each.
func (v Violation) String() string {
	detail := strings.ReplaceAll(v.Detail, "\n", "\n    ")
	return fmt.Sprintf("law broken: %s\n  seen: %s\n  remedy: %s", v.Law, detail, v.Remedy)
}

// Test checks each law that concerns the subject in a subtest of its own, and fails it with the [Violation].
func Test(t *testing.T, s Subject) {
	t.Helper()
	for _, l := range lawsFor(s) {
		t.Run(l.name, func(t *testing.T) {
			for _, v := range l.violations(s) {
				t.Error(v)
			}
		})
	}
}

// Check checks the same laws as [Test] and returns what breaks them, without a test.
func Check(s Subject) []Violation {
	var all []Violation
	for _, l := range lawsFor(s) {
		all = append(all, l.violations(s)...)
	}
	return all
}

// law is something that an executor owes its callers.
type law struct {
	name, remedy string
	concerns     func(Subject) bool // nil: all
	check        func(*probe)
}

func lawsFor(s Subject) []law {
	if s.New == nil {
		panic("executortest: Subject.New is nil")
	}
	var laws []law
	for _, topic := range [][]law{
		resultLaws(), contextLaws(), panicLaws(), stepLaws(), concurrencyLaws(), standardLaws(), recordLaws(), groupLaws(),
		decisionLaws(), joinLaws(),
	} {
		for _, l := range topic {
			if l.concerns == nil || l.concerns(s) {
				laws = append(laws, l)
			}
		}
	}
	return laws
}

// The claims that laws concern.
func groups(s Subject) bool { return s.Groups }

func noGroups(s Subject) bool { return !s.Groups }

func system(s Subject) bool { return s.System }

func records(s Subject) bool { return s.Records }

func local(s Subject) bool { return !s.Remote }

func localGroups(s Subject) bool { return s.Groups && !s.Remote }

func repeats(s Subject) bool { return s.Repeats && !s.Remote }

func once(s Subject) bool { return !s.Repeats }

func (l law) violations(s Subject) []Violation {
	p := newProbe(s, l)
	p.run()
	return p.violations
}
