// Package orchestrate decides.
//
// An [Orchestration] is an ordinary function that is handed a yield, calls it with each action that it wants done, and
// goes on with the result:
//
//	func Welcome(y actions.Yield, container string) ([]string, error) {
//		users, err := orchestrate.Do(y, Fetch{Container: container, Items: 3})
//		if err != nil {
//			return nil, err
//		}
//		for _, user := range users {
//			if err := orchestrate.Tell(y, Greet{Name: user}); err != nil {
//				return nil, err
//			}
//		}
//		return users, nil
//	}
//
// [Run] runs it with an executor. A test needs neither: it calls Welcome with a yield of its own.
//
// Concurrency is asked for as a group: of flows of one type with [All], [Settle], [Any] and [Race], of different types
// with [Together] and [Select]. Everything else that an orchestration needs is made of yields too, [WithTimeout],
// [Retry], [Poll], [Scope], [Shield] and [Saga] among it, so that it lasts as long as the run does.
//
// The package imports actions, executor and the standard library, and nothing in it that reads a clock, the operating
// system, the network or randomness.
package orchestrate
