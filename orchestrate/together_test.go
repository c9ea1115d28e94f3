package orchestrate_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

func TestTogetherDeliversResultsOfDifferentTypes(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("n", after(time.Second, answers(7))).on("dropped", answers(1))
		type results struct {
			n     int
			text  string
			total int
		}
		got, err := run(t.Context(), h, w, func(y actions.Yield) (r results, err error) {
			err = orchestrate.Together(y,
				orchestrate.Into(&r.n, Get{Name: "n"}),
				orchestrate.Into(&r.text, Spell{Name: "word"}),
				orchestrate.Into(nil, Put{Name: "x"}),
				orchestrate.IntoFlow(&r.total, func(y actions.Yield) (int, error) {
					n, err := orchestrate.Do(y, Get{Name: "n"})
					return n + 1, err
				}),
				orchestrate.IntoFlow(nil, get("dropped")),
			)
			return r, err
		})
		require.NoError(t, err)
		require.Equal(t, results{7, "«word»", 8}, got)
		require.ElementsMatch(t, []string{"n", "word", "x", "n", "dropped"}, w.done())
	})
}

func TestAfterAnErrorTogetherHasDeliveredNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("n", answers(7)).on("bad", fails(errBoom))
		n := 1
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			return 0, orchestrate.Together(y, orchestrate.Into(&n, Get{Name: "n"}), orchestrate.Into(nil, Put{Name: "bad"}))
		})
		require.EqualError(t, err, "step 0.1.0: orchestrate_test.Put: boom")
		require.Equal(t, 1, n)
	})
}

func TestSelectGoesOnWithTheFirstToFinish(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("text", after(time.Minute, answers(0))).on("n", after(time.Hour, answers(7)))
		said := func(limit time.Duration) (said string, err error) {
			_, err = run(t.Context(), h, w, func(y actions.Yield) (int, error) {
				return 0, orchestrate.Select(y,
					orchestrate.When(Spell{Name: "text"}, func(text string) error {
						said = text
						return orchestrate.Tell(y, Put{Name: "after " + text})
					}),
					orchestrate.When(actions.Sleep{For: limit}, func(actions.Void) error { return errors.New("too late") }),
					orchestrate.WhenFlow(get("n"), func(int) error { return errBoom }),
				)
			})
			return said, err
		}
		text, err := said(time.Hour)
		require.NoError(t, err)
		require.Equal(t, "«text»", text)
		require.Equal(t, []string{"text", "after «text»"}, w.done())
		_, err = said(time.Second)
		require.EqualError(t, err, "too late")
		require.Equal(t, []string{"text", "after «text»"}, w.done())
	})
}

func TestTheErrorOfAWinnerIsTheErrorOfSelect(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("bad", fails(errBoom)).on("a", hangs) // which does not win
		never := func(int) error {
			t.Error("it did not succeed")
			return nil
		}
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			return 0, orchestrate.Select(y, orchestrate.When(Get{Name: "bad"}, never), orchestrate.WhenFlow(get("a"), never))
		})
		require.EqualError(t, err, "step 0.0.0: orchestrate_test.Get: boom")
		_, err = run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			return 0, orchestrate.Select(y,
				orchestrate.WhenFlow(func(actions.Yield) (int, error) { return 0, errBoom }, never),
				orchestrate.WhenFlow(get("a"), nil))
		})
		require.EqualError(t, err, "step 0: race: branch 0: boom")
	})
}

func TestACaseWithoutAFunctionDropsItsResult(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			return 0, errors.Join(
				orchestrate.Select(y, orchestrate.When(Get{Name: "a"}, nil)),
				orchestrate.Select(y, orchestrate.WhenFlow(get("b"), nil)),
			)
		})
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, w.done())
	})
}
