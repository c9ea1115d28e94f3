package executortest

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/baton-go/baton/actions"
)

func stepLaws() []law {
	return []law{
		{
			name:     "the step is visible to the handler",
			remedy:   "derive contexts from the one of the call, which knows the step",
			concerns: local,
			check: func(p *probe) {
				p.wait(p.startFlow(p.ctx, "r", func(y actions.Yield) (any, error) {
					for i := range 3 {
						v, err := y(where{})
						want := place{Run: "r", Path: strconv.Itoa(i), Attempt: 1}
						want.Key = fmt.Sprintf("r/%d/%s", i, actions.Name(where{}))
						if err != nil || v != want {
							p.violate("the handler saw %+v (%v), not %+v", v, err, want)
						}
					}
					return nil, nil
				}))
			},
		},
		{
			name:     "attempts are counted",
			remedy:   "make a context with executor.WithAttempt for each call after the first",
			concerns: repeats,
			check: func(p *probe) {
				p.do(p.ctx, fail{Key: "a"})
				attempts := p.callsOf("a")
				slices.Sort(attempts)
				for i, n := range attempts {
					p.ensure(n == i+1, "the attempts of one action, in order, saw themselves as %v", attempts)
				}
			},
		},
	}
}
