package orchestrate_test

import (
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// stepFailure is a flow that fails because of the action x, and where.
type stepFailure struct {
	flow         orchestrate.Orchestration[int]
	path, action string
}

// stepFailures has one for every construct.
func stepFailures() map[string]stepFailure {
	const ofGet, ofPut = "orchestrate_test.Get", "orchestrate_test.Put"
	x := get("x")
	second := func(y actions.Yield) (int, error) {
		if err := orchestrate.Tell(y, Put{Name: "first"}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, Get{Name: "x"})
	}
	return map[string]stepFailure{
		"Do":   {second, "1", ofGet},
		"Lift": {x, "0", ofGet},
		"Tell": {func(y actions.Yield) (int, error) { return 0, orchestrate.Tell(y, Put{Name: "x"}) }, "0", ofPut},
		"All": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, get("a"), x)
			return 0, err
		}, "0.1.0", ofGet},
		"All of flows": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, get("a"), second)
			return 0, err
		}, "0.1.1", ofGet},
		"Settle": {func(y actions.Yield) (int, error) {
			outcomes, err := orchestrate.Settle(y, x, get("b"))
			if err != nil {
				return 0, err
			}
			return 0, outcomes[0].Err
		}, "0.0.0", ofGet},
		"Any":  {func(y actions.Yield) (int, error) { return orchestrate.Any(y, second) }, "0.0.1", ofGet},
		"Race": {func(y actions.Yield) (int, error) { return orchestrate.Race(y, x) }, "0.0.0", ofGet},
		"Together": {func(y actions.Yield) (int, error) {
			var text string
			return 0, orchestrate.Together(y, orchestrate.Into(&text, Spell{}), orchestrate.IntoFlow(nil, second))
		}, "0.1.1", ofGet},
		"Select": {func(y actions.Yield) (int, error) {
			return 0, orchestrate.Select(y, orchestrate.When(Get{Name: "x"}, nil))
		}, "0.0.0", ofGet},
		"Select, then": {func(y actions.Yield) (int, error) {
			return 0, orchestrate.Select(y, orchestrate.When(Get{Name: "a"}, func(int) error {
				return orchestrate.Tell(y, Put{Name: "x"})
			}))
		}, "1", ofPut},
		"WithTimeout": {func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, second)
		}, "0.0.1", ofGet},
		"Retry": {func(y actions.Yield) (int, error) { return orchestrate.Retry(y, nil, second) }, "1", ofGet},
		"Poll": {func(y actions.Yield) (int, error) {
			return orchestrate.Poll(y, backoff.Constant(time.Second), func(y actions.Yield) (int, bool, error) {
				n, err := second(y)
				return n, false, err
			})
		}, "1", ofGet},
		"Scope":  {func(y actions.Yield) (int, error) { return orchestrate.Scope(y, "part", second) }, "0.0.1", ofGet},
		"Shield": {func(y actions.Yield) (int, error) { return orchestrate.Shield(y, second) }, "1", ofGet},
		"Saga": {func(y actions.Yield) (int, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				return orchestrate.Undoable(y, undo, Get{Name: "x"}, Put{Name: "undo"})
			})
		}, "0", ofGet},
		"UndoableAfter": {func(y actions.Yield) (int, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				return orchestrate.UndoableAfter(y, undo, Get{Name: "x"},
					func(int) actions.Action { return Put{Name: "undo"} })
			})
		}, "0", ofGet},
		"FromSeq": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.FromSeq(func(yield func(actions.Action, *orchestrate.Reply) bool) {
				yield(Get{Name: "x"}, nil)
			})(y)
			return 0, err
		}, "0", ofGet},
		"each in the next": {func(y actions.Yield) (int, error) {
			return orchestrate.Scope(y, "part", func(y actions.Yield) (int, error) {
				return orchestrate.WithTimeout(y, time.Hour, func(y actions.Yield) (int, error) {
					return orchestrate.Any(y, func(y actions.Yield) (int, error) { return orchestrate.Shield(y, second) })
				})
			})
		}, "0.0.0.0.0.0.1", ofGet},
	}
}
