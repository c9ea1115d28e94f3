package cassette_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

func TestATraceBecomesACassette(t *testing.T) {
	t.Parallel()
	config := cassette.Config{
		Workflow: "advice", Redact: []cassette.Redactor{cassette.Secrets("sk-1234")},
		Errors: []cassette.Kind{cassette.Sentinel("advice.errUnknown", errUnknown)},
	}
	group := actions.Group{Mode: actions.Race, Branches: make([]actions.Branch, 2)}
	file := filepath.Join(t.TempDir(), "advice.json")
	require.NoError(t, cassette.Write(file, orchestratetest.Trace{
		{Path: "0", Action: Ask{Whom: "Ada"}, Err: fmt.Errorf("with key sk-1234: %w", errUnknown)},
		{Path: "1", Action: actions.Log{Message: "never mind"}},
		{Path: "1.1.0", Action: Ask{Whom: "Cid"}, Result: "well"},
		{Path: "1.0.0", Action: Ask{Whom: "Bob"}, Err: context.Canceled},
		{Path: "1", Action: group, Result: actions.GroupResult{Decided: 1}},
	}, config))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(text), "sk-1234")
	require.Contains(t, string(text), `"order": [`)

	player, err := cassette.Load(file, config)
	require.NoError(t, err)
	result, err := orchestrate.Run(t.Context(), func(y actions.Yield) (string, error) {
		_, err := orchestrate.Do(y, Ask{Whom: "Ada"})
		require.ErrorIs(t, err, errUnknown)
		return orchestrate.Race(y, orchestrate.Lift(Ask{Whom: "Bob"}), orchestrate.Lift(Ask{Whom: "Cid"}))
	}, player)
	require.NoError(t, err)
	require.Equal(t, "well", result)
	require.NoError(t, player.Done())
}

func TestATraceThatCannotBeRecordedIsNotWritten(t *testing.T) {
	t.Parallel()
	type lossy struct {
		actions.Returns[string]
		hidden int
	}
	file := filepath.Join(t.TempDir(), "advice.json")
	err := cassette.Write(file, orchestratetest.Trace{{Path: "0", Action: lossy{hidden: 1}}}, cassette.Config{})
	require.ErrorContains(t, err, "advice.json is not written: cassette_test.lossy cannot be recorded")
	require.NoFileExists(t, file)
	err = cassette.Write(filepath.Join(t.TempDir(), "\x00"), nil, cassette.Config{})
	require.ErrorContains(t, err, "cassette ")
}
