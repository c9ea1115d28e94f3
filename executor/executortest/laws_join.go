package executortest

import (
	"errors"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func joinLaws() []law {
	const remedy = "return only when every branch has ended; executor.RunGroup does"
	lingers := func(key string) wait { return wait{Key: key, Lingers: true} }
	joined := func(p *probe, call <-chan outcome, key string) outcome {
		p.await("cancelled", key)
		p.pending(call, "a branch was still running")
		p.open(key)
		return p.wait(call)
	}
	return []law{
		{
			name:     "a group that is decided joins its branches",
			remedy:   remedy,
			concerns: localGroups,
			check: func(p *probe) {
				call := p.start(p.ctx, actions.Group{Branches: leaves(lingers("a"), fail{Code: 7, After: "a"})})
				p.decided(joined(p, call, "a"), 2, 1)
			},
		},
		{
			name:     "a group that is cancelled joins its branches",
			remedy:   remedy,
			concerns: localGroups,
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				call := p.start(ctx, actions.Group{Branches: []actions.Branch{flowOf(lingers("a")), {Leaf: count{}}}})
				p.await("started", "a")
				cancel()
				p.isCancelled(joined(p, call, "a"), "a cancelled group")
			},
		},
		{
			name:     "a panic in a branch is its error, and joins the rest",
			remedy:   remedy,
			concerns: localGroups,
			check: func(p *probe) {
				for key, branch := range map[string]actions.Branch{
					"leaf": {Leaf: boom{Text: "ouch", After: "leaf"}},
					"flow": {Flow: func(y actions.Yield) (any, error) {
						if _, err := y(count{After: "flow"}); err != nil {
							return nil, err
						}
						return explode("ouch")
					}},
				} {
					call := p.start(p.ctx, actions.Group{Branches: []actions.Branch{{Leaf: lingers(key)}, branch}})
					o := joined(p, call, key)
					p.ensure(!o.exited && o.err != nil, "a group whose branch panicked gave %v without an error", o.value)
					panicked, ok := errors.AsType[*executor.PanicError](o.err)
					p.ensure(ok, "the error has no executor.PanicError: %v", o.err)
					p.ensure(strings.Contains(string(panicked.Stack), "executortest.explode"),
						"the stack does not show the function that panicked:\n%s", panicked.Stack)
					p.decided(o, 2, 1)
				}
			},
		},
		{
			name:     "a branch that exits its goroutine hangs no group",
			remedy:   remedy,
			concerns: groups,
			check: func(p *probe) {
				for i := range often {
					branches := leaves(wait{}, exit{})
					if i%2 == 1 {
						branches[0], branches[1] = branches[1], branches[0]
					}
					o := p.do(p.ctx, actions.Group{Branches: branches})
					p.ensure(o.exited || o.err != nil, "a group whose branch exited gave %v without an error", o.value)
					n := p.handlers()
					p.ensure(n == 0 || p.subject.Remote, "%d handlers were still running when the caller went on", n)
				}
				p.works("exits in groups")
			},
		},
	}
}
