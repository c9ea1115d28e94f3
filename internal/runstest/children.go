package runstest

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// childVariable names what a process that a test started is to do.
const childVariable = "BATON_TEST_CHILD"

// Children are what the processes that tests start do, by name, with their own arguments in os.Args[1:].
type Children map[string]func()

// Main does what this process was started for, if it is a child. TestMain calls it first, and returns if it was.
func (c Children) Main() (child bool) {
	name := os.Getenv(childVariable)
	if name != "" {
		c[name]()
	}
	return name != ""
}

// Command prepares a process, of the test's own binary, that does what the name says.
func (c Children) Command(tb testing.TB, name string, args ...string) *exec.Cmd {
	tb.Helper()
	require.Contains(tb, c, name)
	self, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.CommandContext(tb.Context(), self, args...)
	cmd.Env = append(os.Environ(), childVariable+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}
