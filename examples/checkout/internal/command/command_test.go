package command_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/checkout/internal/command"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick has nothing take long, nothing break off, and nobody be too late.
var quick = []string{"-pace", "5ms", "-trouble", "0", "-carriers", "swift,mule", "-offers-within", "1h"}

// run runs the shop quickly, and returns its exit code and what it has said.
func run(ctx context.Context, in io.Reader, args ...string) (code int, out, complaints string) {
	var o, e bytes.Buffer
	c := command.Command{In: in, Out: &o, Err: &e}
	code = c.Run(ctx, append(slices.Clone(quick), args...))
	return code, o.String(), e.String()
}

func TestEachOrderIsSoldOrItIsToldWhyNot(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	code, out, complaints := run(t.Context(), strings.NewReader(""), "-dir", dir)
	require.Equal(t, command.Done, code, complaints)
	require.Empty(t, complaints)
	require.Contains(t, out, "new orders: 8\n")
	require.Contains(t, out, "\norder-3   -          the bank has declined the card\n")
	require.Contains(t, out, "\norder-4   -          it is sold out\n")
	require.Contains(t, out, "\nIt adds up.\n")

	code, out, complaints = run(t.Context(), strings.NewReader(""), "-dir", dir, "-orders", "9")
	require.Equal(t, command.Done, code, complaints)
	require.Contains(t, out, "\nnew orders: 1\n")
	require.NotContains(t, out, "order-1   charge", "it has ended")

	code, out, complaints = run(t.Context(), strings.NewReader(""), "-dir", dir, "-orders", "1", "-fresh")
	require.Equal(t, command.Done, code, complaints)
	require.Contains(t, out, "\nnew orders: 1\n")
	require.NotContains(t, out, "order-2")
}

func TestTheManagerIsAskedUntilTheAnswerIsOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, patience, want string }{
		{"hm\nyes\n", "1h", "order-2     4005.00  1 × piano"},
		{"hm\nno\n", "1h", "order-2   -          the manager has said no"},
		{"hm\n", "50ms", "order-2   -          the manager has not answered in time"},
	} {
		code, out, complaints := run(t.Context(), strings.NewReader(c.typed),
			"-dir", t.TempDir(), "-orders", "2", "-manager", "ask", "-patience", c.patience)
		require.Equal(t, command.Done, code, complaints)
		require.Contains(t, out, c.want, c.typed)
	}
}

// An order waits for the manager; the interrupt closes the shop at once, and the next time the order is there.
func TestAnInterruptClosesTheShopAndTheNextTimeItGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	in, typing := io.Pipe()
	asked := &watch{want: "Shall we?", seen: interrupt}
	var complaints bytes.Buffer
	c := command.Command{In: in, Out: asked, Err: &complaints}
	require.Equal(t, command.Interrupted, c.Run(ctx, append(slices.Clone(quick),
		"-dir", dir, "-orders", "2", "-manager", "ask", "-patience", "1h")))
	require.NoError(t, typing.Close())
	require.Contains(t, complaints.String(), "checkout: not every order has ended: ")

	code, out, said := run(t.Context(), strings.NewReader(""), "-dir", dir, "-orders", "2", "-manager", "yes")
	require.Equal(t, command.Done, code, said)
	require.Contains(t, out, "order-2   goes on; on record: ")
	require.Contains(t, out, "order-2   the manager says yes\n")
	require.Contains(t, out, "\nIt adds up.\n")
}

// watch calls a function when somebody writes the text that it waits for.
type watch struct {
	want string
	seen func()
}

func (w *watch) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.want)) {
		w.seen()
	}
	return len(p), nil
}

func TestWhatCannotBeDoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-manager", "maybe"}, {"-orders", "-1"}, {"-at-once", "0"}, {"-pace", "0s"}, {"-trouble", "1"}, {"order"}, {"-x"},
	} {
		code, out, complaints := run(t.Context(), strings.NewReader(""), args...)
		require.Equal(t, command.Usage, code, args)
		require.Empty(t, out)
		require.Contains(t, complaints, "usage: checkout")
	}
	code, _, complaints := run(t.Context(), strings.NewReader(""), "-h")
	require.Equal(t, command.Done, code)
	require.Contains(t, complaints, "usage: checkout")
}
