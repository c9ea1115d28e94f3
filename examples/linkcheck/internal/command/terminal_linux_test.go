package command_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

// terminal opens a pseudo-terminal: what is written to it, and the side that a person looks at.
func terminal(t *testing.T) (program, person *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { person.Close() })
	fd := int(person.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: 60}))
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	return program, person
}

func TestOnATerminalThereIsABar(t *testing.T) {
	t.Parallel()
	root := plant(t, "-- a.md --\n[b](b.md)\n-- b.md --\n")
	program, person := terminal(t)
	var out bytes.Buffer
	c := command.Command{Out: &out, Err: program}
	require.Equal(t, command.Alive, c.Run(t.Context(), []string{"-offline", root}))
	require.NoError(t, program.Close())
	drawn, err := io.ReadAll(person) // ends with an error, as nobody has the other side any more
	require.Error(t, err)
	require.Contains(t, string(drawn), "documents   2/2 [########################################]\r")
	require.True(t, strings.HasSuffix(string(drawn), " \r"), "cleared at the end")
	require.Equal(t, "no dead links in 2 documents with 1 link\n", out.String())
}
