package executor_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Charge and charge differ by a letter's case, Refund by its package's other types only.
type (
	Charge struct {
		actions.Returns[receipt]
		Cents int
	}
	charge struct {
		actions.Returns[receipt]
		Cents int
	}
	Refund struct {
		actions.Returns[actions.Void]
		Order string
	}
	// renamed keeps the name that it had before.
	renamed struct {
		actions.Returns[int]
		N int
	}
	// tagged cannot be compared.
	tagged struct {
		actions.Returns[int]
		Tags []string
		Meta map[string]int
	}
	// deeper is an action by way of a struct that is one.
	deeper struct {
		renamed
		Extra string
	}
	receipt struct{ ID string }
)

func (renamed) ActionName() string { return "shop.Old" }

func constant[A actions.Of[R], R any](r R) executor.Handler {
	return executor.On(func(context.Context, A) (R, error) { return r, nil })
}

func TestAMuxRoutesEachActionToTheHandlerOfItsType(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(
		executor.On(func(_ context.Context, a Charge) (receipt, error) { return receipt{"public"}, nil }),
		executor.On(func(_ context.Context, a charge) (receipt, error) { return receipt{"private"}, nil }),
		executor.On(func(_ context.Context, a tagged) (int, error) { return len(a.Tags), nil }),
		executor.OnVoid(func(_ context.Context, a Refund) error { return errors.New(a.Order) }),
		constant[renamed](1),
	)
	ctx := t.Context()
	v, err := m.Execute(ctx, Charge{})
	require.NoError(t, err)
	require.Equal(t, receipt{"public"}, v)
	v, err = m.Execute(ctx, charge{})
	require.NoError(t, err)
	require.Equal(t, receipt{"private"}, v)
	v, err = m.Execute(ctx, tagged{Tags: []string{"a", "b"}, Meta: map[string]int{}})
	require.NoError(t, err)
	require.Equal(t, 2, v)
	v, err = m.Execute(ctx, Refund{Order: "o-1"})
	require.EqualError(t, err, "o-1")
	require.Nil(t, v)
	require.Equal(t, "Mux(5)", m.String())
}

func TestAMuxOfManyTypesFindsEachOfThem(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(many()...)
	for _, a := range []actions.Action{
		boxed[int8]{},
		boxed[int16]{},
		boxed[int32]{},
		boxed[int64]{},
		boxed[uint8]{},
		boxed[uint16]{},
		boxed[uint32]{},
		boxed[uint64]{},
		boxed[float32]{},
		boxed[float64]{},
		boxed[string]{},
		boxed[bool]{},
		boxed[[]int]{},
		boxed[map[string]int]{},
		boxed[[2]int]{},
		boxed[*int]{},
		boxed[error]{},
		boxed[struct{ X int }]{},
	} {
		v, err := m.Execute(t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, actions.Name(a), v)
	}
	_, err := m.Execute(t.Context(), boxed[complex128]{})
	require.ErrorContains(t, err, "no handler for executor_test.boxed[complex128]")
}

// boxed makes many action types of one.
type boxed[T any] struct {
	actions.Returns[string]
	V T
}

func onBoxed[T any]() executor.Handler {
	return executor.On(func(_ context.Context, a boxed[T]) (string, error) { return actions.Name(a), nil })
}

func many() []executor.Handler {
	return []executor.Handler{
		onBoxed[int8](), onBoxed[int16](), onBoxed[int32](), onBoxed[int64](), onBoxed[uint8](), onBoxed[uint16](),
		onBoxed[uint32](), onBoxed[uint64](), onBoxed[float32](), onBoxed[float64](), onBoxed[string](), onBoxed[bool](),
		onBoxed[[]int](), onBoxed[map[string]int](), onBoxed[[2]int](), onBoxed[*int](), onBoxed[error](),
		onBoxed[struct{ X int }](),
	}
}

func TestAnEmptyMuxHandlesNothing(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*executor.Mux{"made": executor.NewMux(), "zero": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := m.Execute(t.Context(), other{})
			require.ErrorContains(t, err, "no handler for executor_test.other: add executor.On(func(ctx context.Context, "+
				"a executor_test.other) (int, error) {…}) to the mux")
			require.Empty(t, m.Names())
			require.Equal(t, "Mux(0)", m.String())
			_, err = m.Else(leaf()).Execute(t.Context(), say{})
			require.NoError(t, err)
		})
	}
}

