package command_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

func TestWhatCannotBeDoneIsBadUsage(t *testing.T) {
	t.Parallel()
	root := plant(t, "-- a.md --\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to check"},
		{[]string{"-nonsense", root}, "flag provided but not defined: -nonsense"},
		{[]string{"-exclude", "/(/", root}, "missing closing )"},
		{[]string{"-exclude", "", root}, "the pattern is empty"},
		{[]string{"-timeout", "soon", root}, "invalid value"},
		{[]string{"-timeout", "0", root}, "-timeout must be positive, got 0s"},
		{[]string{"-concurrency", "0", root}, "-concurrency must be at least 1, got 0"},
		{[]string{"-rate", "-1", root}, "-rate must be at least 1, got -1"},
		{[]string{"-retries", "-1", root}, "-retries must be at least 0, got -1"},
		{[]string{"-depth", "-1", root}, "-depth must be at least 0, got -1"},
		{[]string{"-offline", "https://example.com"}, "https://example.com cannot be checked with -offline"},
		{[]string{root, "-offline"}, "flags go before the first PATH; a file of that name is ./-offline"},
		{[]string{root, ""}, `a PATH is empty; the current directory is "."`},
		{[]string{filepath.Join(root, "gone")}, "gone: no such file or directory"},
		{[]string{"-root", filepath.Join(root, "x"), root}, "is not below the root"},
	} {
		code, out, complaints := run(t, root, c.args...)
		require.Equal(t, command.Usage, code, "%q", c.args)
		require.Empty(t, out)
		require.Contains(t, complaints, c.want)
	}
}

func TestHelpIsNoMistake(t *testing.T) {
	t.Parallel()
	code, out, complaints := run(t, "", "-h")
	require.Equal(t, command.Alive, code)
	require.Empty(t, out)
	require.Contains(t, complaints, "usage: linkcheck [flags] PATH|URL...")
	require.Contains(t, complaints, "-offline")
}

func TestATreeWithoutDeadLinksIsAlive(t *testing.T) {
	t.Parallel()
	root := plant(t, "-- a.md --\n[b](b.md#title)\n-- b.md --\n# Title\n")
	code, out, complaints := run(t, root, root)
	require.Equal(t, command.Alive, code)
	require.Equal(t, "no dead links in 2 documents with 1 link\n", out)
	require.Empty(t, complaints, "there is no bar in a pipe")
}

func TestWhatIsExcludedIsLeftOut(t *testing.T) {
	t.Parallel()
	root := plant(t, "-- a.md --\n[b](gone.md) [c](lost.md)\n-- vendor/b.md --\n[c](gone.md)\n")
	code, out, _ := run(t, root, "-offline", "-exclude", "gone.*", "-exclude", "vendor", "-exclude", "/^lo.t/", root)
	require.Equal(t, command.Alive, code)
	require.Equal(t, "no dead links in 1 document with 2 links, of which 2 not checked\n", out)

	root = plant(t, "-- a.md --\n[b](gone/) [c](http://a.site/x/) [d](http://a.site) [e](http://b.site/y)\n")
	code, out, _ = run(t, root,
		"-exclude", "gone/", "-exclude", "http://a.site/x/", "-exclude", "http://a.site/", "-exclude", "http://b.site/y/",
		root)
	require.Equal(t, command.Alive, code)
	require.Equal(t, "no dead links in 1 document with 4 links, of which 4 not checked\n", out)
}

func TestALogHasEachActionAndTheRetries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root := plant(t, "-- a.md --\n[b](http://flaky.site/)\n")
	var out, logged bytes.Buffer
	c := command.Command{Out: &out, Err: &logged, Transport: s.transport}
	require.Equal(t, command.Alive, c.Run(t.Context(), []string{"-v", root}))
	require.Equal(t, "no dead links in 1 document with 1 link\n", out.String())
	for _, line := range []string{
		"check.Read: succeeded", "check.Head: failed", "check.Get: retry scheduled",
		"the server answers 500 Internal Server Error",
		`"URL":"http://flaky.site/"`,
	} {
		require.Contains(t, logged.String(), line)
	}
}

func TestAPageIsCheckedByItsURLAndCrawled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var out, complaints bytes.Buffer
	c := command.Command{Out: &out, Err: &complaints, Transport: s.transport}
	code := c.Run(t.Context(), []string{"-json", "-depth=1", "http://linked.site/"})
	require.Empty(t, complaints.String())
	require.Equal(t, command.Dead, code)
	var report struct {
		Documents, Links, Broken int
		Findings                 []struct{ File, Link, Kind string }
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &report))
	require.Equal(t, 3, report.Documents)
	require.Equal(t, 2, report.Broken)
	require.Equal(t, []struct{ File, Link, Kind string }{
		{"http://linked.site/", "http://good.site/missing", "bad-status"},
		{"http://linked.site/one", "#gone", "no-anchor"},
	}, report.Findings)
}

func TestAReportThatCannotBeWrittenIsNotSilent(t *testing.T) {
	t.Parallel()
	root := plant(t, "-- a.md --\n")
	var complaints bytes.Buffer
	c := command.Command{Out: full{}, Err: &complaints}
	require.Equal(t, command.Usage, c.Run(t.Context(), []string{root}))
	require.Equal(t, "linkcheck: disk full\n", complaints.String())
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
