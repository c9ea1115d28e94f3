package lawtest

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
)

// Kind is what a combinator is.
type Kind uint8

const (
	// Policy calls what it wraps as often as it sees fit, or not at all.
	Policy Kind = iota
	// Observer calls what it wraps exactly once, and passes on what comes of it untouched.
	Observer
	// Structure decides where an action goes: it calls what it wraps once for a single action, and for a group as the
	// group says.
	Structure
)

// Row is a combinator in the table.
type Row struct {
	// Func is the exported function that makes the combinator, such as "Retried".
	Func string
	// Variant tells several rows of one function apart. It is empty in the first.
	Variant string
	// Layer is what executor.Layers prints of it begins with, if that is not Func.
	Layer string
	Kind  Kind
	// New makes the combinator in a configuration that is neutral: while actions succeed it changes nothing, and it
	// reaches no limit with a thousand actions at once. What the combinator keeps, such as a circuit, is new each time.
	// To rely on the type of the actions, see [Ask] and [List].
	New func() combinators.Combinator
	// Tight makes it with the least capacity that can be configured: one permit, one trial, a circuit that the first
	// failure opens. Capacity is how many actions at once it lets through when all is well; 0 means any number. A nil
	// Tight is New.
	Tight    func() combinators.Combinator
	Capacity int

	// What the combinator legitimately changes:

	// Recovers says that it turns a panic below it into an error.
	Recovers bool
	// Comparable says that it refuses actions that are not comparable.
	Comparable bool
	// Allocates is how many allocations it may add to an action that succeeds.
	Allocates int
	// Twice checks, in a bubble, what the godoc says of the combinator wrapped around itself. nil is for those that are
	// then as they are once, or obey the laws and no more is said.
	Twice func(t *testing.T)

	nested bool // wrapped around itself
}

// T is what a law needs of a test.
type T interface {
	require.TestingT
	Helper()
}

// Run checks that every row obeys every law, alone and wrapped around itself.
func Run(t *testing.T, rows []Row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			runLaws(t, r)
			t.Run("wrapped around itself", func(t *testing.T) {
				t.Parallel()
				runLaws(t, r.twice())
				if r.Twice != nil {
					t.Run("as its godoc says", func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, r.Twice)
					})
				}
			})
		})
	}
}

// Broken lists the laws that a row breaks. It is how the laws themselves are tested.
func Broken(t *testing.T, r Row) []string {
	t.Helper()
	var broken []string
	for _, l := range laws() {
		if !l.holdsFor(r) {
			continue
		}
		var p probe
		synctest.Test(t, func(*testing.T) { p.run(l, r) })
		if p.failed {
			broken = append(broken, l.name)
		}
	}
	return broken
}

// Names lists the laws.
func Names() []string {
	var names []string
	for _, l := range laws() {
		names = append(names, l.name)
	}
	return names
}

// String is the row's name in the test's output.
func (r Row) String() string {
	if r.Variant == "" {
		return r.Func
	}
	return r.Func + ", " + r.Variant
}

func (r Row) layer() string {
	if r.Layer != "" {
		return r.Layer
	}
	return r.Func
}

func (r Row) tight() combinators.Combinator {
	if r.Tight != nil {
		return r.Tight()
	}
	return r.New()
}

// twice is the row of the combinator wrapped around itself, what it keeps included.
func (r Row) twice() Row {
	once, tight := r.New, r.tight
	r.nested = true
	r.New = func() combinators.Combinator {
		c := once()
		return combinators.Chain(c, c)
	}
	r.Tight = func() combinators.Combinator {
		c := tight()
		return combinators.Chain(c, c)
	}
	return r
}

func runLaws(t *testing.T, r Row) {
	t.Helper()
	for _, l := range laws() {
		if l.holdsFor(r) {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { l.run(t, r) })
			})
		}
	}
}

// probe is a test that fails without failing the test around it.
type probe struct{ failed bool }

func (p *probe) Errorf(string, ...any) { p.failed = true }

func (p *probe) FailNow() {
	p.failed = true
	panic(p)
}

func (*probe) Helper() {}

func (p *probe) run(l law, r Row) {
	defer func() {
		if recover() != nil {
			p.failed = true
		}
	}()
	l.run(p, r)
}
