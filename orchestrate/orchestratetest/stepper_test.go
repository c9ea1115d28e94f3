package orchestratetest_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func paths(ps []orchestratetest.Pending) (paths []string) {
	for _, p := range ps {
		paths = append(paths, p.Path)
	}
	return paths
}

func TestAStepperWalksActionByAction(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Welcome, "users"))
	require.Equal(t, Fetch{Container: "users", Items: 3}, s.Action())
	_, err := s.Result()
	require.ErrorIs(t, err, orchestrate.ErrNotOver)
	require.EqualError(t, err, "the orchestration has not ended: waiting for "+
		`0  orchestratetest_test.Fetch{Container: "users", Items: 3}`)
	s.Answer([]string{"Ada", "Grace"})
	require.Equal(t, []orchestratetest.Pending{{Path: "1", Action: Greet{Name: "Ada"}}}, s.Pending())
	s.Answer(nil)
	s.Fail(errBusy)
	require.Nil(t, s.Action())
	require.Empty(t, s.Pending())
	_, err = s.Result()
	require.EqualError(t, err, "step 2: orchestratetest_test.Greet: the line is busy")
	require.ErrorIs(t, err, errBusy)
	require.Equal(t, "0  orchestratetest_test.Fetch{Container: \"users\", Items: 3} → []string{\"Ada\", \"Grace\"}\n"+
		"1  orchestratetest_test.Greet{Name: \"Ada\"}\n"+
		"2  orchestratetest_test.Greet{Name: \"Grace\"} → error: the line is busy", s.Trace().String())
}

func TestEachBranchOfAGroupWaitsForItsAnswer(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Sum, []string{"bread", "butter"}))
	require.Equal(t, []string{"0.0.0", "0.1.0"}, paths(s.Pending()))
	require.Equal(t, Greet{Name: "bread"}, s.Action())
	s.AnswerAt("0.1.0", nil)
	s.AnswerAt("0.1.1", 4)
	require.Equal(t, []string{"0.0.0"}, paths(s.Pending()))
	s.Answer(actions.Void{})
	s.Answer(3)
	sum, err := s.Result()
	require.NoError(t, err)
	require.Equal(t, 7, sum)
}

func TestABranchThatDecidesCancelsWhatWaits(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Sum, []string{"bread", "butter"}))
	s.FailAt("0.1.0", errBusy)
	require.Nil(t, s.Action())
	_, err := s.Result()
	require.EqualError(t, err, "step 0.1.0: orchestratetest_test.Greet: the line is busy")
	require.Equal(t, "0.1.0  orchestratetest_test.Greet{Name: \"butter\"} → error: the line is busy\n"+
		"0.0.0  orchestratetest_test.Greet{Name: \"bread\"} → error: branch 1 decided the group", s.Trace().String())
}

// errands asks, fails, and makes good under a shield; it also logs.
func errands(y actions.Yield) (int, error) {
	if err := orchestrate.Tell(y, actions.Log{Message: "begin"}); err != nil {
		return 0, err
	}
	n, err := orchestrate.Do(y, Price{Thing: "bread"})
	if err != nil {
		_, refused := orchestrate.Do(y, Price{Thing: "butter"})
		_, undo := orchestrate.Shield(y, orchestrate.Lift(Greet{Name: "sorry"}))
		return 0, errors.Join(err, refused, undo)
	}
	return n, nil
}

func TestACancelledRunIsRefusedAllButWhatIsShielded(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, errands)
	require.Equal(t, Price{Thing: "bread"}, s.Action(), "asides answer themselves")
	s.Cancel()
	require.Equal(t, []orchestratetest.Pending{{Path: "2", Action: Greet{Name: "sorry"}}}, s.Pending())
	s.Cancel()
	s.Answer(nil)
	_, err := s.Result()
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, `0  actions.Log{Level: INFO, Message: "begin", Attrs: nil}
0  orchestratetest_test.Price{Thing: "bread"} → error: context canceled
1  orchestratetest_test.Price{Thing: "butter"} → error: not started: context canceled
2  orchestratetest_test.Greet{Name: "sorry"}`, s.Trace().String())
}

func TestAForkGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Sum, []string{"bread", "butter"}))
	s.AnswerAt("0.1.0", nil)
	s.Answer(nil)
	fork := s.Fork()
	require.Equal(t, s.Pending(), fork.Pending())
	s.Answer(3)
	s.Answer(4)
	fork.FailAt("0.1.1", errBusy)
	early := s.ForkBefore("0.0.0")
	require.Equal(t, []string{"0.0.0", "0.1.1"}, paths(early.Pending()))
	require.Equal(t, paths(early.Pending()), paths(early.ForkBefore("0.0.0").Pending()), "it waits there")
	sum, err := s.Result()
	require.NoError(t, err)
	require.Equal(t, 7, sum)
	_, err = fork.Result()
	require.ErrorIs(t, err, errBusy)
	cancelled := early.Fork()
	cancelled.Cancel()
	_, err = cancelled.Fork().Result()
	require.ErrorIs(t, err, context.Canceled)
}

