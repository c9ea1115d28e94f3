package cassette_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// Take takes a while, fails or not, and heeds its context or not.
type Take struct {
	actions.Returns[string]
	Name            string
	For             time.Duration
	Fails, Stubborn bool
}

func slow() executor.Executor {
	return combinators.Parallelize()(executor.System(executor.NewMux(
		executor.On(func(ctx context.Context, a Take) (string, error) {
			done := ctx.Done()
			if a.Stubborn {
				done = nil
			}
			select {
			case <-time.After(a.For):
			case <-done:
				return "", context.Cause(ctx)
			}
			if a.Fails {
				return "", fmt.Errorf("%s: %w", a.Name, errBusy)
			}
			return a.Name, nil
		}),
	)))
}

// random is a flow made by chance, of groups in groups.
func random(chance *rand.Rand, depth int, name string) orchestrate.Orchestration[string] {
	take := Take{
		Name: name, For: time.Duration(chance.IntN(4)) * time.Second, Fails: chance.IntN(5) == 0,
		Stubborn: chance.IntN(4) == 0,
	}
	kind := chance.IntN(7)
	if depth == 0 {
		kind = chance.IntN(2)
	}
	if kind == 0 {
		return orchestrate.Lift(take)
	}
	if kind == 1 {
		return func(y actions.Yield) (string, error) {
			s, err := orchestrate.Do(y, take)
			if err != nil {
				_, _ = orchestrate.Shield(y, orchestrate.Lift(Take{Name: "undo " + name, For: time.Second}))
				return "", err
			}
			take.Name += s
			return s, orchestrate.Tell(y, actions.Sleep{For: time.Second})
		}
	}
	flows := make([]orchestrate.Orchestration[string], 1+chance.IntN(3))
	for i := range flows {
		flows[i] = random(chance, depth-1, fmt.Sprint(name, i))
	}
	return func(y actions.Yield) (string, error) {
		switch kind {
		case 2:
			all, err := orchestrate.All(y, flows...)
			return strings.Join(all, "+"), err
		case 3:
			outcomes, err := orchestrate.Settle(y, flows...)
			return fmt.Sprint(outcomes), err
		case 4:
			return orchestrate.Any(y, flows...)
		case 5:
			return orchestrate.WithTimeout(y, 2*time.Second, flows[0])
		}
		return orchestrate.Race(y, flows...)
	}
}

func TestBranchesAreAnsweredInTheRecordedOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		flow := func(y actions.Yield) (string, error) {
			chance := rand.New(rand.NewPCG(seed, 1))
			var texts []string
			for i := range 3 {
				s, err := random(chance, 3, strconv.Itoa(i))(y)
				texts = append(texts, fmt.Sprint(s, err))
			}
			return strings.Join(texts, "\n"), nil
		}
		var live string
		file := t.TempDir() + "/tape.json"
		var was orchestratetest.Trace
		synctest.Test(t, func(t *testing.T) {
			exec := orchestratetest.Record(cassette.Record(slow(), noSecrets()), &was)
			r := exec.(interface{ Unwrap() executor.Executor }).Unwrap().(*cassette.Recorder)
			var err error
			live, err = orchestrate.Run(t.Context(), flow, exec)
			require.NoError(t, err)
			require.NoError(t, r.Save(file))
		})
		for range 3 {
			var is orchestratetest.Trace
			p, err := cassette.Load(file, noSecrets())
			require.NoError(t, err)
			replayed, err := orchestrate.Run(t.Context(), flow, orchestratetest.Record(p, &is))
			require.NoError(t, err)
			require.NoError(t, p.Done())
			require.Equal(t, live, replayed, "seed %d", seed)
			c := orchestratetest.Compare(was.Sorted(), is.Sorted())
			require.True(t, c.Equal(), "seed %d: %s", seed, c)
		}
	}
}

func TestALoserThatHadAnAnswerDoesNotWinTheReplay(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, orchestrate.Each(
			Take{Name: "late", For: 2 * time.Second, Stubborn: true}, Take{Name: "early", For: time.Second},
		)...)
	}
	layers := map[string]func(executor.Executor) executor.Executor{
		"outside": func(e executor.Executor) executor.Executor { return e },
		"inside":  combinators.Parallelize(),
	}
	for name, around := range layers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := t.TempDir() + "/tape.json"
			synctest.Test(t, func(t *testing.T) {
				r := cassette.Record(slow(), noSecrets())
				winner, err := orchestrate.Run(t.Context(), flow, around(r))
				require.NoError(t, err)
				require.Equal(t, "early", winner)
				require.NoError(t, r.Save(file))
			})
			text := read(t, file)
			require.Contains(t, text, `"late": true`)
			require.Less(t, strings.Index(text, `"path": "0.0.0"`), strings.Index(text, `"path": "0.1.0"`))
			require.Equal(t, name == "outside", strings.Contains(text, `"order": [
        "0.1.0",
        "0.0.0"
      ]`))
			for range 20 {
				p, err := cassette.Load(file, noSecrets())
				require.NoError(t, err)
				winner, err := orchestrate.Run(t.Context(), flow, around(p))
				require.NoError(t, err)
				require.NoError(t, p.Done())
				require.Equal(t, "early", winner)
			}
		})
	}
}

