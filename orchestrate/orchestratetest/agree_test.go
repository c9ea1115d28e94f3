package orchestratetest_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestAWorkflowDoesTheSameOnEveryExecutor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policies := combinators.Chain(
			combinators.Retried(combinators.Retry{}),
			combinators.Cached(combinators.NewCache(combinators.CacheConfig{Size: 10})),
		)
		turns := &executortest.Cooperative{}
		sum, err := kit.Agree(t, orchestrate.Bind(Sum, []string{"bread", "butter", "jam"}),
			all(),
			kit.Script(t,
				kit.ExpectType[Greet](), kit.ExpectType[Price]().Return(5),
				kit.ExpectType[Greet](), kit.ExpectType[Price]().Return(6),
				kit.ExpectType[Greet](), kit.ExpectType[Price]().Return(3),
			),
			policies(all()),
			executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				return combinators.Parallelize()(turns.Around(all())).Execute(executor.WithStrands(ctx, turns), a)
			}),
		)
		require.NoError(t, err)
		require.Equal(t, 14, sum)
	})
}

func TestTheTextsOfADisagreement(t *testing.T) {
	t.Parallel()
	price := func(p int, err error) executor.Executor {
		return executor.NewMux(executor.On(func(context.Context, Price) (int, error) { return p, err }))
	}
	flow := orchestrate.Lift(Price{Thing: "bread"})
	constant := func(actions.Yield) (int, error) { return 1, nil }
	runs := 0
	for _, c := range []struct {
		name string
		test func(t *fakeT)
		want string
	}{
		{
			"an answer", func(t *fakeT) { _, _ = kit.Agree(t, flow, price(5, nil), price(5, nil), price(6, nil)) },
			"executor 3 of 3 does not agree with the first: they differ from the beginning\n  result: want 5, got 6\n" +
				"want:\n  0  orchestratetest_test.Price{Thing: \"bread\"} → 5\n" +
				"got:\n  0  orchestratetest_test.Price{Thing: \"bread\"} → 6\n" +
				"the first is Mux(1)\nthe other is Mux(1)",
		},
		{"a result", func(t *fakeT) {
			_, _ = kit.Agree(t, func(actions.Yield) (int, error) { runs++; return runs, nil }, price(1, nil), price(1, nil))
		}, "executor 2 of 2 does not agree with the first: it does the same, and returns something else\n" +
			"  want 1, got 2\nthe first is Mux(1)\nthe other is Mux(1)"},
		{
			"one executor", func(t *fakeT) { _, _ = kit.Agree(t, constant, price(1, nil)) },
			"orchestratetest.Agree: there are 1 executors, and two are the least that can agree",
		},
		{
			"a nil executor", func(t *fakeT) { _, _ = kit.Agree(t, constant, price(1, nil), nil) },
			"orchestratetest.Agree: executor 2 of 2 is nil",
		},
		{
			"a nil flow", func(t *fakeT) { _, _ = kit.Agree[int](t, nil, price(1, nil), price(1, nil)) },
			"orchestratetest.Agree: the flow is nil",
		},
	} {
		require.Equal(t, c.want, run(c.test).text(), c.name)
	}
}

func TestErrorsInWhatIsReturnedAreTheSameIfTheirTextsAre(t *testing.T) {
	t.Parallel()
	tries := func(y actions.Yield) ([]error, error) {
		_, alone := thing("dear")(y)
		_, group := orchestrate.All(y, thing("dear"))
		return []error{alone, group}, nil
	}
	errs, err := kit.Deterministic(t, tries, all())
	require.NoError(t, err)
	require.Len(t, errs, 2)
	_, err = kit.Agree(t, tries, all(), all())
	require.NoError(t, err)
	s := kit.NewStepper(t, tries)
	s.Fail(errBusy)
	s.Fail(errBusy)
	_, err = s.Result()
	require.NoError(t, err)

	runs := 0
	fake := run(func(t *fakeT) {
		_, _ = kit.Deterministic(t, func(y actions.Yield) ([]error, error) {
			runs++
			_, err := thing("dear")(y)
			return []error{fmt.Errorf("%d: %w", runs, err)}, nil
		}, all())
	})
	require.Contains(t, fake.text(), "it returns another result")
}
