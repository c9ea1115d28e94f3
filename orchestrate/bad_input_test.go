package orchestrate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// joined is an action that cannot be compared, of a type that is nobody else's.
type joined struct {
	actions.Returns[string]
	parts []string
}

// oddError is an error that cannot be compared.
type oddError struct{ parts []string }

func (e oddError) Error() string { return "odd: " + strings.Join(e.parts, "+") }

func TestActionsAndErrorsNeedNotBeExportedNorComparable(t *testing.T) {
	t.Parallel()
	even, odd := joined{parts: []string{"a", "b"}}, joined{parts: []string{"c"}}
	mux := executor.NewMux(executor.On(func(_ context.Context, a joined) (string, error) {
		if len(a.parts)%2 == 1 {
			return "", oddError{a.parts}
		}
		return strings.Join(a.parts, "+"), nil
	}))
	flows := map[string]func(y actions.Yield, a joined) (string, error){
		"alone": func(y actions.Yield, a joined) (string, error) { return orchestrate.Do(y, a) },
		"all": func(y actions.Yield, a joined) (string, error) {
			r, err := orchestrate.All(y, orchestrate.Each(a, a)...)
			return strings.Join(r[:min(1, len(r))], ""), err
		},
		"any": func(y actions.Yield, a joined) (string, error) {
			return orchestrate.Any(y, orchestrate.Each(odd, a)...)
		},
		"in time": func(y actions.Yield, a joined) (string, error) {
			return orchestrate.WithTimeout(y, time.Hour, orchestrate.Lift(a))
		},
		"again": func(y actions.Yield, a joined) (string, error) {
			return orchestrate.Retry(y, nil, orchestrate.Lift(a))
		},
		"undoable": func(y actions.Yield, a joined) (string, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
				return orchestrate.Undoable(y, undo, a, odd)
			})
		},
	}
	onEachHost(t, func(t *testing.T, h host) {
		for name, flow := range flows {
			ctx, exec := h.around(t.Context(), executor.System(mux))
			s, err := orchestrate.Run(ctx, orchestrate.Bind(flow, odd), exec)
			found, ok := errors.AsType[oddError](err)
			require.True(t, ok, name)
			require.Equal(t, oddError{odd.parts}, found, name)
			require.Empty(t, s, name)
			s, err = orchestrate.Run(ctx, orchestrate.Bind(flow, even), exec)
			require.NoError(t, err, name)
			require.Equal(t, "a+b", s, name)
		}
	})
}

func TestADeadlineInThePastStartsNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		w := newWorld()
		for name, flow := range map[string]orchestrate.Orchestration[int]{
			"alone":    get("x"),
			"race":     race(get("x"), get("y")),
			"in time":  within(time.Hour, get("x")),
			"in scope": func(y actions.Yield) (int, error) { return orchestrate.Scope(y, "part", get("x")) },
			"again":    func(y actions.Yield) (int, error) { return orchestrate.Retry(y, nil, get("x")) },
		} {
			_, err := run(ctx, h, w, flow)
			require.ErrorContains(t, err, "not started: context deadline exceeded", name)
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
		}
		require.Empty(t, w.done())
	})
}
