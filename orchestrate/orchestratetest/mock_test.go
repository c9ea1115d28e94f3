package orchestratetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestAMockAnswersByRules(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.On(m, Price{Thing: "a"}).Return(1)
	kit.OnMatch(m, func(a Price) bool { return a.Thing > "x" }).Fail(errBusy)
	kit.OnType[Price](m).ReturnSequence(2, 3)
	kit.OnType[Price](m).Do(func(_ context.Context, a Price) (int, error) { return len(a.Thing), nil }).Once()
	kit.OnType[Price](m).Panic("boom")
	kit.OnType[Greet](m)
	kit.OnType[Fetch](m).Maybe()
	kit.OnType[actions.Of[string]](m).Return("an id")
	flow := func(y actions.Yield) ([]any, error) {
		var all []any
		for _, thing := range []string{"b", "y", "a", "c", "four", "a", "d"} {
			price, err := orchestrate.Do(y, Price{Thing: thing})
			all = append(all, price)
			if err != nil {
				all = append(all, errors.Unwrap(err).Error())
			}
		}
		id, err := orchestrate.Do(y, actions.NewID{})
		return append(all, id), errors.Join(err, orchestrate.Tell(y, Greet{}))
	}
	all, err := kit.Deterministic(t, flow, m)
	require.NoError(t, err)
	require.Equal(t, []any{2, 0, "the line is busy", 1, 3, 4, 1, 0, "panic: boom", "an id"}, all)
	require.True(t, m.AssertExpectations())
	require.Len(t, m.Trace(), 9)
	require.Equal(t, "Mock", executor.Layers(m).String())
}

func TestAMockRunsBranchesSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := kit.NewMock(t)
		kit.OnType[Greet](m).After(time.Hour)
		kit.On(m, Price{Thing: "a"}).Return(1).After(time.Minute)
		kit.On(m, Price{Thing: "b"}).Return(2).After(time.Second)
		start := time.Now()
		sum, err := orchestrate.Run(t.Context(), orchestrate.Bind(Sum, []string{"a", "b"}), m)
		require.NoError(t, err)
		require.Equal(t, 3, sum)
		require.Equal(t, time.Hour+time.Minute, time.Since(start))
	})
}

func TestAMocksDelayEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, slow := range []func(*kit.Rule[Price, int]){
			func(r *kit.Rule[Price, int]) { r.After(2 * time.Hour) },
			func(r *kit.Rule[Price, int]) { r.Never() },
		} {
			m := kit.NewMock(t)
			slow(kit.OnType[Price](m))
			exec := combinators.Parallelize()(executor.System(m))
			_, err := orchestrate.Run(t.Context(), orchestrate.Bind(Quote, "bread"), exec)
			var timeout *orchestrate.TimeoutError
			require.ErrorAs(t, err, &timeout)
		}
	})
}

func TestAMockOfAnActionThatIsNeverAnsweredDoesNotHangForNothing(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.OnType[Price](m).Never()
	_, err := orchestrate.Run(context.Background(), thing("a"), m)
	require.ErrorIs(t, err, kit.ErrNever)
}

func TestTheTextsOfAMock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		test func(t *fakeT, m *kit.Mock)
		want string
	}{
		"no rule": {
			func(_ *fakeT, m *kit.Mock) { _, _ = orchestrate.Run(context.Background(), thing("a"), m) },
			`mock: step 0: no rule for orchestratetest_test.Price{Thing: "a"}
so far: nothing`,
		},
		"the nearest rule": {
			func(_ *fakeT, m *kit.Mock) {
				kit.On(m, Fetch{Container: "users", Items: 4}).Return(nil)
				kit.On(m, Fetch{Container: "u", Items: 4}).Return(nil)
				kit.OnMatch(m, func(Greet) bool { return false })
				_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), m)
			},
			`mock: step 0: no rule for orchestratetest_test.Fetch{Container: "users", Items: 3}
  nearest: orchestratetest_test.Fetch{Container: "users", Items: 4}  @
           Items: want 4, got 3
so far: nothing`,
		},
		"a rule that does not match": {
			func(_ *fakeT, m *kit.Mock) {
				kit.OnType[Fetch](m).Return([]string{"Ada"})
				kit.OnMatch(m, func(Greet) bool { return false })
				_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), m)
			},
			`mock: step 1: no rule for orchestratetest_test.Greet{Name: "Ada"}
  nearest: any orchestratetest_test.Greet that matches  @
so far:
  0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada"}`,
		},
		"used up": {
			func(_ *fakeT, m *kit.Mock) {
				kit.OnType[Price](m).Times(2)
				_, _ = orchestrate.Run(context.Background(), thing("a", "a", "a"), m)
			},
			`mock: step 2: no rule for orchestratetest_test.Price{Thing: "a"}
  used up: any orchestratetest_test.Price  @, used 2 times of 2 times
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 0
  1  orchestratetest_test.Price{Thing: "a"} → 0`,
		},
		"not satisfied": {
			func(_ *fakeT, m *kit.Mock) {
				kit.OnType[Price](m).Times(2)
				kit.OnType[Greet](m)
				kit.OnType[Fetch](m).Times(2).Maybe()
				_, _ = orchestrate.Run(context.Background(), thing("a"), m)
			},
			`mock: 2 rules are not satisfied:
  any orchestratetest_test.Price  @, used once of 2 times
  any orchestratetest_test.Greet  @, used never
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 0`,
		},
		"not satisfied when asked": {
			func(t *fakeT, m *kit.Mock) {
				kit.OnType[Greet](m).Once()
				for range 2 { // it is told once
					if m.AssertExpectations() {
						t.Errorf("it is satisfied")
					}
				}
			},
			`mock: 1 rule is not satisfied:
  any orchestratetest_test.Greet  @, used never of once
so far: nothing`,
		},
		"a predicate that panics": {
			func(_ *fakeT, m *kit.Mock) {
				kit.OnMatch(m, func(Price) bool { panic("boom") })
				_, _ = m.Execute(context.Background(), Price{Thing: "a"})
			},
			"mock: an action outside a run: a function that was to match " +
				`orchestratetest_test.Price{Thing: "a"} panicked: boom`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, told(t, func(t *fakeT) { c.test(t, kit.NewMock(t)) }))
		})
	}
}

