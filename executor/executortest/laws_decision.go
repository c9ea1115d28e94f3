package executortest

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// decided checks which branch decided a group of n.
func (p *probe) decided(o outcome, n, want int) actions.GroupResult {
	r := p.group(o, n)
	p.ensure(r.Decided == want, "branch %d is said to have decided the group, not %d", r.Decided, want)
	return r
}

// lost checks that the branch of action "loser" was cancelled because another decided the group.
func (p *probe) lost(r actions.GroupResult, loser, winner int) {
	p.await("cancelled", "loser")
	lost := r.Outcomes[loser]
	p.ensure(errors.Is(lost.Err, context.Canceled), "the outcome of the cancelled branch is %+v", lost)
	if p.subject.Remote {
		return
	}
	p.mu.Lock()
	cause := p.causes["loser"]
	p.mu.Unlock()
	decided, ok := errors.AsType[*executor.DecidedError](cause)
	p.ensure(ok && decided.Branch == winner, "the branch was cancelled because of %v, not of branch %d", cause, winner)
}

func decisionLaws() []law {
	race := func(mode actions.Mode, deciding actions.Action) actions.Group {
		return actions.Group{Mode: mode, Branches: leaves(wait{Key: "loser"}, deciding)}
	}
	return []law{
		{
			name:     "all: the first failure decides and cancels the rest",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				o := p.do(p.ctx, race(actions.All, fail{Code: 7, After: "loser"}))
				p.ensure(isFailure(o.err, 7), "the error of the group is not the failure of its branch: %v", o.err)
				r := p.decided(o, 2, 1)
				p.lost(r, 0, 1)
				p.ensure(isFailure(r.Outcomes[1].Err, 7), "the outcome of the branch that failed is %+v", r.Outcomes[1])
			},
		},
		{
			name:     "settle: every outcome is there, and nothing is cancelled",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				call := p.start(p.ctx, actions.Group{Mode: actions.Settle, Branches: leaves(
					wait{Key: "slow"}, fail{Key: "fails", Code: 7})})
				p.await("started", "slow")
				p.await("ended", "fails")
				p.pending(call, "a branch was still running")
				p.open("slow")
				o := p.wait(call)
				p.ensure(o.err == nil, "a settled group failed: %v", o.err)
				r := p.decided(o, 2, -1)
				p.ensure(r.Outcomes[0] == actions.Outcome[any]{Value: "slow"}, "the slow branch became %+v", r.Outcomes[0])
				p.ensure(isFailure(r.Outcomes[1].Err, 7), "the branch that failed became %+v", r.Outcomes[1])
			},
		},
		{
			name:     "any: the first success decides and cancels the rest",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				o := p.do(p.ctx, race(actions.Any, count{N: 1, After: "loser"}))
				p.ensure(o.err == nil, "any failed although a branch succeeded: %v", o.err)
				r := p.decided(o, 2, 1)
				p.lost(r, 0, 1)
				p.ensure(r.Outcomes[1] == actions.Outcome[any]{Value: 2}, "the winner became %+v", r.Outcomes[1])
			},
		},
		{
			name:     "any: a failure does not decide",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				call := p.start(p.ctx, actions.Group{Mode: actions.Any, Branches: leaves(
					fail{Key: "fails", Code: 7}, wait{Key: "slow"})})
				p.await("ended", "fails")
				p.pending(call, "a branch could still succeed")
				p.open("slow")
				o := p.wait(call)
				p.ensure(o.err == nil, "any failed although a branch succeeded: %v", o.err)
				p.decided(o, 2, 1)

				o = p.do(p.ctx, actions.Group{Mode: actions.Any, Branches: leaves(fail{Code: 8}, fail{Code: 9})})
				p.decided(o, 2, -1)
				both := isFailure(o.err, 8) && isFailure(o.err, 9)
				p.ensure(both, "the error of any has not those of all branches: %v", o.err)
			},
		},
		{
			name:     "race: the first to finish decides and cancels the rest",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				o := p.do(p.ctx, race(actions.Race, count{N: 1, After: "loser"}))
				p.ensure(o.err == nil, "a race that was won failed: %v", o.err)
				p.lost(p.decided(o, 2, 1), 0, 1)
			},
		},
		{
			name:     "race: a failure decides too",
			remedy:   runGroup,
			concerns: groups,
			check: func(p *probe) {
				o := p.do(p.ctx, race(actions.Race, fail{Code: 7, After: "loser"}))
				p.ensure(isFailure(o.err, 7), "the error of the race is not that of the first to finish: %v", o.err)
				p.lost(p.decided(o, 2, 1), 0, 1)
			},
		},
	}
}
