package rules_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

func TestParallelGivesAllTheSameValueAndGivesItBack(t *testing.T) {
	t.Parallel()
	y, _ := answers(func(string) (bool, error) { return true, nil })
	is36 := rules.Pure("is 36", func(u User) bool { return u.Age == 36 })
	v, err := rules.And(rules.Parallel(older, is36, rules.And(older, rules.Not(is36)), trusted("a")), is36).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK, v.Reasons)
	require.Equal(t, ada, v.Value)
}

func TestParallelMergesReasonsInTheOrderOfTheRules(t *testing.T) {
	t.Parallel()
	y, _ := answers(func(what string) (bool, error) { return what == "b", nil })
	v, err := rules.And(pass, rules.Parallel(
		rules.Or(trusted("a"), deny), trusted("b"), trusted("c"), rules.Parallel(deny), broken,
	)).Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, []string{`trusted("a")`, "deny", `trusted("c")`, "deny", "broken"}, names(v.Reasons))
	var paths []string
	for _, r := range v.Reasons {
		paths = append(paths, r.Path)
	}
	require.Equal(t, []string{"1.0.0", "1.0.1", "1.2", "1.3.0", "1.4"}, paths)
	require.ErrorIs(t, v.Err(), errBoom)
}

func TestTheFirstInOrderThatDoesNotPassDecidesAParallel(t *testing.T) {
	t.Parallel()
	y, _ := answers(func(what string) (bool, error) { return false, errBoom })
	v, err := rules.Parallel(pass, deny, trusted("a"), lost).Check(y, ada)
	require.NoError(t, err, "a no before an error is a no, as in And")
	require.Equal(t, []string{"deny"}, names(v.Reasons))
	require.Len(t, v.Notes, 1)
	require.Len(t, v.Notes[0].Errs, 2, "what went wrong without consequence is noted")
	require.ErrorIs(t, v.Notes[0].Errs[0], errBoom)

	other := errors.New("other")
	v, err = rules.Parallel(pass, lost, deny, rules.Flow("x", func(y yield, _ User) (bool, error) {
		return false, other
	})).Check(y, ada)
	require.Equal(t, errBoom, err)
	require.Nil(t, v.Reasons)
	require.ErrorIs(t, v.Notes[0].Errs[0], other)
}

// The group is full of actions that wait until they are cancelled.
func TestFailFastCancelsAndJoinsTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		err  error
	}{{"no", nil}, {"error", errBoom}} {
		var cancelled atomic.Int32
		var started sync.WaitGroup
		started.Add(3)
		exec := stack(func(ctx context.Context, a Trusted) (bool, error) {
			if a.What != "hang" {
				started.Wait()
				return false, c.err
			}
			started.Done()
			<-ctx.Done()
			cancelled.Add(1)
			return false, context.Cause(ctx)
		})
		v, err := runRule(t, rules.FailFast(
			trusted("hang"), rules.And(pass, trusted("hang")), trusted(c.what).Message("because"), trusted("hang"),
		), exec)
		require.EqualValues(t, 3, cancelled.Load())
		if c.err == nil {
			require.NoError(t, err)
			require.False(t, v.OK)
			require.Equal(t, []rules.Reason{{Rule: `trusted("no")`, Message: "because", Path: "2"}}, v.Reasons)
		} else {
			require.ErrorIs(t, err, errBoom)
		}
	}
	y, _ := answers(func(string) (bool, error) { return true, nil })
	v, err := rules.FailFast(older, trusted("a")).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, ada, v.Value)
}

func TestParallelAnyNamesTheWinnerAndCancelsTheLosers(t *testing.T) {
	t.Parallel()
	var cancelled atomic.Int32
	var started sync.WaitGroup
	started.Add(2)
	exec := stack(func(ctx context.Context, a Trusted) (bool, error) {
		switch a.What {
		case "yes":
			started.Wait()
			return true, nil
		case "no":
			return false, nil
		}
		started.Done()
		<-ctx.Done()
		cancelled.Add(1)
		return false, context.Cause(ctx)
	})
	v, err := runRule(t, rules.And(pass, rules.ParallelAny(
		trusted("hang"), deny, trusted("no"), rules.And(older, trusted("yes")).Message("x"), trusted("hang"),
	)), exec)
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, "and", v.Winner())
	require.Equal(t, []rules.Note{{Rule: "parallel_any", Path: "1", Winner: "and"}}, v.Notes)
	require.Equal(t, ada, v.Value)
	require.Nil(t, v.Reasons)
	require.EqualValues(t, 2, cancelled.Load(), "they have ended")
}