func TestWhoDoesNotHeedAMockIsEnded(t *testing.T) {
	t.Parallel()
	for reports, rules := range map[int]func(m *kit.Mock){
		10: func(*kit.Mock) {},
		9:  func(m *kit.Mock) { kit.OnType[Price](m) },
	} {
		fake := run(func(t *fakeT) {
			m := kit.NewMock(t)
			rules(m)
			_, _ = orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
				for {
					_, _ = thing("a")(y)
				}
			}, m)
		})
		require.True(t, fake.stopped)
		require.LessOrEqual(t, len(fake.texts), 10, reports)
	}
}

func TestWhatAMockDoesNotExpectIsNotRetried(t *testing.T) {
	t.Parallel()
	var err error
	fake := run(func(t *fakeT) {
		_, err = orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
			return orchestrate.Retry(y, nil, thing("a"))
		}, combinators.Retried(combinators.Retry{MaxAttempts: 5})(kit.NewMock(t)))
	})
	require.Len(t, fake.texts, 1)
	require.True(t, executor.NotDone(err))
	require.ErrorContains(t, err, `mock: orchestratetest_test.Price{Thing: "a"} is not expected, so the test has failed`)
}

func TestARuleMustMakeSense(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	rule := kit.OnType[Price](m).Maybe()
	for want, f := range map[string]func(){
		"NewMock: the test is nil":     func() { kit.NewMock(nil) },
		"On: the mock is nil":          func() { kit.On(nil, Price{}) },
		"OnType: the mock is nil":      func() { kit.OnType[Price](nil) },
		"OnMatch: the mock is nil":     func() { kit.OnMatch(nil, func(Price) bool { return true }) },
		"OnMatch: the function is nil": func() { kit.OnMatch[Price](m, nil) },
		"On: groups and scopes are carried out: expect the actions inside":        func() { kit.On(m, actions.Group{}) },
		"On: expect the value orchestratetest_test.Price{…}, not a pointer to it": func() { kit.On(m, &Price{}) },
		"Rule.Fail: the error is nil":                                             func() { rule.Fail(nil) },
		"Rule.Do: the function is nil":                                            func() { rule.Do(nil) },
		"Rule.ReturnSequence: no values":                                          func() { rule.ReturnSequence() },
		"Rule.Times: n must be at least 1, got 0":                                 func() { rule.Times(0) },
	} {
		require.PanicsWithValue(t, "orchestratetest."+want, f)
	}
}

func TestAnExpectationIsOfTheActionAsItWas(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	o := newOrder()
	kit.On(m, o)
	o.Tags["a"][0] = 2
	_, err := m.Execute(t.Context(), newOrder())
	require.NoError(t, err)
}

func TestASequenceMayBeForMoreActionsThanItHasValues(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.OnType[Price](m).ReturnSequence(1, 2).Times(4)
	sum, err := orchestrate.Run(t.Context(), thing("a", "b", "c", "d"), m)
	require.NoError(t, err)
	require.Equal(t, 7, sum)
}

func TestTheExecutorsOfTheKitObeyTheLaws(t *testing.T) {
	t.Parallel()
	executortest.Test(t, executortest.Subject{
		New: func(leaf *executor.Mux) executor.Executor { return kit.Record(leaf, &kit.Trace{}) },
	})
	executortest.Test(t, executortest.Subject{
		New: func(leaf *executor.Mux) executor.Executor {
			return kit.Record(combinators.Parallelize()(leaf), &kit.Trace{})
		},
		Groups: true,
	})
}

func TestAMockServesAnyNumberOfRuns(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.OnType[Price](m)
	flow := func(y actions.Yield) (int, error) {
		for range 60_000 {
			if _, err := thing("a")(y); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}
	for range 2 {
		_, err := orchestrate.Run(t.Context(), flow, m)
		require.NoError(t, err)
	}
	for range 2 {
		_, err := flow(func(a actions.Action) (any, error) { return m.Execute(t.Context(), a) })
		require.NoError(t, err)
	}
}
