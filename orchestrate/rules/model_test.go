package rules_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

// A tree is a rule about an int, and its model: what it says, written down by recursion and without any cleverness.
type tree struct {
	op    string
	n     int
	parts []tree
}

// said is a verdict of the model.
type said struct {
	status  string // yes, no, error
	value   int
	reasons []string
}

type probe struct {
	actions.Returns[bool]
	N, Value int
}

var errModel = errors.New("not found out")

func holds(n, value int) bool { return (value>>(n%4))&1 == 1 }

// rule builds the rule that the tree is.
func (t tree) rule() rules.Rule[int] {
	name := fmt.Sprint(t.op, t.n)
	switch t.op {
	case "pure":
		return rules.Pure(name, func(v int) bool { return holds(t.n, v) })
	case "asks":
		return rules.Asks(name, func(v int) actions.Of[bool] { return probe{N: t.n, Value: v} })
	case "pipe":
		return rules.Pipe(name, func(_ actions.Yield, v int) (int, error) {
			if !holds(t.n, v) {
				return -1, errModel
			}
			return v*3 + t.n, nil
		})
	case "lost":
		return rules.Flow(name, func(actions.Yield, int) (bool, error) { return true, errModel })
	}
	parts := make([]rules.Rule[int], len(t.parts))
	for i, part := range t.parts {
		parts[i] = part.rule()
	}
	switch t.op {
	case "and":
		return rules.And(parts...)
	case "or":
		return rules.Or(parts...)
	case "not":
		return rules.Not(parts[0])
	case "then":
		return rules.Then(parts...)
	case "if":
		return rules.If(parts[0], parts[1], parts[2])
	case "parallel":
		return rules.Parallel(parts...)
	default:
		panic(t.op)
	}
}

// check is what the rule says. If all is true, reasons are those of a validation.
func (t tree) check(v int, all bool) said {
	switch t.op {
	case "pure", "asks":
		return t.leaf(holds(t.n, v), v)
	case "pipe":
		if holds(t.n, v) {
			return t.leaf(true, v*3+t.n)
		}
		return t.leaf(false, v)
	case "lost":
		return said{"error", v, nil}
	case "and":
		return t.and(v, all)
	case "or":
		var reasons []string
		for _, part := range t.parts {
			s := part.check(v, all)
			if v = s.value; s.status != "no" {
				return said{s.status, v, nil}
			}
			reasons = append(reasons, s.reasons...)
		}
		if len(t.parts) == 0 {
			reasons = []string{"or"}
		}
		return said{"no", v, reasons}
	case "not":
		s := t.parts[0].check(v, false)
		if s.status == "yes" {
			return said{"no", s.value, []string{t.rule().Name()}}
		}
		return said{map[string]string{"no": "yes", "error": "error"}[s.status], s.value, nil}
	case "then":
		s := said{"yes", v, nil}
		for i, part := range t.parts {
			last := i == len(t.parts)-1
			if s = part.check(s.value, all && last); s.status == "error" && !last {
				return said{"error", s.value, nil}
			}
		}
		return s
	case "if":
		s := t.parts[0].check(v, false)
		switch s.status {
		case "yes":
			return t.parts[1].check(s.value, all)
		case "no":
			return t.parts[2].check(s.value, all)
		}
		return said{"error", s.value, nil}
	default:
		status, reasons := "yes", []string(nil)
		for _, part := range t.parts {
			s := part.check(v, all)
			if status == "yes" {
				status = s.status
			}
			if all || s.status != "error" {
				reasons = append(reasons, s.reasons...)
			}
		}
		return said{status, v, reasons}
	}
}

func (t tree) leaf(ok bool, v int) said {
	if ok {
		return said{"yes", v, nil}
	}
	return said{"no", v, []string{fmt.Sprint(t.op, t.n)}}
}

func (t tree) and(v int, all bool) said {
	result := said{status: "yes"}
	for _, part := range t.parts {
		s := part.check(v, all)
		v = s.value
		result.reasons = append(result.reasons, s.reasons...)
		if result.status == "yes" {
			result.status, result.value = s.status, v
		}
		if s.status != "yes" && !all {
			break
		}
	}
	if result.status == "yes" {
		result.value = v
	}
	return result
}

// trees generates trees of some ops and leaves, at most four levels high.
func trees(ops []string, leaves ...string) *rapid.Generator[tree] {
	var draw func(t *rapid.T, height int) tree
	draw = func(t *rapid.T, height int) tree {
		if height == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			return tree{op: rapid.SampledFrom(leaves).Draw(t, "op"), n: rapid.IntRange(0, 7).Draw(t, "n")}
		}
		made := tree{op: rapid.SampledFrom(ops).Draw(t, "op")}
		least, most := 0, 4
		switch made.op {
		case "not":
			least, most = 1, 1
		case "if":
			least, most = 3, 3
		case "parallel", "fail fast", "any":
			least = 1
		}
		for range rapid.IntRange(least, most).Draw(t, "parts") {
			made.parts = append(made.parts, draw(t, height-1))
		}
		return made
	}
	return rapid.Custom(func(t *rapid.T) tree { return draw(t, 4) })
}

