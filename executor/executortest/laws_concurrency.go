package executortest

import (
	"fmt"

	"github.com/baton-go/baton/actions"
)

func concurrencyLaws() []law {
	return []law{
		{
			name:   "concurrent calls do not mix",
			remedy: "keep what belongs to a call in its frame, and guard what is shared; run the suite with -race",
			check: func(p *probe) {
				calls := make([]<-chan outcome, 32)
				for i := range calls {
					calls[i] = p.startFlow(p.ctx, p.newRun(), func(y actions.Yield) (any, error) {
						for n := range 25 {
							if v, err := y(count{N: 1000*i + n}); err != nil || v != 1000*i+n+1 {
								return nil, fmt.Errorf("the successor of %d is %v (%w)", 1000*i+n, v, err)
							}
						}
						return nil, nil
					})
				}
				for _, call := range calls {
					o := p.wait(call)
					p.ensure(o.err == nil, "%v", o.err)
				}
			},
		},
		{
			name:   "no goroutine is left behind",
			remedy: "end every goroutine that a call starts before the call returns, or with the executor",
			check: func(p *probe) {
				p.leaks(func() {
					p.succeed(count{})
					p.do(p.ctx, fail{})
					p.do(p.ctx, boom{})
					p.cancelled(func(key string) actions.Action { return wait{Key: key} })
				})
			},
		},
		{
			name:     "no group leaves a goroutine behind",
			remedy:   "join every branch before the group returns; executor.RunGroup does",
			concerns: groups,
			check: func(p *probe) {
				p.leaks(func() {
					p.succeed(actions.Group{Branches: leaves(count{}, count{}, count{})})
					p.do(p.ctx, actions.Group{Mode: actions.Race, Branches: leaves(wait{}, fail{})})
					p.do(p.ctx, actions.Group{Branches: leaves(wait{}, boom{})})
					p.cancelled(func(key string) actions.Action {
						return actions.Group{Branches: leaves(wait{Key: key}, count{})}
					})
				})
			},
		},
		{
			name:     "concurrent groups do not mix",
			remedy:   "keep what belongs to a group in its frame; executor.RunGroup does",
			concerns: groups,
			check: func(p *probe) {
				calls := make([]<-chan outcome, 16)
				for i := range calls {
					branches := leaves(count{N: i}, count{N: 100 + i}, count{N: 200 + i})
					calls[i] = p.start(p.ctx, actions.Group{Branches: branches})
				}
				for i, call := range calls {
					p.results(p.wait(call), i+1, 101+i, 201+i)
				}
			},
		},
	}
}

// cancelled carries out an action that waits, or a group of one with the given key, and cancels it once it does.
func (p *probe) cancelled(action func(key string) actions.Action) {
	key := p.newRun()
	ctx, cancel := p.cancellable()
	call := p.start(ctx, action(key))
	p.await("started", key)
	cancel()
	p.wait(call)
}
