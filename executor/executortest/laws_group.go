package executortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
)

const runGroup = "carry out groups with executor.RunGroup, and return what it returns"

// leaves is the branches of single actions.
func leaves(as ...actions.Action) []actions.Branch {
	branches := make([]actions.Branch, len(as))
	for i, a := range as {
		branches[i].Leaf = a
	}
	return branches
}

// flowOf is the branch of a flow that yields actions and returns the last result.
func flowOf(as ...actions.Action) actions.Branch {
	return actions.Branch{Flow: func(y actions.Yield) (v any, err error) {
		for _, a := range as {
			if v, err = y(a); err != nil {
				return nil, err
			}
		}
		return v, nil
	}}
}

// group is the result of a group of n branches, which is there on failure too.
func (p *probe) group(o outcome, n int) actions.GroupResult {
	r, ok := o.value.(actions.GroupResult)
	p.ensure(ok, "the result of a group is a %T, not an actions.GroupResult (%v)", o.value, o.err)
	p.ensure(len(r.Outcomes) == n, "a group of %d branches has %d outcomes", n, len(r.Outcomes))
	return r
}

// results checks that a group succeeded with the given results in order.
func (p *probe) results(o outcome, want ...any) {
	p.ensure(o.err == nil, "a group of branches that succeed failed: %v", o.err)
	r := p.group(o, len(want))
	got := make([]any, len(want))
	for i, o := range r.Outcomes {
		p.ensure(o.Err == nil, "branch %d failed in a group that succeeded: %v", i, o.Err)
		got[i] = o.Value
	}
	p.ensure(slices.Equal(got, want), "the results of the branches are %v, not %v", got, want)
}

func groupLaws() []law {
	return []law{
		{
			name:     "a group that cannot be carried out is an error",
			remedy:   "return an error with actions.Name(a), or the error from below, for a group",
			concerns: noGroups,
			check: func(p *probe) {
				g := actions.Group{Scope: "suite", Branches: leaves(echo{Key: "a"}, echo{Key: "b"})}
				o := p.do(p.ctx, g)
				p.ensure(o.err != nil, "a group gave %v without an error; if it was carried out, claim Groups", o.value)
				// The yield names the group too, as the action that failed.
				text := o.err.Error()
				p.ensure(strings.Count(text, actions.Name(g)) > 1, "the error does not name the group: %s", text)
			},
		},
		{
			name:     "results are in the order of the branches",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				call := p.start(p.ctx, actions.Group{Branches: []actions.Branch{
					{Leaf: wait{Key: "a"}}, flowOf(wait{Key: "b"}, count{N: 1}),
				}})
				p.open("b")
				p.await("ended", "b")
				p.pending(call, "its first branch was still running")
				p.open("a")
				o := p.wait(call)
				p.results(o, "a", 2)
				r := p.group(o, 2)
				p.ensure(r.Decided == -1, "branch %d decided an all that succeeded", r.Decided)
			},
		},
		{
			name:     "a group may be wide",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				g := actions.Group{Mode: actions.Settle}
				want := make([]any, 200)
				for i := range want {
					g.Branches, want[i] = append(g.Branches, actions.Branch{Leaf: count{N: i}}), i+1
				}
				p.results(p.do(p.ctx, g), want...)
			},
		},
		{
			name:     "a group may be empty",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				for _, mode := range []actions.Mode{actions.All, actions.Settle} {
					p.results(p.do(p.ctx, actions.Group{Mode: mode}))
				}
				for _, mode := range []actions.Mode{actions.Any, actions.Race} {
					o := p.do(p.ctx, actions.Group{Mode: mode})
					p.ensure(o.err != nil, "%s of nothing gave %v without an error", mode, o.value)
				}
			},
		},
		{
			name:     "groups nest",
			remedy:   "carry out groups in branches with the same executor: executor.RunGroup(ctx, g, itself)",
			concerns: groups,
			check: func(p *probe) {
				g := actions.Group{Branches: leaves(count{N: 0})}
				want := "[1]"
				for depth := 1; depth < 5; depth++ {
					inner := g
					g = actions.Group{Branches: []actions.Branch{
						{Leaf: inner}, {Leaf: count{N: depth}}, flowOf(count{}, inner),
					}}
					want = fmt.Sprintf("[%s %d %s]", want, depth+1, want)
				}
				o := p.do(p.ctx, g)
				p.ensure(o.err == nil, "five groups in one another failed: %v", o.err)
				got := flat(o.value)
				p.ensure(got == want, "the results are %s, not %s", got, want)
			},
		},
		{
			name:     "branches have steps of their own",
			remedy:   "hand the context of the group to executor.RunGroup, which numbers the steps in it",
			concerns: localGroups,
			check: func(p *probe) {
				o := p.wait(p.startFlow(p.ctx, "r", func(y actions.Yield) (any, error) {
					if _, err := y(count{}); err != nil {
						return nil, err
					}
					return y(actions.Group{Branches: []actions.Branch{{Leaf: where{}}, flowOf(where{}, where{})}})
				}))
				p.ensure(o.err == nil, "the group failed: %v", o.err)
				for i, want := range []string{"1.0.0", "1.1.1"} {
					at, ok := p.group(o, 2).Outcomes[i].Value.(place)
					p.ensure(ok && at.Run == "r" && at.Path == want, "branch %d saw %+v, not path %q of run r", i, at, want)
				}
			},
		},
		{
			name:     "a group starts no action under a done context",
			remedy:   "give the branches a context derived from the group's, and refuse each action",
			concerns: groups,
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				cancel()
				o := p.do(ctx, actions.Group{Branches: []actions.Branch{{Leaf: echo{Key: "a"}}, flowOf(echo{Key: "b"})}})
				p.ensure(len(p.callsOf("a"))+len(p.callsOf("b")) == 0, "handlers were called under a context that is done")
				p.isCancelled(o, "a group under a context that is done")
			},
		},
	}
}

func (p *probe) isCancelled(o outcome, what string) {
	p.ensure(o.err != nil, "%s gave %v without an error", what, o.value)
	p.ensure(errors.Is(o.err, context.Canceled), "the error of %s is not context.Canceled to errors.Is: %v", what, o.err)
}

// flat shows the results of nested groups.
func flat(v any) string {
	r, ok := v.(actions.GroupResult)
	if !ok {
		return fmt.Sprint(v)
	}
	texts := make([]string, len(r.Outcomes))
	for i, o := range r.Outcomes {
		texts[i] = flat(o.Value)
	}
	return "[" + strings.Join(texts, " ") + "]"
}
