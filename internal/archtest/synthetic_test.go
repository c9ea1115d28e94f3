package archtest_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/archtest"
)

// synthetic is a small module that is as its table says.
var synthetic = map[string]string{
	"go.mod":               "module example.org/m\n\ngo 1.26.0\n",
	"core/doc.go":          "// Package core is pure.\npackage core\n",
	"core/core.go":         "package core\n\nimport \"time\"\n\ntype Wait time.Duration\n\nfunc (Wait) Go() {}\n",
	"core/core_test.go":    "package core_test\n\nimport (\n\t\"os\"\n\t\"github.com/stretchr/testify/require\"\n)\n",
	"core/testdata/bad.go": "this is not Go",
	"shell/doc.go":         "// Package shell does.\npackage shell\n",
	"shell/shell.go":       "package shell\n\nimport (\n\t\"example.org/m/core\"\n\t\"example.org/lib/sub\"\n)\n",
	"shell/clock.go":       "package shell\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nvar began = time.Now()\n",
	"shell/shell_test.go":  "package shell_test\n",
	"kittest/doc.go":       "// Package kittest is.\npackage kittest\n\nimport \"github.com/stretchr/testify/require\"\n",
	"kittest/kit_test.go":  "package kittest_test\n",
	"cmd/tool/main.go":     "// Tool is a command.\npackage main\n\nimport \"example.org/m/shell\"\n",
	"cmd/tool/x_test.go":   "package main\n",
	"bench/go.mod":         "module example.org/m/bench\n",
	"bench/bench.go":       "package bench\n\nimport \"example.org/anything\"\n",
}

var syntheticTable = archtest.Table{
	"core":    {Names: 1},
	"shell":   {Imports: []string{"core", "example.org/lib/..."}, Touches: []string{"clock.go"}},
	"kittest": {Imports: []string{"github.com/stretchr/testify/require"}},
	"cmd/...": {Imports: []string{"shell"}},
}