func TestParallelAnyWithoutAWinnerHasAllReasonsOrTheErrors(t *testing.T) {
	t.Parallel()
	y, _ := answers(func(string) (bool, error) { return false, nil })
	v, err := rules.ParallelAny(deny, trusted("a"), broken).Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, []string{"deny", `trusted("a")`, "broken"}, names(v.Reasons))
	require.Empty(t, v.Winner())
	v, err = rules.ParallelAny(deny, trusted("a"), broken).Message("none of them").Check(y, ada)
	require.NoError(t, err)
	require.Equal(t, []rules.Reason{{Rule: "parallel_any", Message: "none of them"}}, v.Reasons)
	v, err = rules.ParallelAny(deny, lost, trusted("a")).Check(y, ada)
	require.Equal(t, errBoom, err)
	require.Nil(t, v.Reasons)
	v, err = rules.ParallelAny(lost, pass).Check(y, ada)
	require.NoError(t, err)
	require.True(t, v.OK, "an error is no reason to lose a yes")
	_, err = rules.ParallelAny(lost, lost).Check(y, ada)
	require.ErrorIs(t, err, errBoom)
}

func TestAnExecutorWithoutParallelizeSaysSo(t *testing.T) {
	t.Parallel()
	exec := executor.NewMux(executor.On(func(context.Context, Trusted) (bool, error) { return true, nil }))
	for _, rule := range []rules.Rule[User]{
		rules.Parallel(trusted("a")), rules.FailFast(pass), rules.ParallelAny(pass), rules.Named("n", pass),
	} {
		_, err := runRule(t, rule, exec)
		_, unhandled := errors.AsType[*executor.UnhandledError](err)
		require.True(t, unhandled)
		require.ErrorContains(t, err, "Parallelize")
	}
}

func TestAPanicInABranchIsAnErrorAndItsSiblingsAreJoined(t *testing.T) {
	t.Parallel()
	var done atomic.Int32
	exec := stack(func(context.Context, Trusted) (bool, error) {
		done.Add(1)
		return true, nil
	})
	bad := rules.Pure("bad", func(User) bool { panic("bad rule") })
	_, err := runRule(t, rules.Parallel(trusted("a"), bad, rules.And(trusted("b"))), exec)
	_, panicked := errors.AsType[*executor.PanicError](err)
	require.True(t, panicked)
	require.EqualValues(t, 2, done.Load())
	v, err := orchestrate.Run(t.Context(), orchestrate.Bind(rules.Parallel(deny, bad).Validate, ada), exec)
	require.ErrorContains(t, err, "bad rule")
	require.Equal(t, []string{"deny"}, names(v.Reasons))
}

func TestOneRuleServesThousandsOfRunsAtATime(t *testing.T) {
	t.Parallel()
	exec := stack(func(_ context.Context, a Trusted) (bool, error) { return a.User == a.What, nil })
	is := func(name string) rules.Rule[User] {
		return rules.Cached(rules.Asks("is", func(u User) actionsOf { return Trusted{User: u.Name, What: name} }, name),
			func(u User) string { return u.Name })
	}
	bea := is("Bea")
	rule := rules.Named("policy", rules.And(
		older, rules.Or(is("Ada"), rules.Parallel(bea, bea, adult)).Message("{{.Name}} is {{.Age}}"),
	))
	var group sync.WaitGroup
	for i := range 2000 {
		group.Go(func() {
			u := User{Name: []string{"Ada", "Bea", "Cleo"}[i%3], Age: i}
			v, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, u), exec)
			switch {
			case err != nil:
				t.Error(err)
			case v.OK != (i%3 == 0 || i%3 == 1 && i >= 17):
				t.Error("the wrong verdict", i)
			case v.Value.Age != i+1, !v.OK && v.Reasons[0].Message != u.Name+" is "+itoa(i+1):
				t.Error("the value of another run", v)
			}
		})
	}
	group.Wait()
}
