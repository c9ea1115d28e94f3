package orchestrate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// alwaysAnswers is a yield that answers every action with v.
func alwaysAnswers(v any) actions.Yield {
	return func(actions.Action) (any, error) { return v, nil }
}

func TestANilResultIsTheZeroValue(t *testing.T) {
	t.Parallel()
	y := alwaysAnswers(nil)
	n, err := orchestrate.Do(y, Get{})
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, orchestrate.Tell(y, Put{}))
	text, err := orchestrate.Lift(Spell{})(y)
	require.NoError(t, err)
	require.Empty(t, text)
	v, err := orchestrate.Do(y, actions.Receive[any]{})
	require.NoError(t, err)
	require.Nil(t, v)
	p, err := orchestrate.Do(y, actions.Receive[*int]{})
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestAResultThatIsAnInterfaceKeepsItsValue(t *testing.T) {
	t.Parallel()
	got, err := orchestrate.Do(alwaysAnswers(errBoom), actions.Receive[error]{})
	require.NoError(t, err)
	require.Equal(t, errBoom, got)
}

func TestAWrongResultIsAnErrorThatNamesBothTypes(t *testing.T) {
	t.Parallel()
	y := alwaysAnswers("seven")
	for name, call := range map[string]func() (int, error){
		"Do":   func() (int, error) { return orchestrate.Do(y, Get{Name: "x"}) },
		"Lift": func() (int, error) { return get("x")(y) },
		"UndoableAfter": func() (int, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				return orchestrate.UndoableAfter(y, undo, Get{Name: "x"}, func(int) actions.Action {
					t.Error("there is no result to name an inverse")
					return nil
				})
			})
		},
	} {
		n, err := call()
		require.EqualError(t, err, "the result of orchestrate_test.Get must be of type int, got string", name)
		var wrong *executor.ResultError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, Get{Name: "x"}, wrong.Action)
		require.Equal(t, "int", wrong.Want.String())
		require.Equal(t, "string", wrong.Got.String())
		require.Zero(t, n)
	}
	require.EqualError(t, orchestrate.Tell(y, Put{}),
		"the result of orchestrate_test.Put must be of type struct {}, got string")
}

func TestAWrongResultBesideAnErrorIsDropped(t *testing.T) {
	t.Parallel()
	n, err := orchestrate.Do(func(actions.Action) (any, error) { return "seven", errBoom }, Get{})
	require.Equal(t, errBoom, err)
	require.Zero(t, n)
	n, err = orchestrate.Do(func(actions.Action) (any, error) { return 7, errBoom }, Get{})
	require.Equal(t, errBoom, err)
	require.Equal(t, 7, n, "a result of the right type is kept")
}

// outcomes makes the result of a group.
func outcomes(decided int, values ...any) actions.GroupResult {
	r := actions.GroupResult{Decided: decided}
	for _, v := range values {
		r.Outcomes = append(r.Outcomes, actions.Outcome[any]{Value: v})
	}
	return r
}

func TestAGroupsResultOfTheWrongShapeIsAnError(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) { return orchestrate.Do(y, Get{}) }
	const wrongType = "the result of orchestrate_test.Get must be of type int, got string"
	for name, c := range map[string]struct {
		flow   orchestrate.Orchestration[int]
		answer any
		want   string
	}{
		"of another type": {
			race(get("a")), "x", "the result of race must be of type actions.GroupResult, got string",
		},
		"nothing at all": {race(get("a")), nil, `the executor returned 0 outcomes for the group "race" of 1 branches`},
		"too few": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, get("a"), get("b"))
			return 0, err
		}, outcomes(-1, 1), `the executor returned 1 outcomes for the group "all" of 2 branches`},
		"too many": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.Settle(y, get("a"))
			return 0, err
		}, outcomes(-1, 1, 2), `the executor returned 2 outcomes for the group "settle" of 1 branches`},
		"nobody won": {
			either(get("a")), outcomes(-1, 1), `the executor says that branch -1 decided the group "any" of 1 branches`,
		},
		"somebody else won": {
			race(get("a")), outcomes(1, 1), `the executor says that branch 1 decided the group "race" of 1 branches`,
		},
		"All: of the wrong type": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, get("a"), get("b"))
			return 0, err
		}, outcomes(-1, 1, "x"), wrongType},
		"Settle: of the wrong type": {func(y actions.Yield) (int, error) {
			got, err := orchestrate.Settle(y, get("a"), get("b"))
			require.NoError(t, err)
			return got[0].Value, got[1].Err
		}, outcomes(-1, 1, "x"), wrongType},
		"Race: of the wrong type":   {race(get("a")), outcomes(0, "x"), wrongType},
		"a flow, of the wrong type": {race(flow), outcomes(0, "x"), "the result of race must be of type int, got string"},
		"Scope": {func(y actions.Yield) (int, error) {
			return orchestrate.Scope(y, "part", flow)
		}, outcomes(-1, "x"), "the result of scope part must be of type int, got string"},
		"WithTimeout": {func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, get("x"))
		}, outcomes(0, "x", nil), wrongType},
		"WithTimeout, nobody won": {func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, get("x"))
		}, outcomes(-1, 1, nil), `the executor says that branch -1 decided the group "race" of 2 branches`},
		"Select": {func(y actions.Yield) (int, error) {
			return 0, orchestrate.Select(y, orchestrate.WhenFlow(flow, nil))
		}, outcomes(0, "x"), "the result of race must be of type int, got string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.flow(alwaysAnswers(c.answer))
			require.EqualError(t, err, c.want)
		})
	}
}

func TestTogetherDeliversNothingIfOneResultIsWrong(t *testing.T) {
	t.Parallel()
	first, second := 1, "unchanged"
	err := orchestrate.Together(alwaysAnswers(outcomes(-1, 7, 8)),
		orchestrate.Into(&first, Get{}), orchestrate.Into(&second, Spell{}))
	require.EqualError(t, err, "the result of orchestrate_test.Spell must be of type string, got int")
	require.Equal(t, 1, first)
	require.Equal(t, "unchanged", second)
}
