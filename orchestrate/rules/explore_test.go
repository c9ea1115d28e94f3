package rules_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
	"github.com/baton-go/baton/orchestrate/rules"
)

// Whoever is first, whatever fails and wherever it crashes: the verdict is the one that And and Or have, or an error
// that says what failed. And no check is made twice, but where a crash or an error makes it necessary.
func TestNoOrderOfEventsChangesAVerdict(t *testing.T) {
	t.Parallel()
	a, b := cachedTrust("a"), cachedTrust("b")
	first := trusted("first")
	for name, c := range map[string]struct {
		rule rules.Rule[User]
		want bool
	}{
		"parallel":     {rules.Parallel(rules.And(first, a), rules.And(a, b), rules.Not(trusted("no"))), true},
		"parallel no":  {rules.Parallel(rules.And(first, rules.Not(a)), rules.Or(a, b)), false},
		"fail fast":    {rules.FailFast(rules.And(first, a), trusted("no"), b), false},
		"parallel any": {rules.ParallelAny(trusted("no"), rules.And(first, a), rules.And(a, b)), true},
		"nested":       {rules.Parallel(rules.Parallel(a, first), rules.ParallelAny(rules.Not(a), b)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
				asked := map[string]int{}
				v, err := explore.Run(s, orchestrate.Bind(c.rule.Check, ada), executor.NewMux(
					executor.On(func(_ context.Context, a Trusted) (bool, error) {
						asked[a.What]++
						return a.What != "no", nil
					}),
				))
				if err != nil {
					require.ErrorIs(s, err, explore.ErrFault)
					return
				}
				require.Equal(s, c.want, v.OK)
				if s.Trouble() == (explore.Trouble{}) {
					require.LessOrEqual(s, asked["a"], 1)
					require.LessOrEqual(s, asked["b"], 1)
				}
			})
		})
	}
}

// Trees with caches in them, and groups of every kind, say what the same trees say without. Of a FailFast, the
// verdict is known if everything can be found out, and the reason is that of whoever was first.
func TestCachesAndGroupsSayWhatTheSameRulesSayWithout(t *testing.T) {
	t.Parallel()
	ops := []string{"and", "or", "not", "if", "parallel", "parallel", "any"}
	for name, gen := range map[string]*rapid.Generator[tree]{
		"all reasons": trees(ops, "pure", "cached", "cached", "cached", "lost"),
		"fail fast":   trees(append(ops, "fail fast", "fail fast"), "pure", "cached", "cached", "cached"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				tree, value := gen.Draw(t, "tree"), rapid.IntRange(0, 15).Draw(t, "value")
				run := func(rule rules.Rule[int], asked map[probe]int) (rules.Verdict[int], error) {
					return orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, value), counting(asked))
				}
				asked := map[probe]int{}
				v, err := run(tree.grouped(map[int]rules.Rule[int]{}), asked)
				want, wantErr := run(tree.grouped(nil), map[probe]int{})
				require.Equal(t, wantErr, err)
				require.Equal(t, want.OK, v.OK)
				if name == "all reasons" {
					require.Equal(t, names(want.Reasons), names(v.Reasons))
				}
				for p, n := range asked {
					require.Equal(t, 1, n, p)
				}
			})
		})
	}
}
