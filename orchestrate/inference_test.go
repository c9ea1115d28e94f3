package orchestrate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func double(y actions.Yield, name string) (int, error) {
	n, err := orchestrate.Do(y, Get{Name: name})
	return 2 * n, err
}

// Everything in here compiles without a type argument. That is the test; that it works is shown elsewhere.
func TestTypesAreInferred(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("n", answers(7))
		wait := backoff.Constant(time.Second).UpTo(1)
		literal := func(y actions.Yield) (string, error) { return orchestrate.Do(y, Spell{Name: "x"}) }
		_, err := run(t.Context(), h, w, func(y actions.Yield) (total int, err error) {
			check := func(failed error) {
				if err == nil {
					err = failed
				}
			}
			n, err1 := orchestrate.Do(y, Get{Name: "n"})
			text, err2 := orchestrate.Do(y, Spell{Name: "x"})
			check(err1)
			check(err2)
			check(orchestrate.Tell(y, Put{Name: "x"}))

			bound := orchestrate.Bind(double, "n")
			lifted := orchestrate.Lift(Get{Name: "n"})
			numbers, err1 := orchestrate.All(y, orchestrate.Each(Get{Name: "n"}, Get{Name: "n"})...)
			check(err1)
			mixed, err1 := orchestrate.All(y, bound, lifted)
			check(err1)
			texts, err1 := orchestrate.All(y, literal, literal)
			check(err1)
			outcomes, err1 := orchestrate.Settle(y, bound, lifted)
			check(err1)
			one, err1 := orchestrate.Any(y, lifted, bound)
			check(err1)
			first, err1 := orchestrate.Race(y, bound)
			check(err1)

			var into string
			var intoFlow int
			check(orchestrate.Together(y,
				orchestrate.Into(&into, Spell{Name: "x"}),
				orchestrate.Into(nil, Put{Name: "x"}),
				orchestrate.IntoFlow(&intoFlow, bound),
				orchestrate.IntoFlow(&into, literal),
				orchestrate.IntoFlow(nil, lifted),
			))
			check(orchestrate.Select(y,
				orchestrate.When(Get{Name: "n"}, func(int) error { return nil }),
				orchestrate.When(actions.Sleep{For: time.Hour}, func(actions.Void) error { return nil }),
				orchestrate.When(Put{Name: "x"}, nil),
				orchestrate.WhenFlow(bound, func(int) error { return nil }),
				orchestrate.WhenFlow(literal, func(string) error { return nil }),
				orchestrate.WhenFlow(lifted, nil),
			))

			timed, err1 := orchestrate.WithTimeout(y, time.Hour, bound)
			check(err1)
			retried, err1 := orchestrate.Retry(y, wait, func(y actions.Yield) (string, error) { return literal(y) })
			check(err1)
			polled, err1 := orchestrate.Poll(y, wait, func(actions.Yield) (string, bool, error) { return "x", true, nil })
			check(err1)
			scoped, err1 := orchestrate.Scope(y, "part", literal)
			check(err1)
			shielded, err1 := orchestrate.Shield(y, bound)
			check(err1)
			undone, err1 := orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				if _, err := orchestrate.Undoable(y, undo, Put{Name: "x"}, Put{Name: "y"}); err != nil {
					return 0, err
				}
				return orchestrate.UndoableAfter(y, undo, Get{Name: "n"}, func(int) actions.Action { return Put{Name: "y"} })
			})
			check(err1)

			require.IsType(t, "", text+into+texts[0]+retried+polled+scoped)
			return n + numbers[0] + mixed[0] + outcomes[0].Value + one + first + timed + shielded + undone + intoFlow, err
		})
		require.NoError(t, err)
	})
}
