package orchestratetest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

var (
	_ kit.TB = (*testing.T)(nil)
	_ kit.TB = (*testing.B)(nil)
	_ kit.TB = (*testing.F)(nil)
	_ kit.TB = (*rapid.T)(nil)
)

func TestAScriptIsPlayed(t *testing.T) {
	t.Parallel()
	users, err := kit.RunScript(t, orchestrate.Bind(Welcome, "users"),
		kit.Expect(Fetch{Container: "users", Items: 3}).Return([]string{"Ada", "Grace"}),
		kit.Expect(Greet{Name: "Ada"}),
		kit.Expect(Greet{Name: "Grace"}).Fail(errBusy),
	)
	require.ErrorIs(t, err, errBusy)
	require.Nil(t, users)
}

func TestALineCanAnswerInEveryWay(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]any, error) {
		var all []any
		for _, thing := range []string{"a", "b", "c", "d", "e"} {
			price, err := orchestrate.Do(y, Price{Thing: thing})
			all = append(all, price)
			if err != nil {
				all = append(all, err.Error())
			}
		}
		return all, nil
	}
	all, err := kit.RunScript(t, flow,
		kit.ExpectType[Price](),
		kit.ExpectMatch(func(a Price) bool { return a.Thing == "b" }).Return(7),
		kit.Expect(Price{Thing: "c"}).Panic("boom"),
		kit.Expect(Price{Thing: "d"}).Do(func(ctx context.Context, a Price) (int, error) {
			return len(executor.StepFrom(ctx).Path() + a.Thing), nil
		}),
		kit.ExpectType[actions.Of[int]]().Fail(errBusy),
	)
	require.NoError(t, err)
	require.Equal(t, []any{
		0, 7,
		0, "step 2: orchestratetest_test.Price: panic: boom",
		2,
		0, "step 4: orchestratetest_test.Price: the line is busy",
	}, all)
}

// thing yields the prices of things.
func thing(things ...string) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (sum int, err error) {
		for _, thing := range things {
			price, err := orchestrate.Do(y, Price{Thing: thing})
			if err != nil {
				return 0, err
			}
			sum += price
		}
		return sum, nil
	}
}

func price(thing string) kit.Expected[Price, int] { return kit.Expect(Price{Thing: thing}) }

func TestLinesMayComeInAnyOrderOrNotAtAll(t *testing.T) {
	t.Parallel()
	script := func() []kit.Line {
		return []kit.Line{
			kit.InAnyOrder(kit.Sequence(price("a"), price("b")), price("c").Return(1), kit.Optional(price("d"))),
			kit.Optional(kit.Sequence(price("e"), price("f"))),
			price("g"),
		}
	}
	for _, things := range [][]string{
		{"a", "b", "c", "g"},
		{"c", "a", "b", "d", "g"},
		{"a", "c", "b", "g"},
		{"d", "a", "c", "b", "e", "f", "g"},
	} {
		_, err := kit.RunScript(t, thing(things...), script()...)
		require.NoError(t, err)
	}
	halfway := kit.InAnyOrder(kit.Optional(kit.Sequence(price("a"), price("b"))), price("c"))
	require.True(t, run(func(t *fakeT) { _, _ = kit.RunScript(t, thing("a", "c"), halfway) }).Failed())
	passed := kit.Sequence(kit.Optional(price("a")), price("b"), price("c"))
	require.True(t, run(func(t *fakeT) { _, _ = kit.RunScript(t, thing("b", "a", "c"), passed) }).Failed())
	for _, things := range [][]string{
		{"b"},
		{"a", "b", "g"},
		{"a", "b", "c", "e", "g"},
		{"a", "b", "c", "f", "g"},
		{"a", "b", "c", "g", "g"},
		{"a", "b", "c"},
		{"a", "b", "c", "e"},
		{"a", "b", "c", "e", "f"},
		{"a", "b", "c", "e", "d", "f", "g"},
	} {
		fake := run(func(t *fakeT) { _, _ = kit.RunScript(t, thing(things...), script()...) })
		require.True(t, fake.stopped, things)
		require.Len(t, fake.texts, 1)
	}
}

