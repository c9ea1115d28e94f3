package orchestrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/baton-go/baton/orchestrate"
)

// The reference: a random flow is a tree, and what comes of it is said by a few lines of recursion, without an
// executor, a goroutine or a context.

// tree is a flow of numbers.
type tree interface {
	// flow is the orchestration, and sets up the world for it.
	flow(w *world) orchestrate.Orchestration[int]
	// inOrder is what comes of it if branches run one after the other.
	inOrder() fate
	// possible is all that can come of it if branches overlap.
	possible() fates
}

// fate is what comes of a flow: a number, or the names of what failed.
type fate struct {
	value int
	wrong string
}

// fates is a set of them.
type fates map[fate]struct{}

func oneOf(all ...fate) fates {
	f := fates{}
	for _, one := range all {
		f[one] = struct{}{}
	}
	return f
}

// product is what f makes of each choice of one fate from each set.
func product(sets []fates, f func([]fate) []fate) fates {
	choices := [][]fate{nil}
	for _, set := range sets {
		var longer [][]fate
		for _, choice := range choices {
			for one := range set {
				longer = append(longer, append(slices.Clone(choice), one))
			}
		}
		choices = longer
	}
	result := fates{}
	for _, choice := range choices {
		maps.Copy(result, oneOf(f(choice)...))
	}
	return result
}

// both joins the names of what went wrong.
func both(a, b string) string {
	names := slices.Concat(strings.Fields(a), strings.Fields(b))
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

func sumOf(all []fate) fate {
	total := fate{}
	for _, one := range all {
		total.value += one.value
	}
	return total
}

// failures lists the fates that are failures, and the others.
func failures(all []fate) (wrong, right []fate) {
	for _, one := range all {
		if one.wrong != "" {
			wrong = append(wrong, fate{wrong: one.wrong})
		} else {
			right = append(right, one)
		}
	}
	return wrong, right
}

// everythingWrong is the failure of which all of them are part.
func everythingWrong(all []fate) fate {
	total := fate{}
	for _, one := range all {
		total.wrong = both(total.wrong, one.wrong)
	}
	return total
}

// wrongError is what goes wrong in these trees.
type wrongError struct{ name string }

func (e *wrongError) Error() string { return e.name }

// fateOf is the fate that a run came to.
func fateOf(value int, err error) fate {
	if err == nil {
		return fate{value: value}
	}
	wrong := ""
	var find func(error)
	find = func(err error) {
		switch e := err.(type) { //nolint:errorlint // walks the tree itself
		case *wrongError:
			wrong = both(wrong, e.name)
		case *orchestrate.TimeoutError:
			wrong = both(wrong, "timeout")
		case interface{ Unwrap() error }:
			find(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, err := range e.Unwrap() {
				find(err)
			}
		default:
			wrong = both(wrong, strings.ReplaceAll("unexpected: "+err.Error(), " ", "_"))
		}
	}
	find(err)
	return fate{wrong: wrong}
}

func TestRandomFlowsComeToWhatTheReferenceSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		names := 0
		flow := drawTree(rt, 3, &names)
		rt.Log(describe(flow))
		for _, h := range []host{inParallel, inOrder, cooperative} {
			var got fate
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				got = fateOf(run(t.Context(), h, w, flow.flow(w)))
			})
			if h.name == inOrder.name && got != flow.inOrder() {
				rt.Fatalf("%s: got %v, want %v", h.name, got, flow.inOrder())
			}
			if _, ok := flow.possible()[got]; !ok && h.name != inOrder.name {
				rt.Fatalf("%s: got %v, want one of %v", h.name, got, flow.possible())
			}
		}
	})
}

// drawTree draws a flow. Leaves have names of their own.
func drawTree(rt *rapid.T, depth int, names *int) tree {
	*names++
	name := strconv.Itoa(*names)
	kinds := []string{"get", "get", "flaky", "late"}
	if depth > 0 {
		kinds = append(kinds, "sequence", "all", "all", "settle", "any", "any", "race", "scope", "retry", "timeout")
	}
	child := func() tree { return drawTree(rt, depth-1, names) }
	children := func() branches {
		b := make(branches, rapid.IntRange(1, 3).Draw(rt, "branches"))
		for i := range b {
			b[i] = child()
		}
		return b
	}
	switch kind := rapid.SampledFrom(kinds).Draw(rt, "kind"); kind {
	case "get":
		return getNode{name, rapid.IntRange(0, 9).Draw(rt, "value"), rapid.IntRange(0, 3).Draw(rt, "fails") == 0}
	case "flaky":
		return flakyNode{name, rapid.IntRange(0, 3).Draw(rt, "failures"), rapid.IntRange(1, 3).Draw(rt, "attempts")}
	case "late":
		return lateNode{rapid.IntRange(0, 2).Draw(rt, "limit"), rapid.IntRange(0, 2).Draw(rt, "takes")}
	case "sequence":
		return sequenceNode{children()}
	case "all":
		return allNode{children()}
	case "settle":
		return settleNode{children()}
	case "any":
		return anyNode{children()}
	case "race":
		return raceNode{child(), rapid.IntRange(0, 2).Draw(rt, "others")}
	case "retry":
		return retryNode{child(), rapid.IntRange(1, 2).Draw(rt, "attempts")}
	default:
		return wrapNode{child(), kind == "scope"}
	}
}

func describe(n tree) string {
	text := fmt.Sprintf("%T%+v", n, n)
	return strings.ReplaceAll(text, "orchestrate_test.", "")
}
