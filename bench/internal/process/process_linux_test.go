package process_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/bench/internal/process"
)

func TestAProcessKnowsWhatItHasUsed(t *testing.T) { //nolint:paralleltest // others use as well
	cpu := process.CPU()
	for process.CPU() == cpu { // it is busy for as long as the system does not count
	}
	require.Greater(t, process.CPU(), cpu)

	written := process.Written()
	require.NoError(t, os.WriteFile(filepath.Join(t.TempDir(), "file"), make([]byte, 1<<20), 0o600))
	require.GreaterOrEqual(t, process.Written()-written, int64(1<<20))

	memory := make([]byte, 64<<20)
	for i := range memory {
		memory[i] = 1
	}
	require.GreaterOrEqual(t, process.Resident(), int64(64<<20))
	require.GreaterOrEqual(t, process.MostResident(), int64(64<<20))
	require.NotZero(t, memory[len(memory)/2])
}