func TestEachAttemptIsRecorded(t *testing.T) {
	t.Parallel()
	tries := 0
	flaky := executor.NewMux(executor.On(func(context.Context, Ask) (string, error) {
		if tries++; tries < 3 {
			return "", fmt.Errorf("try %d: %w", tries, errBusy)
		}
		return "at last", nil
	}))
	retried := combinators.Retried(combinators.Retry{
		MaxAttempts: 3, Schedule: backoff.Constant(0),
		RetryIf: func(err error) bool { return errors.Is(err, errBusy) },
	})
	r := cassette.Record(flaky, noSecrets())
	flow := orchestrate.Lift(Ask{Whom: "a"})
	_, err := orchestrate.Run(t.Context(), flow, retried(r))
	require.NoError(t, err)
	file := t.TempDir() + "/tape.json"
	require.NoError(t, r.Save(file))
	require.Contains(t, read(t, file), `"attempt": 3`)

	p, err := cassette.Load(file, noSecrets())
	require.NoError(t, err)
	got, err := orchestrate.Run(t.Context(), flow, retried(p))
	require.NoError(t, err)
	require.NoError(t, p.Done())
	require.Equal(t, "at last", got)
	require.Equal(t, 3, tries)

	p, err = cassette.Load(file, noSecrets())
	require.NoError(t, err)
	_, err = orchestrate.Run(t.Context(), flow, p)
	require.EqualError(t, err, "step 0: cassette_test.Ask: try 1: busy")
	require.EqualError(t, p.Done(), "cassette "+file+": 2 of 3 recorded calls were not made:\n"+
		"  step 0, attempt 2: cassette_test.Ask{\"Whom\":\"a\"}\n  step 0, attempt 3: cassette_test.Ask{\"Whom\":\"a\"}")
}

func TestAttemptsSideBySideFindTheirs(t *testing.T) {
	t.Parallel()
	attempts := func(next executor.Executor, order ...int) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			all := make([]string, len(order))
			for _, n := range order {
				result, err := next.Execute(executor.WithAttempt(ctx, n), a)
				if err != nil {
					return nil, err
				}
				all[n-1] = result.(string)
			}
			return strings.Join(all, " "), nil
		})
	}
	exec := executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
		return strconv.Itoa(executor.StepFrom(ctx).Attempt()), nil
	})
	flow := orchestrate.Lift(Ask{Whom: "a"})
	r := cassette.Record(exec, noSecrets())
	_, err := orchestrate.Run(t.Context(), flow, attempts(r, 3, 1, 2))
	require.NoError(t, err)
	file := t.TempDir() + "/tape.json"
	require.NoError(t, r.Save(file))
	p, err := cassette.Load(file, noSecrets())
	require.NoError(t, err)
	got, err := orchestrate.Run(t.Context(), flow, attempts(p, 2, 3, 1))
	require.NoError(t, err)
	require.NoError(t, p.Done())
	require.Equal(t, "1 2 3", got)
}

func TestABranchThatAsksForLessIsToldInItsGroup(t *testing.T) {
	t.Parallel()
	two := func(names ...string) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (int, error) {
			as := make([]actions.Action, len(names))
			for i, name := range names {
				as[i] = Ask{Whom: name}
			}
			return orchestrate.Race(y, yields(Ask{Whom: "a"}, Ask{Whom: "b"}), yields(as...))
		}
	}
	file := t.TempDir() + "/tape.json"
	synctest.Test(t, func(t *testing.T) {
		exec := executor.Func(func(_ context.Context, a actions.Action) (any, error) {
			wait := map[string]time.Duration{"a": 3 * time.Second, "x": time.Second, "y": time.Second}
			time.Sleep(wait[a.(Ask).Whom]) // in a synctest bubble
			return "", nil
		})
		r := cassette.Record(exec, noSecrets())
		_, err := orchestrate.Run(t.Context(), two("x", "y"), r)
		require.NoError(t, err)
		require.NoError(t, r.Save(file))
	})
	_, _, done := replay(t, file, two("x"), noSecrets())
	require.EqualError(t, done, "cassette "+file+": step 0.0.0: what was answered next in this group is not asked for "+
		"any more: step 0.1.1: cassette_test.Ask{\"Whom\":\"y\"}\n  got:      cassette_test.Ask{\"Whom\":\"a\"}")
}

func TestGroupsAreCarriedOutOnTheSameSideOfTheCassette(t *testing.T) {
	t.Parallel()
	flow := group(actions.All, Ask{Whom: "a"}, Ask{Whom: "b"})
	r := cassette.Record(shop(), noSecrets())
	_, err := orchestrate.Run(t.Context(), flow, combinators.Parallelize()(r))
	require.NoError(t, err)
	file := t.TempDir() + "/tape.json"
	require.NoError(t, r.Save(file))
	_, _, done := replay(t, file, flow, noSecrets())
	require.EqualError(t, done, "cassette "+file+": step 0: no group is recorded here, but steps in one: what carries "+
		"out groups stood outside the recorder, so put it outside the player too\n  got:      all of 2 branches")
}