func byProbe() actions.Yield {
	return orchestratetest.ByHand(func(a actions.Action) (any, error) {
		p := a.(probe)
		return holds(p.N, p.Value), nil
	})
}

func agree(t *rapid.T, want said, v rules.Verdict[int], err error) {
	if want.status == "error" {
		require.ErrorIs(t, err, errModel)
	}
	require.Equal(t, want.status == "yes", v.OK)
	require.Equal(t, want.value, v.Value)
	if want.status == "no" {
		require.Equal(t, want.reasons, names(v.Reasons))
	}
}

func TestRulesSayWhatTheModelSays(t *testing.T) {
	t.Parallel()
	gen := trees([]string{"and", "or", "not", "then", "if", "parallel"}, "pure", "asks", "pipe", "pure", "lost")
	rapid.Check(t, func(t *rapid.T) {
		tree, value := gen.Draw(t, "tree"), rapid.IntRange(0, 63).Draw(t, "value")
		rule := tree.rule()
		v, err := rule.Check(byProbe(), value)
		want := tree.check(value, false)
		agree(t, want, v, err)
		require.Equal(t, want.status == "error", err != nil)

		report, err := rules.Validate(byProbe(), rule, value)
		want = tree.check(value, true)
		agree(t, want, report, err)
		require.Equal(t, v.OK, report.OK, "a validation has the verdict of the check")
		require.Equal(t, v.Value, report.Value)

		traced, err := rules.Trace(orchestratetest.ByHand(func(a actions.Action) (any, error) {
			if p, ok := a.(probe); ok {
				return holds(p.N, p.Value), nil
			}
			return nil, nil
		}), rule, value)
		require.Equal(t, v, traced.Verdict)
		require.Equal(t, tree.check(value, false).status == "error", err != nil)
	})
}

// Where nothing changes the value and everything can be found out, rules are the boolean algebra.
func TestParallelEqualsAndInVerdict(t *testing.T) {
	t.Parallel()
	gen := trees([]string{"and", "or", "not", "then", "if"}, "pure", "asks")
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(gen, 1, 4).Draw(t, "parts")
		value := rapid.IntRange(0, 63).Draw(t, "value")
		sequential, err := tree{op: "and", parts: parts}.rule().Check(byProbe(), value)
		require.NoError(t, err)
		for _, op := range []func(...rules.Rule[int]) rules.Rule[int]{rules.Parallel[int], rules.FailFast[int]} {
			var list []rules.Rule[int]
			for _, part := range parts {
				list = append(list, part.rule())
			}
			v, err := op(list...).Check(byProbe(), value)
			require.NoError(t, err)
			require.Equal(t, sequential.OK, v.OK)
			one, err := rules.ParallelAny(list...).Check(byProbe(), value)
			require.NoError(t, err)
			or, err := rules.Or(list...).Check(byProbe(), value)
			require.NoError(t, err)
			require.Equal(t, or.OK, one.OK)
			require.Equal(t, names(or.Reasons), names(one.Reasons))
		}
	})
}

// grouped builds the rule that a tree with groups of every kind is. Its caches are remembered if there is a map for
// them.
func (t tree) grouped(caches map[int]rules.Rule[int]) rules.Rule[int] {
	parts := make([]rules.Rule[int], len(t.parts))
	for i, part := range t.parts {
		parts[i] = part.grouped(caches)
	}
	switch t.op {
	case "cached":
		asks := tree{op: "asks", n: t.n}.rule()
		if caches == nil {
			return asks
		}
		if _, ok := caches[t.n]; !ok {
			caches[t.n] = rules.Cached(asks, func(v int) int { return v })
		}
		return caches[t.n]
	case "fail fast":
		return rules.FailFast(parts...)
	case "any":
		return rules.ParallelAny(parts...)
	case "and":
		return rules.And(parts...)
	case "or":
		return rules.Or(parts...)
	case "not":
		return rules.Not(parts[0])
	case "if":
		return rules.If(parts[0], parts[1], parts[2])
	case "parallel":
		return rules.Parallel(parts...)
	default:
		return t.rule()
	}
}

// counting carries out groups on goroutines, and counts what it is asked.
func counting(asked map[probe]int) executor.Executor {
	var mu sync.Mutex
	return combinators.Parallelize()(executor.NewMux(executor.On(func(_ context.Context, p probe) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[p]++
		return holds(p.N, p.Value), nil
	})))
}
