package plan_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

type get[R any] struct{ actions.Returns[R] }

// symbol is the symbolic result of type R.
func symbol[R any](t *testing.T) R {
	t.Helper()
	r, err := orchestrate.Run(t.Context(), orchestrate.Lift(get[R]{}), plan.Symbolic())
	require.NoError(t, err)
	return r
}

type (
	everything struct {
		S  string
		N  int8
		U  uint
		F  float32
		C  complex64
		B  bool
		A  any
		E  error
		P  *Seat
		L  [2]string
		M  map[string]int
		R  json.RawMessage
		D  time.Duration
		T  time.Time
		X  []byte
		F2 func()
		Ch chan int
	}
	list struct {
		Name string
		Next *list
	}
	tree   struct{ Kids []tree }
	wide   struct{ A, B, C, D, E, F, G, H, I, J [][][][]string }
	odd    map[any][]string
	wrong  map[badKey]string
	badKey struct{ V any }
)

func TestSymbolsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	require.Equal(t, "‹get@0›", symbol[string](t))
	require.Equal(t, []string{"‹get@0[0]›", "‹get@0[1]›"}, symbol[[]string](t))
	require.Equal(t, []Seat{{1, "‹get@0[0].Letter›"}, {1, "‹get@0[1].Letter›"}}, symbol[[]Seat](t))
	require.Equal(t, map[string]*Seat{"‹get@0.key›": {1, "‹get@0.value.Letter›"}}, symbol[map[string]*Seat](t))
	require.Equal(t, any("‹get@0›"), symbol[any](t))
	require.Equal(t, everything{
		S: "‹get@0.S›", N: 1, U: 1, F: 1, C: 1, B: true, A: "‹get@0.A›", P: &Seat{1, "‹get@0.P.Letter›"},
		L: [2]string{"‹get@0.L[0]›", "‹get@0.L[1]›"}, M: map[string]int{"‹get@0.M.key›": 1},
		R: json.RawMessage(`"‹get@0.R›"`), D: time.Second, T: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		X: []byte("‹get@0.X›"),
	}, symbol[everything](t))
}

func TestEventsGiveTheirNameToSymbols(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		_, _ = orchestrate.Do(y, get[int]{})
		return orchestrate.All(y, orchestrate.Each(actions.Receive[string]{Name: "approval"})...)
	}
	require.Equal(t, []string{"‹approval@1.0.0›"}, plan.Dry(t.Context(), flow, plan.Symbolic()).Result)
	outside, err := plan.Symbolic().Execute(t.Context(), get[string]{})
	require.NoError(t, err)
	require.Equal(t, "‹get›", outside)
}

func TestSymbolsHaveAnEnd(t *testing.T) {
	t.Parallel()
	l := symbol[list](t)
	require.Equal(t, "‹get@0.Next.Next.Name›", l.Next.Next.Name)
	require.Nil(t, l.Next.Next.Next.Next)
	require.NotEmpty(t, symbol[tree](t).Kids[1].Kids)
	symbol[wide](t)
	require.Equal(t, "‹get@0[999]›"[:8], symbol[[1 << 14]string](t)[998][:8])
	require.Empty(t, symbol[[1 << 14]string](t)[1000])
	require.Equal(t, odd{"‹get@0.key›": {"‹get@0.value[0]›", "‹get@0.value[1]›"}}, symbol[odd](t))
	require.Len(t, symbol[wrong](t), 1)
	require.NotNil(t, symbol[map[[1]any]int](t))
	require.NoError(t, symbol[error](t))
	require.Nil(t, symbol[chan int](t))
	require.Equal(t, actions.Void{}, symbol[actions.Void](t))
	for _, r := range []any{symbol[**string](t), symbol[struct{ *Seat }](t), symbol[[]byte](t), symbol[[0]int](t)} {
		require.NotNil(t, r)
	}
}

func TestZeroAndSymbolicCarryOutNoGroupsAndObeyTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, exec := range []executor.Executor{plan.Zero(), plan.Symbolic()} {
		var unhandled *executor.UnhandledError
		_, err := exec.Execute(t.Context(), actions.Group{})
		require.ErrorAs(t, err, &unhandled)
		_, err = exec.Execute(ctx, Pay{})
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, executor.NotDone(err))
		_, err = exec.Execute(t.Context(), nil)
		require.ErrorIs(t, err, actions.ErrNil)
	}
	zero, err := plan.Zero().Execute(t.Context(), Reserve{})
	require.NoError(t, err)
	require.Equal(t, Seat{}, zero)
}

func TestASampleAnswersItsType(t *testing.T) {
	t.Parallel()
	exec := executor.NewMux(plan.Sample[Pay]("paid"), plan.Sample[get[int64]](7)).Else(plan.Symbolic())
	flow := func(y actions.Yield) ([]any, error) {
		a, _ := orchestrate.Do(y, Pay{})
		b, _ := orchestrate.Do(y, get[int64]{})
		c, _ := orchestrate.Do(y, get[string]{})
		return []any{a, b, c}, nil
	}
	require.Equal(t, []any{"paid", int64(7), "‹get@2›"}, plan.Dry(t.Context(), flow, exec).Result)
}
