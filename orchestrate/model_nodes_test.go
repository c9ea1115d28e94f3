package orchestrate_test

import (
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// getNode yields one action, which succeeds or fails.
type getNode struct {
	name  string
	value int
	fails bool
}

func (n getNode) flow(w *world) orchestrate.Orchestration[int] {
	w.on(n.name, answers(n.value))
	if n.fails {
		w.on(n.name, fails(&wrongError{n.name}))
	}
	return get(n.name)
}

func (n getNode) inOrder() fate {
	if n.fails {
		return fate{wrong: n.name}
	}
	return fate{value: n.value}
}

func (n getNode) possible() fates { return oneOf(n.inOrder()) }

// flakyNode retries an action that fails a few times.
type flakyNode struct {
	name               string
	failures, attempts int
}

func (n flakyNode) flow(w *world) orchestrate.Orchestration[int] {
	w.on("not "+n.name, fails(&wrongError{n.name})).on(n.name, answers(n.failures))
	return func(y actions.Yield) (int, error) {
		attempt := 0
		return orchestrate.Retry(y, backoff.Constant(time.Second).UpTo(n.attempts-1), func(y actions.Yield) (int, error) {
			if attempt++; attempt <= n.failures {
				return orchestrate.Do(y, Get{Name: "not " + n.name})
			}
			return orchestrate.Do(y, Get{Name: n.name})
		})
	}
}

func (n flakyNode) inOrder() fate {
	if n.failures >= n.attempts {
		return fate{wrong: n.name}
	}
	return fate{value: n.failures}
}

func (n flakyNode) possible() fates { return oneOf(n.inOrder()) }

// lateNode sleeps within a limit.
type lateNode struct{ limit, takes int }

func (n lateNode) flow(*world) orchestrate.Orchestration[int] {
	limit := time.Duration(n.limit) * time.Hour
	return within(limit, func(y actions.Yield) (int, error) {
		return n.takes, orchestrate.Tell(y, actions.Sleep{For: time.Duration(n.takes)*time.Hour - time.Minute})
	})
}

// In order the limit begins once the flow has ended.
func (n lateNode) inOrder() fate {
	if n.limit == 0 {
		return fate{wrong: "timeout"}
	}
	return fate{value: n.takes}
}

func (n lateNode) possible() fates {
	if n.takes > n.limit {
		return oneOf(fate{wrong: "timeout"})
	}
	return oneOf(n.inOrder())
}

// branches are the parts of a flow.
type branches []tree

func (b branches) flows(w *world) []orchestrate.Orchestration[int] {
	flows := make([]orchestrate.Orchestration[int], len(b))
	for i, n := range b {
		flows[i] = n.flow(w)
	}
	return flows
}

func (b branches) inOrder() []fate {
	all := make([]fate, len(b))
	for i, n := range b {
		all[i] = n.inOrder()
	}
	return all
}

func (b branches) possible(f func([]fate) []fate) fates {
	sets := make([]fates, len(b))
	for i, n := range b {
		sets[i] = n.possible()
	}
	return product(sets, f)
}

// sequenceNode does one after the other, until one fails.
type sequenceNode struct{ branches }

func (n sequenceNode) flow(w *world) orchestrate.Orchestration[int] {
	flows := n.flows(w)
	return func(y actions.Yield) (int, error) {
		total := 0
		for _, flow := range flows {
			part, err := flow(y)
			if err != nil {
				return 0, err
			}
			total += part
		}
		return total, nil
	}
}

func (n sequenceNode) inOrder() fate { return n.first(n.branches.inOrder())[0] }

func (n sequenceNode) possible() fates { return n.branches.possible(n.first) }

func (n sequenceNode) first(all []fate) []fate {
	if wrong, _ := failures(all); len(wrong) > 0 {
		return wrong[:1]
	}
	return []fate{sumOf(all)}
}

// allNode wants all of them: the first failure is its own.
type allNode struct{ branches }

func (n allNode) flow(w *world) orchestrate.Orchestration[int] {
	flow := all(n.flows(w)...)
	return func(y actions.Yield) (int, error) {
		results, err := flow(y)
		total := 0
		for _, r := range results {
			total += r
		}
		return total, err
	}
}

func (n allNode) inOrder() fate { return n.any(n.branches.inOrder())[0] }

func (n allNode) possible() fates { return n.branches.possible(n.any) }

func (n allNode) any(all []fate) []fate {
	if wrong, _ := failures(all); len(wrong) > 0 {
		return wrong
	}
	return []fate{sumOf(all)}
}

// settleNode counts 1000 for each failure.
type settleNode struct{ branches }

func (n settleNode) flow(w *world) orchestrate.Orchestration[int] {
	flow := settle(n.flows(w)...)
	return func(y actions.Yield) (int, error) {
		outcomes, err := flow(y)
		total := 0
		for _, o := range outcomes {
			if o.Err != nil {
				total += 1000
			} else {
				total += o.Value
			}
		}
		return total, err
	}
}

func (n settleNode) inOrder() fate { return n.count(n.branches.inOrder())[0] }

func (n settleNode) possible() fates { return n.branches.possible(n.count) }

func (n settleNode) count(all []fate) []fate {
	wrong, right := failures(all)
	return []fate{{value: 1000*len(wrong) + sumOf(right).value}}
}

// anyNode wants one of them: the first success is its own.
type anyNode struct{ branches }

func (n anyNode) flow(w *world) orchestrate.Orchestration[int] { return either(n.flows(w)...) }

func (n anyNode) inOrder() fate { return n.any(n.branches.inOrder())[0] }

func (n anyNode) possible() fates { return n.branches.possible(n.any) }

func (n anyNode) any(all []fate) []fate {
	wrong, right := failures(all)
	if len(right) > 0 {
		return right
	}
	return []fate{everythingWrong(wrong)}
}

// raceNode races a flow against others that never finish.
type raceNode struct {
	tree
	others int
}

func (n raceNode) flow(w *world) orchestrate.Orchestration[int] {
	w.on("never", hangs)
	flows := []orchestrate.Orchestration[int]{n.tree.flow(w)}
	for range n.others {
		flows = append(flows, get("never"))
	}
	return race(flows...)
}

// retryNode does it again if it fails.
type retryNode struct {
	tree
	attempts int
}

func (n retryNode) flow(w *world) orchestrate.Orchestration[int] {
	return retry(backoff.Constant(time.Second).UpTo(n.attempts-1), n.tree.flow(w))
}

func (n retryNode) possible() fates {
	attempts := make(branches, n.attempts)
	for i := range attempts {
		attempts[i] = n.tree
	}
	return attempts.possible(anyNode{}.any)
}

// wrapNode changes nothing: it is in a scope, or has more time than it takes.
type wrapNode struct {
	tree
	scope bool
}

func (n wrapNode) flow(w *world) orchestrate.Orchestration[int] {
	if n.scope {
		return scoped("part", n.tree.flow(w))
	}
	return within(1000*month, n.tree.flow(w))
}
