package golden

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// update is the flag that has files written anew, or nil if somebody else has defined one of this name.
var update = define()

func define() *bool {
	if flag.Lookup("update") != nil {
		return nil
	}
	return flag.Bool("update", false, "write the golden files anew")
}

func updating() bool {
	if update != nil {
		return *update
	}
	return flag.Lookup("update").Value.String() == "true"
}

// Run runs an orchestration with exec as [orchestratetest.Deterministic] does, compares what it did and returned with
// the golden file that has the test's name, and returns its result.
func Run[T any](t orchestratetest.TB, flow orchestrate.Orchestration[T], exec executor.Executor) (T, error) {
	require(t, "Run")
	t.Helper()
	if exec == nil {
		t.Errorf("golden.Run: the executor is nil")
		t.FailNow()
	}
	var trace orchestratetest.Trace
	result, err := orchestratetest.Deterministic(t, flow, orchestratetest.Record(exec, &trace))
	text := write(trace)
	if err != nil {
		text += "fails: " + show.WholeError(err) + "\n"
	} else {
		text += "returns: " + show.Whole(result) + "\n"
	}
	check(t, t.Name(), text, updating())
	return result, err
}

// Check compares a trace with the golden file of the given name, testdata/NAME.golden. Parts of the name that are
// divided by slashes, as those of subtests are, become directories. Without a name it is the test's.
func Check(t orchestratetest.TB, name string, trace orchestratetest.Trace) {
	require(t, "Check")
	t.Helper()
	if name == "" {
		name = t.Name()
	}
	check(t, name, write(trace), updating())
}

func check(t orchestratetest.TB, name, got string, updating bool) {
	t.Helper()
	file := path(name)
	old, err := os.ReadFile(file)
	want := strings.ReplaceAll(string(old), "\r\n", "\n") // as some check files out
	switch {
	case updating && want == got && err == nil:
	case updating:
		if err := replace(file, got); err != nil {
			t.Errorf("golden file %s: %v", file, err)
		}
	case errors.Is(err, fs.ErrNotExist):
		t.Errorf("there is no golden file %s: write it %s", file, how(t))
	case err != nil:
		t.Errorf("golden file: %v", err)
	case want != got:
		t.Errorf("the workflow does not do what is in %s:\n%s\nIf it should do this, write the file %s", file,
			diff(lines(want), lines(got)), how(t))
	}
}

func how(t orchestratetest.TB) string {
	return fmt.Sprintf("with the flag -update, as in go test -run '%s$' -update", t.Name())
}

// path is the file of a name. What some file systems do not have in names becomes an underscore.
func path(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
	return filepath.Join("testdata", filepath.FromSlash(filepath.Clean("/"+name))+".golden")
}

// replace writes the file as a whole.
func replace(file, text string) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".golden-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// write writes a trace: the step and the action of each call, and what came of it below.
func write(trace orchestratetest.Trace) string {
	width := 0
	for _, c := range trace {
		width = max(width, len(c.Path))
	}
	var b strings.Builder
	for _, c := range trace.Sorted() {
		fmt.Fprintf(&b, "%-*s  %s\n", width, c.Path, show.Whole(c.Action))
		if _, void := c.Result.(actions.Void); c.Result != nil && !void {
			fmt.Fprintf(&b, "%*s  → %s\n", width, "", show.Whole(c.Result))
		}
		if c.Err != nil {
			fmt.Fprintf(&b, "%*s  → error: %s\n", width, "", show.WholeError(c.Err))
		}
	}
	return b.String()
}

func require(t orchestratetest.TB, function string) {
	if t == nil {
		panic("golden." + function + ": the test is nil")
	}
}