func TestAnAnswerBelongsToTheWalkItWasGivenIn(t *testing.T) {
	t.Parallel()
	names := []string{"Ada"}
	s := orchestratetest.NewStepper(t, func(y actions.Yield) (string, error) {
		users, err := orchestrate.Do(y, Fetch{})
		if err != nil {
			return "", err
		}
		users[0] += "!"
		return users[0], orchestrate.Tell(y, Greet{Name: users[0]})
	})
	s.Answer(names)
	fork := s.Fork()
	for _, w := range []*orchestratetest.Stepper[string]{s, fork} {
		w.Answer(nil)
		name, err := w.Result()
		require.NoError(t, err)
		require.Equal(t, "Ada!", name)
		require.Equal(t, []string{"Ada"}, w.Trace()[0].Result)
	}
	require.Equal(t, []string{"Ada"}, names)
}

func TestAWalkIsFinishedByHand(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Sum, []string{"bread", "butter"}))
	sum, err := s.Finish(func(a actions.Action) (any, error) {
		if p, ok := a.(Price); ok {
			return len(p.Thing), nil
		}
		return nil, nil
	})
	require.NoError(t, err)
	require.Equal(t, 11, sum)
}

func TestAPanicOfTheOrchestrationIsItsError(t *testing.T) {
	t.Parallel()
	s := orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
		_, _ = y(Price{})
		panic("oops")
	})
	s.Answer(1)
	_, err := s.Result()
	var panicked *executor.PanicError
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, "oops", panicked.Value)
}

func TestAWalkThatIsLeftEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var deferred []string
	var late error
	f := run(func(t *fakeT) {
		orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
			defer func() {
				deferred = append(deferred, "flow")
				_, late = y(Price{})
			}()
			return Sum(y, []string{"bread", "butter", "jam"})
		}).Answer(nil)
	})
	require.Empty(t, f.text())
	require.Equal(t, []string{"flow"}, deferred)
	require.ErrorIs(t, late, executor.ErrLent)
}

func TestAWalkTakesNoTimeInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := orchestratetest.NewStepper(t, orchestrate.Bind(Quote, "bread"))
		require.Equal(t, []string{"0.0.0", "0.1.0"}, paths(s.Pending()))
		s.AnswerAt("0.1.0", nil)
		_, err := s.Result()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, time.Since(start))
	})
}

func TestALongWalkEnds(t *testing.T) {
	t.Parallel()
	const steps = 3000
	s := orchestratetest.NewStepper(t, func(y actions.Yield) (sum int, err error) {
		for range steps {
			n, err := orchestrate.Do(y, Price{})
			if err != nil {
				return 0, err
			}
			sum += n
		}
		return sum, nil
	})
	sum, err := s.Finish(func(actions.Action) (any, error) { return 1, nil })
	require.NoError(t, err)
	require.Equal(t, steps, sum)
}

func TestAStepperSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	sum := orchestrate.Bind(Sum, []string{"bread", "butter"})
	runs, limit := 0, errors.New("limit")
	for name, c := range map[string]struct {
		walk func(t *fakeT)
		want string
	}{
		"no flow": {
			func(t *fakeT) { orchestratetest.NewStepper[int](t, nil) },
			"orchestratetest.NewStepper: the flow is nil",
		},
		"a result of the wrong type": {
			func(t *fakeT) { orchestratetest.NewStepper(t, orchestrate.Lift(Price{Thing: "bread"})).Answer("7") },
			"stepper: step 0: the result of orchestratetest_test.Price must be of type int, got string \"7\"\n" +
				"so far: nothing",
		},
		"no error": {
			func(t *fakeT) { orchestratetest.NewStepper(t, sum).Fail(nil) },
			"stepper: the error is nil: use Answer",
		},
		"a step where nothing waits": {
			func(t *fakeT) { orchestratetest.NewStepper(t, sum).AnswerAt("0.1.1", 3) },
			"stepper: nothing waits at step 0.1.1, but\n" +
				"  0.0.0  orchestratetest_test.Greet{Name: \"bread\"}\n" +
				"  0.1.0  orchestratetest_test.Greet{Name: \"butter\"}",
		},
		"an answer too many": {
			func(t *fakeT) {
				s := orchestratetest.NewStepper(t, orchestrate.Lift(Price{Thing: "bread"}))
				s.Answer(3)
				s.FailAt("1", errBusy)
			},
			"stepper: nothing waits for an answer: the orchestration has ended\nso far:\n" +
				"  0  orchestratetest_test.Price{Thing: \"bread\"} → 3",
		},
		"a cancellation too many": {
			func(t *fakeT) {
				s := orchestratetest.NewStepper(t, orchestrate.Lift(Price{Thing: "bread"}))
				s.Answer(3)
				s.Cancel()
			},
			"stepper: nothing can be cancelled: the orchestration has ended",
		},
		"a fork from nowhere": {
			func(t *fakeT) { orchestratetest.NewStepper(t, sum).ForkBefore("7") },
			"stepper: there is no fork before step 7, where nothing was answered\nso far: nothing",
		},
		"finished by nothing": {
			func(t *fakeT) { _, _ = orchestratetest.NewStepper(t, sum).Finish(nil) },
			"stepper: Finish: the function is nil",
		},
		"an orchestration without end": {
			func(t *fakeT) {
				_, _ = orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
					for {
						_, _ = y(Price{Thing: "bread"})
					}
				}).Finish(func(actions.Action) (any, error) { return nil, limit })
			},
			"stepper: the orchestration does not end: step 10000 is orchestratetest_test.Price{Thing: \"bread\"}",
		},
		"an orchestration that does not mind being cancelled": {
			func(t *fakeT) {
				s := orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
					for {
						_, _ = y(Price{Thing: "bread"})
					}
				})
				s.Cancel()
				_, err := s.Result()
				require.Equal(t, orchestrate.ErrNotOver, err)
			},
			"stepper: the orchestration does not end: 10001  orchestratetest_test.Price{Thing: \"bread\"} → error: " +
				"not started: context canceled goes on after 10000 actions that need no answer",
		},
		"an orchestration that exits": {
			func(t *fakeT) {
				orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
					_, _ = y(Price{Thing: "bread"})
					runtime.Goexit()
					return 0, nil
				}).Answer(1)
			},
			"stepper: the orchestration exits its goroutine instead of returning\nso far:\n" +
				"  0  orchestratetest_test.Price{Thing: \"bread\"} → 1",
		},
		"a yield on a foreign goroutine": {
			func(t *fakeT) {
				orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
					done := make(chan error)
					go func() {
						_, err := y(Price{Thing: "bread"})
						done <- err
					}()
					return 0, <-done
				})
			},
			"the orchestration yields on a goroutine that is not its own: orchestratetest_test.Price{Thing: \"bread\"}\n" +
				"What is to be done side by side is yielded as a group: see All, Together and Select.",
		},
		"a variable that outlives the run": {
			func(t *fakeT) {
				s := orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
					runs++
					return orchestrate.Do(y, Price{Thing: string(rune('a' + runs))})
				})
				s.Answer(3)
				_, _ = s.Result()
			},
			"stepper: the orchestration is not deterministic: replayed, step 0 differs\n" +
				"  first:  orchestratetest_test.Price{Thing: \"b\"}\n" +
				"  replay: orchestratetest_test.Price{Thing: \"c\"}\n" +
				"          Thing: want \"b\", got \"c\"\n" +
				"so far:\n  0  orchestratetest_test.Price{Thing: \"b\"} → 3" + advice,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, run(c.walk).text())
		})
	}
	require.PanicsWithValue(t, "orchestratetest.NewStepper: the test is nil", func() {
		orchestratetest.NewStepper(nil, sum)
	})
}

func TestAWalkIsReplayedForItsResult(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]func(y actions.Yield, run int) (int, error){
		"stepper: the orchestration is not deterministic: replayed, it returns another result\n" +
			"  first:  1\n  replay: 2\n          want 1, got 2": func(_ actions.Yield, run int) (int, error) {
			return run, nil
		},
		"stepper: the orchestration is not deterministic: replayed, it fails differently\n" +
			"  first:  nil\n  replay: the line is busy": func(_ actions.Yield, run int) (int, error) {
			if run > 1 {
				return 0, errBusy
			}
			return 0, nil
		},
		"stepper: the orchestration is not deterministic: replayed, step 1 differs\n" +
			"  first:  nothing\n" +
			"  replay: orchestratetest_test.Price{Thing: \"\"}": func(y actions.Yield, run int) (int, error) {
			if run > 1 {
				return orchestrate.Do(y, Price{})
			}
			return 0, nil
		},
	} {
		runs := 0
		f := run(func(t *fakeT) {
			s := orchestratetest.NewStepper(t, func(y actions.Yield) (int, error) {
				runs++
				n := runs
				if _, err := orchestrate.Do(y, Price{Thing: "bread"}); err != nil {
					return 0, err
				}
				return end(y, n)
			})
			s.Answer(3)
			_, _ = s.Result()
		})
		require.Equal(t, want+"\nso far:\n  0  orchestratetest_test.Price{Thing: \"bread\"} → 3"+advice, f.text())
	}
}

// advice is what the kit says about every orchestration that is not deterministic.
const advice = `
An orchestration decides by its input and by the results of its actions. Where it needs a clock, chance or an
identifier, it yields Now, Random or NewID; it sorts what a map holds; and it keeps nothing from run to run.`
