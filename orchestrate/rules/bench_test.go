package rules_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

// small is what the benchmarks' rules are about.
type small struct {
	Name  string
	Age   int
	Score int
}

func predicates() []func(small) bool {
	list := make([]func(small) bool, 10)
	for i := range list {
		list[i] = func(s small) bool { return s.Age > i }
	}
	return list
}

// BenchmarkChain is ten predicates that all hold: as closures in a loop, and as rules.
func BenchmarkChain(b *testing.B) {
	s := small{Name: "Ada", Age: 36}
	list := predicates()
	b.Run("closures", func(b *testing.B) {
		b.ReportAllocs()
		all := func(s small) (small, bool) {
			for _, f := range list {
				if !f(s) {
					return s, false
				}
			}
			return s, true
		}
		for b.Loop() {
			if _, ok := all(s); !ok {
				b.Fatal("no")
			}
		}
	})
	parts := make([]rules.Rule[small], 10)
	for i, f := range list {
		parts[i] = rules.Pure("f", f, i)
	}
	nested := parts[9]
	for i := range 9 {
		nested = rules.And(parts[8-i], nested)
	}
	for name, rule := range map[string]rules.Rule[small]{"rules": rules.And(parts...), "nested rules": nested} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := rule.Check(nil, s); err != nil || !v.OK {
					b.Fatal(v, err)
				}
			}
		})
	}
}

type ask struct {
	actions.Returns[bool]
	N, Age int
}

// BenchmarkParallel is ten actions side by side: by orchestrate.All, and as rules.
func BenchmarkParallel(b *testing.B) {
	exec := combinators.Parallelize()(executor.NewMux(
		executor.On(func(_ context.Context, a ask) (bool, error) { return a.Age > a.N, nil }),
	))
	parts := make([]rules.Rule[small], 10)
	for i := range parts {
		parts[i] = rules.Asks("ask", func(s small) actions.Of[bool] { return ask{N: i, Age: s.Age} }, i)
	}
	rule, s := rules.Parallel(parts...), small{Age: 36}
	flows := make([]orchestrate.Orchestration[bool], 10)
	for i := range flows {
		flows[i] = func(y actions.Yield) (bool, error) { return orchestrate.Do(y, ask{N: i, Age: s.Age}) }
	}
	run := func(b *testing.B, step func(y actions.Yield) (bool, error)) {
		b.ReportAllocs()
		_, err := orchestrate.Run(b.Context(), func(y actions.Yield) (actions.Void, error) {
			for b.Loop() {
				if ok, err := step(y); err != nil || !ok {
					b.Fatal(ok, err)
				}
			}
			return actions.Void{}, nil
		}, exec)
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("orchestrate.All of actions", func(b *testing.B) {
		run(b, func(y actions.Yield) (bool, error) {
			asks := make([]ask, 10)
			for i := range asks {
				asks[i] = ask{N: i, Age: s.Age}
			}
			oks, err := orchestrate.All(y, orchestrate.Each(asks...)...)
			for _, ok := range oks {
				if !ok {
					return false, nil
				}
			}
			return true, err
		})
	})
	b.Run("orchestrate.All of flows", func(b *testing.B) {
		run(b, func(y actions.Yield) (bool, error) {
			oks, err := orchestrate.All(y, flows...)
			return len(oks) == 10 && oks[9], err
		})
	})
	b.Run("Parallel", func(b *testing.B) {
		run(b, func(y actions.Yield) (bool, error) {
			v, err := rule.Check(y, s)
			return v.OK, err
		})
	})
	for i := range parts {
		parts[i] = rules.And(parts[i])
	}
	composed := rules.Parallel(parts...)
	b.Run("Parallel of composed rules", func(b *testing.B) {
		run(b, func(y actions.Yield) (bool, error) {
			v, err := composed.Check(y, s)
			return v.OK, err
		})
	})
}
