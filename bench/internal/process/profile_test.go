package process_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/bench/internal/process"
)

func TestAProfileIsWrittenIfItIsWanted(t *testing.T) { //nolint:paralleltest // there is one profile in a process
	dir, failed := t.TempDir(), errors.New("failed")
	f := func() error { return failed }
	require.ErrorIs(t, process.Profiled(false, filepath.Join(dir, "unwanted"), f), failed)
	require.NoFileExists(t, filepath.Join(dir, "unwanted"))
	require.ErrorIs(t, process.Profiled(true, filepath.Join(dir, "wanted"), f), failed)
	require.FileExists(t, filepath.Join(dir, "wanted"))
	err := process.Profiled(true, filepath.Join(dir, "missing", "file"), func() error {
		t.Error("it is called without a file for its profile")
		return nil
	})
	require.ErrorContains(t, err, "missing")
}