func TestInAGroupEachBranchFindsItsOwnLinesInOrder(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) {
		sums, err := orchestrate.All(y, thing("a1", "a2"), thing("b1", "b2"), func(y actions.Yield) (int, error) {
			return orchestrate.Scope(y, "c", func(y actions.Yield) (int, error) {
				nested, err := orchestrate.All(y, thing("c1", "c2"), thing("d1"))
				if err != nil {
					return 0, err
				}
				return orchestrate.Do(y, Price{Thing: nestedName(nested)})
			})
		})
		if err != nil {
			return 0, err
		}
		return orchestrate.Do(y, Price{Thing: nestedName(sums)})
	}
	for _, order := range [][]string{
		{"a1", "a2", "b1", "b2", "c1", "c2", "d1", "e", "e"},
		{"d1", "c1", "b1", "a1", "a2", "c2", "e", "b2", "e"},
	} {
		lines := make([]kit.Line, len(order))
		for i, name := range order {
			lines[i] = price(name)
		}
		_, err := kit.RunScript(t, flow, lines...)
		require.NoError(t, err)
		// Whoever carries out the groups.
		s := kit.Script(t, lines...)
		_, err = orchestrate.Run(t.Context(), flow, combinators.Parallelize()(s))
		require.NoError(t, err)
		require.True(t, s.AssertExpectations())
	}
	for _, order := range [][]string{
		{"a2", "a1", "b1", "b2", "c1", "c2", "d1", "e", "e"},
		{"a1", "a2", "b1", "b2", "c1", "e", "c2", "d1", "e"},
		{"a1", "a2", "b1", "b2", "c1", "c2", "d1", "e", "e", "e"},
	} {
		lines := make([]kit.Line, len(order))
		for i, name := range order {
			lines[i] = price(name)
		}
		require.True(t, run(func(t *fakeT) { _, _ = kit.RunScript(t, flow, lines...) }).Failed(), order)
	}
	both := func(y actions.Yield) ([]int, error) { return orchestrate.All(y, thing("a"), thing("b", "c")) }
	require.True(t, run(func(t *fakeT) {
		_, _ = kit.RunScript(t, both, kit.Sequence(price("b"), price("a")), price("c"))
	}).Failed(), "a Sequence is in order across branches")
	_, err := kit.RunScript(t, both, kit.InAnyOrder(price("c"), price("b")), price("a"))
	require.NoError(t, err, "a branch may find several of its lines in one")
}

func TestABranchWithinABranchFindsItsLinesAfterThoseOfTheOuter(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, thing("a"), func(y actions.Yield) (int, error) {
			if _, err := thing("b")(y); err != nil {
				return 0, err
			}
			nested, err := orchestrate.All(y, thing("c"), thing("d"))
			return len(nested), err
		})
	}
	_, err := kit.RunScript(t, flow, price("b"), price("d"), price("a"), price("c"))
	require.NoError(t, err)
	require.True(t, run(func(t *fakeT) {
		_, _ = kit.RunScript(t, flow, price("c"), price("b"), price("d"), price("a"))
	}).Failed())
}

func nestedName([]int) string { return "e" }

func TestALineThatIsNeverAnsweredLetsAnotherBranchDecide(t *testing.T) {
	t.Parallel()
	_, err := kit.RunScript(t, orchestrate.Bind(Quote, "bread"),
		price("bread").Never(),
		kit.Expect(actions.Sleep{For: time.Hour}),
	)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestWhatIsRefusedNeedsNoLine(t *testing.T) {
	t.Parallel()
	_, err := kit.RunScript(t, orchestrate.Bind(Sum, []string{"a", "b"}), kit.Expect(Greet{Name: "a"}).Fail(errBusy))
	require.ErrorIs(t, err, errBusy)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = orchestrate.Run(ctx, orchestrate.Bind(Welcome, "users"), kit.Script(t,
		kit.ExpectType[Fetch]().Do(func(context.Context, Fetch) ([]string, error) {
			cancel()
			return []string{"Ada"}, nil
		}),
	))
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, executor.NotDone(err))
}

func TestAsidesNeedNoLine(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) {
		if err := orchestrate.Tell(y, actions.Log{Message: "hello"}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, actions.Version{Change: "c", Min: 1, Max: 3})
	}
	version, err := kit.RunScript(t, flow)
	require.NoError(t, err)
	require.Equal(t, 3, version)
	version, err = kit.RunScript(t, flow, kit.ExpectType[actions.Log](), kit.ExpectType[actions.Version]().Return(2))
	require.NoError(t, err)
	require.Equal(t, 2, version)
	require.True(t, run(func(t *fakeT) {
		_, _ = kit.RunScript(t, flow, kit.Expect(actions.Log{Message: "bye"}))
	}).Failed())
}

func TestAScriptAnswersAYieldToo(t *testing.T) {
	t.Parallel()
	s := kit.Script(t, kit.ExpectType[Fetch]().Return([]string{"Ada"}), kit.ExpectType[Greet]())
	users, err := Welcome(s.Yield(), "users")
	require.NoError(t, err)
	require.Equal(t, []string{"Ada"}, users)
	require.True(t, s.AssertExpectations())
	require.Equal(t, []actions.Action{Fetch{Container: "users", Items: 3}, Greet{Name: "Ada"}}, s.Trace().Actions())
	require.Equal(t, "Script", executor.Layers(s).String())
}

func TestALineCanBeUsedInSeveralScripts(t *testing.T) {
	t.Parallel()
	lines := []kit.Line{price("a").Return(1), price("a").Return(2)}
	for range 2 {
		sum, err := kit.RunScript(t, thing("a", "a"), lines...)
		require.NoError(t, err)
		require.Equal(t, 3, sum)
	}
}

func TestWhatIsShieldedIsExpectedAsItIs(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) { return orchestrate.Shield(y, thing("a", "b")) }
	sum, err := kit.RunScript(t, flow, price("a").Return(1), price("b").Return(2))
	require.NoError(t, err)
	require.Equal(t, 3, sum)
	_, err = kit.Script(t, price("a")).Execute(t.Context(), actions.Shielded{Action: Price{Thing: "a"}})
	require.NoError(t, err)
}
