package file_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

const acknowledged = 20

// childAcknowledge makes writes, and does not close the store.
func childAcknowledge() {
	if err := acknowledge(context.Background(), os.Args[1]); err != nil {
		fmt.Println(err)
	}
}

func acknowledge(ctx context.Context, dir string) error {
	s, err := file.Open(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := s.Create(ctx, []store.Run{pending("r")}); err != nil {
		return err
	}
	c, err := s.Claim(ctx, store.Claim{Owner: "o", Lease: 1 << 40, Max: 1, Flows: []string{runstest.Flow}})
	if err != nil {
		return err
	}
	for n := range int64(acknowledged) {
		if err := tryCommit(ctx, s, step(c.Runs[0].Run, n)); err != nil {
			return err
		}
	}
	return nil
}

// What a disk in memory says about the order of things holds for a real one if it is asked for the same: each
// acknowledged write is one sync of the journal, and the names of the files are synced, too.
func TestTheDiskIsAskedToKeepEachWriteOnce(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		require.NotEqual(t, "1", os.Getenv("BATON_REQUIRE_ALL"), err)
		t.Skip(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	c := children.Command(t, "acknowledge", filepath.Join(dir, "store"))
	trace := filepath.Join(dir, "trace")
	c.Args = append([]string{strace, "-f", "-y", "-o", trace, "-e", "trace=fsync", c.Path}, c.Args[1:]...)
	c.Path = strace
	out, err := c.Output()
	require.NoError(t, err)
	require.Empty(t, string(out))
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	synced := func(name string) int {
		path := regexp.QuoteMeta(filepath.Join(dir, name))
		return len(regexp.MustCompile(`fsync\(\d+<`+path+`>`).FindAll(text, -1))
	}
	require.Equal(t, 1, synced(""), "the name of the store")
	require.Equal(t, 1, synced("store"), "the names in it")
	require.Equal(t, 1, synced("store/journal"), "the name of the journal")
	require.Equal(t, acknowledged+2, synced("store/journal/00000001.jsonl"))
}
