package executor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
)

func TestAnEmptyMuxHandlesNothing(t *testing.T) {
	t.Parallel()
	_, err := executor.NewMux().Execute(t.Context(), a0{})
	var unhandled *executor.UnhandledError
	require.ErrorAs(t, err, &unhandled)
}
