package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// wrapper is a layer that has no name of its own.
type wrapper struct{ executor.Executor }

func (w *wrapper) Unwrap() executor.Executor { return w.Executor }

func TestLayersAreToldOutermostFirst(t *testing.T) {
	t.Parallel()
	f := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, nil })
	var nilMux *executor.Mux
	for want, e := range map[string]executor.Executor{
		"":                nil,
		"Mux(2)":          leaf(),
		"executor.Func":   f,
		"System > Mux(2)": executor.System(leaf()),
		"executor_test.wrapper > System > executor.Func": &wrapper{executor.System(f)},
		"Mux(2).Else > Mux(0)":                           leaf().Else(executor.NewMux()),
		"executor_test.wrapper":                          &wrapper{nilMux},
		"executor_test.grouped":                          grouped{leaf()}, // does not unwrap
	} {
		require.Equal(t, want, executor.Layers(e).String())
	}
	require.Len(t, executor.Layers(&wrapper{executor.System(f)}), 3)
}
