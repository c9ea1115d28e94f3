package combinators

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Warning is a mistake that [Lint] found.
type Warning struct {
	// Layer is the layer that it is about, as executor.Layers prints it.
	Layer string
	// Problem says of the layer what is wrong: "is never reached below Timed(2s)". Reason says why that is bad, and
	// Remedy what to do.
	Problem, Reason, Remedy string
}

// String is all of it: "Timed(5s) is never reached below Timed(2s): …. …."
func (w Warning) String() string {
	return fmt.Sprintf("%s %s: %s. %s.", w.Layer, w.Problem, w.Reason, w.Remedy)
}

// Lint looks through a stack for known mistakes, and returns what it finds from the outside in:
//
//   - a permit that is held while a group is carried out ([Limited] above [Parallelize]);
//   - a limit that is never reached ([Timed] below a shorter one), and an attempt so long that it is never retried;
//   - retries of rejections, and retries of retries;
//   - a breaker that does not see what hangs, because there is a timeout above it only;
//   - a policy, Parallelize or System above a journal (see [Journal]);
//   - executor.System below a policy, so that sleeps are cut short and clocks need permits;
//   - one sink that is told everything twice, and one circuit, limiter or budget that counts all twice;
//   - a cache below a limit, and a bound that handlers left behind by [Timed] get around;
//   - [Named] without anything that carries out groups, which scopes are.
//
// It looks into [For], [When] and [Named], and into the executors that [Fallback] falls back on. What it does not know,
// it takes to be in order. It asks the functions of a configuration about errors and actions that it makes up. A stack
// does not change, so once is enough, in a test:
//
//	require.Empty(t, combinators.Lint(exec))
func Lint(e executor.Executor) []Warning {
	l := &linter{}
	l.walk(executor.Layers(e), nil, nil)
	return l.warnings
}

// Journal is an executor that keeps a record of what is carried out, and looks there before it passes an action on.
// What an orchestration has seen once, it sees again when it is replayed; so a journal carries out groups itself,
// answers Sleep, Now and NewID itself, and stands above every policy and below observers only. An executor of yours is
// one to [Lint] if it has this method.
type Journal interface {
	executor.Executor
	// KeepsJournal does nothing. It says that the executor is a journal.
	KeepsJournal()
}

// linter goes through a stack.
type linter struct{ warnings []Warning }

// place is where a layer stands.
type place struct {
	layer  executor.Executor
	within []*choice // the choices that lead there
	above  *place
}

// walk looks at layers, the first of which stands below the given place, and returns the last one's place.
func (l *linter) walk(layers executor.Stack, above *place, within []*choice) *place {
	for i, e := range layers {
		p := &place{e, within, above}
		for _, rule := range rules() {
			rule(l, p)
		}
		above = p
		switch e := e.(type) {
		case *choice:
			above = l.walk(e.applied(), p, append(slices.Clip(within), e))
		case *fallback:
			for _, r := range e.Resorts {
				l.walk(executor.Layers(r.exec), p, within)
			}
		}
		if _, wraps := e.(executor.Wrapper); i == len(layers)-1 && !wraps {
			l.bottom(above)
		}
	}
	return above
}

// warn adds a warning, unless it has been given for another way through the stack.
func (l *linter) warn(p *place, problem, reason, remedy string) {
	w := Warning{p.name(), problem, reason, remedy}
	if !slices.Contains(l.warnings, w) {
		l.warnings = append(l.warnings, w)
	}
}

func (p *place) name() string { return executor.Stack{p.layer}.String() }

// over goes over the layers above, nearest first, that an action can pass on the way to p.
func (p *place) over() iter.Seq[*place] {
	return func(yield func(*place) bool) {
		for q := p.above; q != nil; q = q.above {
			if q.meets(p) && !yield(q) {
				return
			}
		}
	}
}

// meets tells whether one action can come by both places, itself or as part of a group: not if it would have to be of
// two types.
func (p *place) meets(q *place) bool {
	for _, a := range p.within {
		for _, b := range q.within {
			if a.typ != b.typ && a.isOfOneType() && b.isOfOneType() {
				return false
			}
		}
	}
	return true
}

// isOfOneType tells whether all that is chosen has one type, and nothing in it another.
func (c *choice) isOfOneType() bool {
	return c.typ != nil && c.typ.Kind() != reflect.Interface && c.typ != reflect.TypeFor[actions.Group]()
}

// sees tells whether the action comes by, as far as the choices on the way can be asked.
func (p *place) sees(a actions.Action) bool {
	for _, c := range p.within {
		if c.scope != "" {
			continue // depends on the run
		}
		if !c.chooses(a) {
			return false
		}
	}
	return true
}

// chooses asks the choice. One that is not prepared for the question says no.
func (c *choice) chooses(a actions.Action) (matches bool) {
	defer func() { _ = recover() }()
	return c.match(context.Background(), a)
}