func check(t *testing.T, changes map[string]string) archtest.Report {
	t.Helper()
	files := maps.Clone(synthetic)
	maps.Copy(files, changes)
	tree := fstest.MapFS{}
	for name, content := range files {
		if content != "" {
			tree[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	report, err := archtest.Check(tree, syntheticTable)
	require.NoError(t, err)
	return report
}

func TestAModuleThatIsAsItsTableSaysHasNoProblems(t *testing.T) {
	t.Parallel()
	report := check(t, nil)
	require.Empty(t, report.Problems)
	require.Equal(t, map[string]int{"core": 1, "shell": 0, "kittest": 0, "cmd/tool": 0}, report.Names)
}

func TestWhatIsNotAsTheTableSaysIsAProblem(t *testing.T) {
	t.Parallel()
	imports := func(packages ...string) string {
		return "package core\n\nimport (\n\t\"" + strings.Join(packages, "\"\n\t\"") + "\"\n)\n"
	}
	for name, c := range map[string]struct {
		file, content string
		want          []string
	}{
		"a package that is not listed": {
			"other/doc.go", "// Package other is new.\npackage other\n",
			[]string{"other: is not in the table of internal/archtest"},
		},
		"the root as a package": {
			"root.go", "package m\n",
			[]string{".: is not in the table of internal/archtest"},
		},
		"an arrow that is not listed": {
			"core/x.go", imports("example.org/m/shell"),
			[]string{"core: x.go imports example.org/m/shell, which its row does not list"},
		},
		"a dependency that is not listed": {
			"core/x.go", imports("example.org/lib"),
			[]string{"core: x.go imports example.org/lib, which its row does not list"},
		},
		"a dependency whose name begins like a listed one": {
			"shell/x.go", "package shell\n\nimport \"example.org/library\"\n",
			[]string{"shell: x.go imports example.org/library, which its row does not list"},
		},
		"testify outside tests": {
			"core/x.go", imports("github.com/stretchr/testify/require"),
			[]string{"core: x.go imports github.com/stretchr/testify/require, which belongs into tests and test kits"},
		},
		"a nested module": {
			"core/x.go", imports("example.org/m/bench"),
			[]string{"core: x.go imports example.org/m/bench, which belongs to the nested module example.org/m/bench"},
		},
		"a nested module in a test": {
			"core/x_test.go", imports("example.org/m/bench/sub"),
			[]string{
				"core: x_test.go imports example.org/m/bench/sub, which belongs to the nested module example.org/m/bench",
			},
		},
		"the machine": {
			"core/x.go", imports("os", "os/signal", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand"),
			[]string{
				"core: x.go imports os: it must not touch the machine",
				"core: x.go imports os/signal: it must not touch the machine",
				"core: x.go imports net: it must not touch the machine",
				"core: x.go imports net/http: it must not touch the machine",
				"core: x.go imports math/rand: it must not touch the machine",
				"core: x.go imports math/rand/v2: it must not touch the machine",
				"core: x.go imports crypto/rand: it must not touch the machine",
			},
		},
		"the machine in another file": {
			"shell/x.go", "package shell\n\nimport \"os\"\n",
			[]string{"shell: x.go imports os: it must not touch the machine"},
		},
		"a clock": {
			"core/x.go", "package core\n\nimport \"time\"\n\nfunc f() { _ = time.Now(); time.Sleep(1); _ = time.Tick }\n",
			[]string{
				"core: x.go uses time.Now: it must not read a clock",
				"core: x.go uses time.Sleep: it must not read a clock",
				"core: x.go uses time.Tick: it must not read a clock",
			},
		},
		"a clock by another name": {
			"core/x.go", "package core\n\nimport clock \"time\"\n\nvar f = clock.After\n",
			[]string{"core: x.go uses time.After: it must not read a clock"},
		},
		"a clock without a name": {
			"core/x.go", "package core\n\nimport . \"time\"\n\nvar f = Now\n",
			[]string{"core: x.go imports time without a name, which hides its clocks"},
		},
		"a clock in a context": {
			"core/x.go", "package core\n\nimport \"context\"\n\nvar f = context.WithTimeout\n",
			[]string{"core: x.go uses context.WithTimeout: it must not read a clock"},
		},
		"a goroutine": {
			"core/x.go", "package core\n\nfunc f() { go f() }\n",
			[]string{"core: x.go starts a goroutine"},
		},
		"a goroutine of a group": {
			"core/x.go", "package core\n\nimport \"sync\"\n\nfunc f(w *sync.WaitGroup) { w.Go(nil) }\n",
			[]string{"core: x.go starts a goroutine"},
		},
		"too many names": {
			"core/x.go", "package core\n\nconst A, b = 1, 2\n\nvar C int\n\nfunc D() {}\n\nfunc (Wait) E() {}\n",
			[]string{"core: exports 4 names, and may 1: A C D Wait"},
		},
		"no doc.go": {
			"core/doc.go", "",
			[]string{"core: does not say what it is: no doc.go has a package comment"},
		},
		"a doc.go that says nothing": {
			"core/doc.go", "package core\n",
			[]string{"core: does not say what it is: no doc.go has a package comment"},
		},
		"a command that says nothing": {
			"cmd/tool/main.go", "package main\n",
			[]string{"cmd/tool: does not say what it is: no file has a package comment"},
		},
		"no test": {"cmd/tool/x_test.go", "", []string{"cmd/tool: has no test"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := check(t, map[string]string{c.file: c.content})
			require.Equal(t, c.want, report.Problems)
		})
	}
}

func TestARowWithoutAPackageIsAProblem(t *testing.T) {
	t.Parallel()
	report := check(t, map[string]string{"kittest/doc.go": "", "kittest/kit_test.go": ""})
	require.Equal(t, []string{"kittest: is in the table of internal/archtest, and nowhere else"}, report.Problems)
}

func TestATreeThatIsNoModuleIsAnError(t *testing.T) {
	t.Parallel()
	for want, tree := range map[string]fstest.MapFS{
		"there is no go.mod at the root": {},
		"go.mod: no module line":         {"go.mod": {Data: []byte("go 1.26\n")}},
		"a/x.go:1:1: expected 'package', found x": {
			"go.mod": {Data: []byte("module m\n")}, "a/x.go": {Data: []byte("x")},
		},
	} {
		_, err := archtest.Check(tree, syntheticTable)
		require.ErrorContains(t, err, want)
	}
}
