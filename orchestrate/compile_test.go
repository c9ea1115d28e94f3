package orchestrate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// snippet is a package with one statement, in which y is a yield, Fetch forgot to embed Returns, and Count has an int
// for a result.
const snippet = `package snippet

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

type Fetch struct{ Name string }

type Count struct {
	actions.Returns[int]
	Name string
}

var (
	_ context.Context
	_ executor.Executor
	_ orchestrate.Branch
	_ kit.Line
)

func _(y actions.Yield) {
	%s
}
`

func TestMistakesAreCompileErrorsThatSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		forgot    = "A (type Fetch) does not satisfy actions.Of[R] (missing method mustEmbedReturns)"
		forgotToo = "Fetch does not implement actions.Action (missing method mustEmbedReturns)"
		hasResult = "A (type Count) does not satisfy actions.Of[actions.Void] (wrong type for method returns)"
		haveInt   = "A (type Count) does not satisfy actions.Of[R] (wrong type for method returns)"
	)
	mistakes := []struct{ statement, want string }{
		{`orchestrate.Do(y, Fetch{})`, forgot},
		{`_ = orchestrate.Lift(Fetch{})`, forgot},
		{`_ = orchestrate.Each(Fetch{})`, forgot},
		{`_ = orchestrate.Into(nil, Fetch{})`, forgot},
		{`_ = orchestrate.When(Fetch{}, nil)`, forgot},
		{`_ = executor.On(func(context.Context, Fetch) (int, error) { return 0, nil })`, forgot},
		{
			`_ = executor.OnVoid(func(context.Context, Fetch) error { return nil })`,
			strings.Replace(forgot, "Of[R]", "Of[actions.Void]", 1),
		},
		{`y(Fetch{})`, forgotToo},
		{`orchestrate.Undoable(y, nil, Count{}, Fetch{})`, forgotToo},
		{`orchestrate.Tell(y, Count{})`, hasResult},
		{`_ = executor.OnVoid(func(context.Context, Count) error { return nil })`, hasResult},
		{`_ = executor.On(func(context.Context, Count) (string, error) { return "", nil })`, haveInt},
		{`_ = orchestrate.When(Count{}, func(string) error { return nil })`, haveInt},
		{`_ = orchestrate.Into(new(string), Count{})`, haveInt},
		{
			`var s string; s, _ = orchestrate.Do(y, Count{}); _ = s`,
			"cannot use orchestrate.Do(y, Count{}) (value of type int) as string value in assignment",
		},
		{`_ = kit.Expect(Fetch{})`, forgot},
		{`_ = kit.ExpectType[Fetch]()`, forgot},
		{`_ = kit.Expect(Count{}).Return("a")`, `cannot use "a" (untyped string constant) as int value in argument`},
		{`_ = kit.On(nil, Count{}).Return("a")`, `cannot use "a" (untyped string constant) as int value in argument`},
		{
			`_ = kit.ExpectType[Count]().Do(func(context.Context, Count) (string, error) { return "", nil })`,
			"as func(ctx context.Context, a Count) (int, error) value in argument",
		},
		{`orchestrate.Do(y, Count{})`, ""},
		{`_ = kit.ExpectMatch(func(a Count) bool { return a.Name == "a" }).Return(1)`, ""},
	}
	statements := make([]string, len(mistakes))
	for i, m := range mistakes {
		statements[i] = m.statement
	}
	errs := compile(t, statements)
	for i, m := range mistakes {
		if m.want == "" {
			require.Empty(t, errs[i], m.statement)
		} else {
			require.Contains(t, errs[i], m.want, m.statement)
		}
	}
}

// compile compiles a package for each statement and returns what the compiler says about each.
func compile(t *testing.T, statements []string) []string {
	t.Helper()
	sources := make([]string, len(statements))
	for i, s := range statements {
		sources[i] = fmt.Sprintf(snippet, s)
	}
	overlay, packages := overlaid(t, sources)
	output := goCommand(t, append([]string{"build", "-overlay", overlay}, packages...)...)
	errs := make([]string, len(statements))
	for part := range strings.SplitSeq("\n"+output, "\n# github.com/baton-go/baton/orchestrate/snippet/") {
		var i int
		if _, err := fmt.Sscanf(part, "%d", &i); err == nil {
			errs[i] = part
		}
	}
	return errs
}

// overlaid makes packages of sources. They exist in an overlay of this module only, so nothing has to be fetched.
func overlaid(t *testing.T, sources []string) (overlay string, packages []string) {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	temp := t.TempDir()
	replace := map[string]string{}
	for i, source := range sources {
		file := filepath.Join(temp, fmt.Sprintf("snippet%d.go", i))
		require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
		replace[filepath.Join(here, "snippet", strconv.Itoa(i), "snippet.go")] = file
		packages = append(packages, fmt.Sprintf("./snippet/%d", i))
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	overlay = filepath.Join(temp, "overlay.json")
	require.NoError(t, os.WriteFile(overlay, content, 0o600))
	return overlay, packages
}

// goCommand runs the go command in this package and returns what it prints, whether it succeeds or not.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "go", args...)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off")
	output, err := cmd.CombinedOutput()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "the go command does not run")
	}
	return string(output)
}

// leaves is a program that prints what becomes of flows of one action, of all kinds of results, in a group.
const leaves = `package main

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

type defined int

func main() {
	show[int]()
	show[defined]()
	show[struct{ A, B string }]()
	show[*int]()
	show[*string]()
	show[error]()
	show[func()]()
	show[[]defined]()
}

func show[R any]() {
	a := actions.Receive[R]{Name: "x"}
	one := func(y actions.Yield) (R, error) { return orchestrate.Do(y, a) }
	flows := append(orchestrate.Each(a, a), orchestrate.Lift(a), one, orchestrate.Lift(a))
	_, _ = orchestrate.All(func(g actions.Action) (any, error) {
		for _, b := range g.(actions.Group).Branches {
			fmt.Print(map[bool]string{true: "leaf ", false: "flow "}[b.Leaf == actions.Action(a)])
		}
		return nil, nil
	}, flows...)
}
`

// The leaves of groups are told by the address of their code, which is the compiler's business: it must be the same
// however the code is compiled. The race detector's turn is when this suite runs under it.
func TestActionsInAGroupStayPlainDataHoweverTheyAreCompiled(t *testing.T) {
	t.Parallel()
	overlay, packages := overlaid(t, []string{leaves})
	for _, flags := range []string{"", "-l", "-N", "-N -l"} {
		output := goCommand(t, "run", "-overlay", overlay, "-gcflags=github.com/baton-go/baton/...="+flags, packages[0])
		require.Equal(t, strings.Repeat("leaf "+"leaf "+"leaf "+"flow "+"leaf ", 8), output, "compiled with %q", flags)
	}
}
