package golden_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/golden"
)

type (
	// Price asks for a price.
	Price struct {
		actions.Returns[int]
		Thing string
	}
	// Pay pays, and has no result.
	Pay struct {
		actions.Returns[actions.Void]
		Cents int
	}
)

// Buy buys things: it asks for all prices side by side, and pays the sum.
func Buy(y actions.Yield, things []string) (int, error) {
	flows := make([]orchestrate.Orchestration[int], len(things))
	for i, thing := range things {
		flows[i] = orchestrate.Lift(Price{Thing: thing})
	}
	prices, err := orchestrate.All(y, flows...)
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, p := range prices {
		sum += p
	}
	return sum, orchestrate.Tell(y, Pay{Cents: sum})
}

func shop(broke error) executor.Executor {
	return combinators.Parallelize()(executor.NewMux(
		executor.On(func(_ context.Context, a Price) (int, error) { return len(a.Thing), nil }),
		executor.OnVoid(func(context.Context, Pay) error { return broke }),
	))
}

// fakeT is a test that writes down how it fails.
type fakeT struct {
	name  string
	texts []string
}

func (*fakeT) Helper()        {}
func (f *fakeT) Name() string { return f.name }
func (*fakeT) Cleanup(func()) {}
func (*fakeT) FailNow()       { runtime.Goexit() }
func (f *fakeT) Errorf(format string, args ...any) {
	f.texts = append(f.texts, fmt.Sprintf(format, args...))
}

// run runs a test and returns what it was told.
func run(name string, test func(t *fakeT)) string {
	t := &fakeT{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(t)
	}()
	<-done
	return strings.Join(t.texts, "\n---\n")
}

func TestARunIsComparedWithItsFile(t *testing.T) {
	t.Parallel()
	sum, err := golden.Run(t, orchestrate.Bind(Buy, []string{"bread", "butter"}), shop(nil))
	require.NoError(t, err)
	require.Equal(t, 11, sum)
	_, err = golden.Run(t, orchestrate.Bind(Buy, []string{"bread", "butter"}), shop(nil))
	require.NoError(t, err, "it is the same every time")
}

func TestAFailureIsInTheFileToo(t *testing.T) {
	t.Parallel()
	for name, broke := range map[string]error{
		"one line": errors.New("broke"), "two lines": errors.New("really\nbroke"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := golden.Run(t, orchestrate.Bind(Buy, []string{"bread"}), shop(broke))
			require.ErrorIs(t, err, broke)
		})
	}
}

func TestATraceIsComparedByName(t *testing.T) {
	t.Parallel()
	golden.Check(t, "a trace: in/order", orchestratetest.Trace{
		{Path: "10", Action: Pay{Cents: 10}, Result: actions.Void{}},
		{Path: "2.0.0", Action: Price{Thing: strings.Repeat("long ", 200)}, Result: 1000},
		{Path: "2", Action: actions.Log{Message: "hello"}},
	})
	require.FileExists(t, filepath.Join("testdata", "a trace_ in", "order.golden"))
	golden.Check(t, "../../escape", nil)
	require.FileExists(t, filepath.Join("testdata", "escape.golden"))
	golden.Check(t, "", nil)
}

func TestAChangeOfTheWorkflowIsShown(t *testing.T) {
	t.Parallel()
	got := run("TestARunIsComparedWithItsFile", func(t *fakeT) {
		_, _ = golden.Run(t, orchestrate.Bind(Buy, []string{"bread", "jam", "butter"}), shop(nil))
	})
	require.Equal(t, `the workflow does not do what is in testdata/TestARunIsComparedWithItsFile.golden:
  0.0.0  golden_test.Price{Thing: "bread"}
         → 5
- 0.1.0  golden_test.Price{Thing: "butter"}
+ 0.1.0  golden_test.Price{Thing: "jam"}
+        → 3
+ 0.2.0  golden_test.Price{Thing: "butter"}
         → 6
- 1      golden_test.Pay{Cents: 11}
- returns: 11
+ 1      golden_test.Pay{Cents: 14}
+ returns: 14
If it should do this, write the file with the flag -update, as in `+
		"go test -run 'TestARunIsComparedWithItsFile$' -update", filepath.ToSlash(got))
}

func TestAWorkflowThatIsNotDeterministicHasNoFile(t *testing.T) {
	t.Parallel()
	n := 0
	got := run("TestARunIsComparedWithItsFile", func(t *fakeT) {
		_, _ = golden.Run(t, func(y actions.Yield) (int, error) {
			n++
			return orchestrate.Do(y, Price{Thing: strconv.Itoa(n)})
		}, shop(nil))
	})
	require.Contains(t, got, "the orchestration is not deterministic")
	require.NotContains(t, got, "testdata")
}

func TestMisuseIsTold(t *testing.T) {
	t.Parallel()
	require.Equal(t, "there is no golden file testdata/TestNowhere/x.golden: write it with the flag -update, as in "+
		"go test -run 'TestNowhere/x$' -update", filepath.ToSlash(run("TestNowhere/x", func(t *fakeT) {
		golden.Check(t, "", nil)
	})))
	require.Equal(t, "golden.Run: the executor is nil", run("x", func(t *fakeT) { _, _ = golden.Run(t, nilFlow, nil) }))
	require.Equal(t, "orchestratetest.Deterministic: the flow is nil", run("x", func(t *fakeT) {
		_, _ = golden.Run(t, nilFlow, shop(nil))
	}))
	require.PanicsWithValue(t, "golden.Check: the test is nil", func() { golden.Check(nil, "x", nil) })
	require.PanicsWithValue(t, "golden.Run: the test is nil", func() { _, _ = golden.Run(nil, nilFlow, nil) })
}

var nilFlow orchestrate.Orchestration[int]

func TestAFileIsWrittenAnew(t *testing.T) {
	t.Chdir(t.TempDir())
	file := filepath.Join("testdata", "a", "b.golden")
	for _, text := range []string{"first\n", "second\n", "second\n", ""} {
		require.Empty(t, run("x", func(t *fakeT) { golden.Update(t, "a/b", text) }))
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		entries, err := os.ReadDir(filepath.Dir(file))
		require.NoError(t, err)
		require.Len(t, entries, 1, "nothing else is left")
	}
	require.NoError(t, os.WriteFile(file, []byte("0  golden_test.Pay{Cents: 1}\r\n"), 0o600))
	golden.Check(t, "a/b", orchestratetest.Trace{{Path: "0", Action: Pay{Cents: 1}}})

	require.Contains(t, run("x", func(t *fakeT) { golden.Update(t, "a/b.golden/c", "") }),
		"golden file "+filepath.Join(file, "c.golden")+": ")
	require.NoError(t, os.MkdirAll(filepath.Join("testdata", "d.golden"), 0o700))
	require.Contains(t, run("x", func(t *fakeT) { golden.Update(t, "d", "x") }), "golden file ")
	require.Contains(t, run("x", func(t *fakeT) { golden.Check(t, "d", nil) }), "golden file: read ")
	entries, err := os.ReadDir("testdata")
	require.NoError(t, err)
	require.Len(t, entries, 2, "no temporary file is left")
}

func TestTheFlagIsDefined(t *testing.T) {
	t.Parallel()
	require.NotNil(t, flag.Lookup("update"))
	require.Equal(t, "write the golden files anew", flag.Lookup("update").Usage)
}
