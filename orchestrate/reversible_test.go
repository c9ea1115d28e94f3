package orchestrate_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// reserve is an action that knows its inverse, unless it reserves nothing.
type reserve struct {
	actions.Returns[int]
	Name string
}

func (r reserve) Inverse() actions.Action {
	if r.Name == "" {
		return nil
	}
	return Put{Name: "release " + r.Name}
}

func TestAnActionThatKnowsItsInverseIsUndoneByIt(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("hotel", loses(errBoom))
		ctx, exec := h.around(t.Context(), executor.NewMux(
			executor.On(func(ctx context.Context, a reserve) (int, error) { return w.act(ctx, a.Name) }),
		).Else(w.mux()))
		_, err := orchestrate.Run(ctx, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			for _, name := range []string{"flight", "", "hotel", "car"} {
				if _, err := orchestrate.Reversible(y, undo, reserve{Name: name}); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}), exec)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []string{"flight", "", "hotel", "release hotel", "release flight"}, w.done())
	})
}
