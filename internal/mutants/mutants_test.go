package mutants_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/mutants"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type ask struct{ actions.Returns[bool] }

type pay struct {
	actions.Returns[actions.Void]
	Key string
}

type repay struct {
	actions.Returns[actions.Void]
	Key string
}

// buy pays two things if that is agreed to.
func buy(y actions.Yield) (int, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
		agreed, err := orchestrate.Do(y, ask{})
		if err != nil || !agreed {
			return 0, err
		}
		undo.Add(func(y actions.Yield) error {
			for _, key := range []string{"a", "b"} {
				if err := orchestrate.Tell(y, repay{Key: key}); err != nil {
					return err
				}
			}
			return nil
		})
		_, err = orchestrate.All(y, orchestrate.Lift(pay{Key: "a"}), func(y actions.Yield) (actions.Void, error) {
			return actions.Void{}, orchestrate.Tell(y, pay{Key: "b"})
		})
		return 2, err
	})
}

// pays is a test that looks at nothing but what is paid in the end.
func pays(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
	paid := map[string]bool{}
	n, err := explore.Run(s, flow, executor.NewMux(
		executor.On(func(context.Context, ask) (bool, error) { return true, nil }),
		executor.OnVoid(func(_ context.Context, a pay) error { paid[a.Key] = true; return nil }),
		executor.OnVoid(func(_ context.Context, a repay) error { delete(paid, a.Key); return nil }),
	))
	if err == nil {
		require.Equal(s, 2, n)
		require.Len(s, paid, 2)
		return
	}
	require.Empty(s, paid)
}

// recorder is a test that fails for a test to look at.
type recorder struct{ errors, logs []string }

func (*recorder) Helper() {}

func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (*recorder) FailNow() {}

func TestEachSlipIsMadeAtEachSiteAndWhatSurvivesIsTold(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	score := mutants.Subject[int]{Flow: buy, Test: pays}.Run(r)
	require.Equal(t, []string{
		"a mutant survived: drop mutants_test.ask{}",
		`a mutant survived: exposed undo mutants_test.repay{Key: "a"}`,
		`a mutant survived: exposed undo mutants_test.repay{Key: "b"}`,
		"a mutant survived: later mutants_test.ask{}",
		`a mutant survived: later undo mutants_test.repay{Key: "a"}`,
		"a mutant survived: swallow mutants_test.ask{}",
		"a mutant survived: twice mutants_test.ask{}",
		`a mutant survived: twice mutants_test.pay{Key: "a"}`,
		`a mutant survived: twice mutants_test.pay{Key: "b"}`,
		`a mutant survived: twice undo mutants_test.repay{Key: "a"}`,
		`a mutant survived: twice undo mutants_test.repay{Key: "b"}`,
	}, r.errors)
	require.Equal(t, 27, score.Mutants)
	require.Equal(t, 16, score.Killed)
	require.Equal(t, 6, score.ByHand)
}

func TestSurvivorsAreListedExactly(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	score := mutants.Subject[int]{
		Flow: buy, Test: pays,
		Equivalent: map[string][]string{
			"nothing is done twice":     {"twice *", "later undo *", "last undo *"},
			"nobody cancels the run":    {"exposed undo *"},
			"so says the test, wrongly": {"misread mutants_test.ask{}"},
		},
		Missed: map[string][]string{"nobody looks at it": {"drop mutants_test.ask{}", "later mutants_test.ask{}"}},
	}.Run(r)
	require.Equal(t, []string{
		"a mutant is killed, and listed as a survivor: misread mutants_test.ask{}",
		"a mutant survived: swallow mutants_test.ask{}",
		"no such mutant: last undo *",
	}, r.errors)
	require.Contains(t, r.logs[len(r.logs)-1], "27 mutants, of which 9 are equivalent and 16 were killed, "+
		"6 of them when all goes well and 10 under a schedule: 88.9 % (")
	require.InDelta(t, 16./18, score.Rate(), 1e-9)
	require.Equal(t, 54, score.Add(score).Mutants)
	require.InDelta(t, 1, mutants.Score{}.Rate(), 0)
}

func TestAMutantThatYieldsNothingEnds(t *testing.T) {
	t.Parallel()
	mutants.Subject[bool]{
		Flow: func(y actions.Yield) (bool, error) {
			for {
				if agreed, err := orchestrate.Do(y, ask{}); err != nil || agreed {
					return agreed, err
				}
			}
		},
		Test: func(s *explore.Schedule, flow orchestrate.Orchestration[bool]) {
			asked := 0
			agreed, err := explore.Run(s, flow, executor.NewMux(
				executor.On(func(context.Context, ask) (bool, error) { asked++; return asked > 1, nil }),
			))
			require.Equal(s, err == nil, agreed)
			require.True(s, agreed || s.Trouble() != explore.Trouble{})
		},
		Equivalent: map[string][]string{"nobody counts": {"twice *", "misread *", "swallow *"}},
	}.Run(t)
}
