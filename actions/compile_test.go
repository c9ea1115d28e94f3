package actions_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs that the compiler must refuse, and what its message must say.
func TestForgettingReturnsIsACompileErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles programs")
	}
	for name, c := range map[string]struct{ program, want string }{
		"no Returns": {
			`type Fetch struct{ N int }
			var _ actions.Action = Fetch{}`,
			"Fetch does not implement actions.Action (missing method mustEmbedReturns)",
		},
		"a handler with another result": {
			`type Fetch struct{ actions.Returns[int] }
			var _ = executor.On(func(context.Context, Fetch) (string, error) { return "", nil })`,
			"have returns(int)",
		},
		"a result from a handler that has none": {
			`type Greet struct{ actions.Returns[int] }
			var _ = executor.OnVoid(func(context.Context, Greet) error { return nil })`,
			"want returns(actions.Void)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := compile(t, c.program)
			require.Error(t, err)
			require.Contains(t, out, c.want)
		})
	}
	out, err := compile(t, `type Fetch struct{ actions.Returns[int] }
		var _ = executor.On(func(context.Context, Fetch) (int, error) { return 0, nil })`)
	require.NoError(t, err, out)
}

// compile has the compiler look at a program as if it stood in a directory below this one.
func compile(t *testing.T, program string) (string, error) {
	t.Helper()
	const head = "package p\n\nimport (\n\t\"context\"\n\n\t\"github.com/baton-go/baton/actions\"\n" +
		"\t\"github.com/baton-go/baton/executor\"\n)\n\nvar _ context.Context\n\nvar _ executor.Executor\n\n"
	here, err := os.Getwd()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "p.go")
	require.NoError(t, os.WriteFile(file, []byte(head+program+"\n"), 0o600))
	overlay, err := json.Marshal(map[string]any{
		"Replace": map[string]string{filepath.Join(here, "program", "p.go"): file},
	})
	require.NoError(t, err)
	overlayFile := filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(overlayFile, overlay, 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlayFile, "./program").CombinedOutput()
	return string(out), err
}