func TestAMuxIsMadeOfMuxes(t *testing.T) {
	t.Parallel()
	shop := executor.NewMux(constant[Charge](receipt{"r"}), constant[renamed](2))
	m := executor.NewMux(shop, leaf())
	require.Equal(t, []string{"executor_test.Charge", "executor_test.call", "executor_test.say", "shop.Old"}, m.Names())
	v, err := m.Execute(t.Context(), Charge{})
	require.NoError(t, err)
	require.Equal(t, receipt{"r"}, v)
	require.Panics(t, func() { executor.NewMux(shop, shop) })
}

func TestAMuxTakesStructsThatEmbedAnAction(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(executor.On(func(_ context.Context, a deeper) (int, error) { return a.N, nil }))
	v, err := m.Execute(t.Context(), deeper{renamed: renamed{N: 4}})
	require.NoError(t, err)
	require.Equal(t, 4, v)
	_, err = m.Execute(t.Context(), renamed{})
	require.Error(t, err, "the embedded type is another one")
}

func TestAMuxCallsNoHandlerUnderADoneContext(t *testing.T) {
	t.Parallel()
	why := errors.New("closing time")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := leaf().Execute(ctx, see(func(context.Context) { t.Error("called") }))
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, executor.ErrNotDone)
	_, err = leaf().Execute(ctx, other{})
	require.ErrorContains(t, err, "no handler", "what can never work is said first")
}

func TestAMuxIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(append(many(), leaf())...)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for range 100 {
				if v, err := m.Execute(t.Context(), say{Text: "x"}); v != "x" || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
				if _, err := m.Execute(t.Context(), other{}); err == nil {
					t.Error("an unhandled action was handled")
				}
				_ = m.Names()
			}
		})
	}
	all.Wait()
}

func TestAMuxDecodesActionsAndResultsByName(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(constant[Charge](receipt{}), constant[renamed](0), constant[Refund](actions.Void{}))
	from := func(text string) func(any) error {
		return func(into any) error { return json.Unmarshal([]byte(text), into) }
	}

	a, err := m.DecodeAction("executor_test.Charge", from(`{"Cents": 250}`))
	require.NoError(t, err)
	require.Equal(t, Charge{Cents: 250}, a)
	a, err = m.DecodeAction("shop.Old", from(`{"N": 1}`))
	require.NoError(t, err)
	require.Equal(t, renamed{N: 1}, a)

	v, err := m.DecodeResult("executor_test.Charge", from(`{"ID": "r-1"}`))
	require.NoError(t, err)
	require.Equal(t, receipt{"r-1"}, v)
	v, err = m.DecodeResult("executor_test.Refund", from(`{}`))
	require.NoError(t, err)
	require.Equal(t, actions.Void{}, v)

	_, err = m.DecodeAction("executor_test.Charge", from(`{"Cents": "much"}`))
	require.ErrorContains(t, err, "cannot unmarshal string")
	_, err = m.DecodeResult("executor_test.Charge", from(`[`))
	require.ErrorContains(t, err, "unexpected end")
	_, err = m.DecodeAction("executor_test.Chrage", from(`{}`))
	require.EqualError(t, err,
		`executor: no handler for an action named "executor_test.Chrage" (there is one for executor_test.Charge)`)
	_, err = m.DecodeResult("nothing like it", from(`{}`))
	require.EqualError(t, err, `executor: no handler for an action named "nothing like it"`)
}

func TestAnOverlayHandlesWhatItCanAndPassesOnTheRest(t *testing.T) {
	t.Parallel()
	over := executor.NewMux(executor.On(func(_ context.Context, a say) (string, error) { return "over: " + a.Text, nil }))
	e := over.Else(leaf())
	v, err := e.Execute(t.Context(), say{Text: "hi"})
	require.NoError(t, err)
	require.Equal(t, "over: hi", v)
	v, err = e.Execute(t.Context(), do(func(context.Context) (string, error) { return "under", nil }))
	require.NoError(t, err)
	require.Equal(t, "under", v)
	_, err = e.Execute(t.Context(), nil)
	require.ErrorContains(t, err, "the action is nil")
	require.Equal(t, "Mux(1).Else > Mux(2)", executor.Layers(e).String())
}
