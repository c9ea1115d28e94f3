package orchestrate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

func TestAsidesTakeNoNumber(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		version := 0
		step := stepOf(t, h, func(y actions.Yield) (n int, err error) {
			if err := orchestrate.Tell(y, Put{Name: "first"}); err != nil {
				return 0, err
			}
			if err := orchestrate.Tell(y, actions.Progress{Done: 1, Total: 2}); err != nil {
				return 0, err
			}
			if version, err = orchestrate.Do(y, actions.Version{Change: "c", Min: 1, Max: 3}); err != nil {
				return 0, err
			}
			if _, err := orchestrate.Shield(y, orchestrate.Lift(actions.Progress{Done: 2, Total: 2})); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Get{Name: "x"})
		})
		require.Equal(t, 3, version)
		require.Equal(t, "1", step.Path())
	})
}
