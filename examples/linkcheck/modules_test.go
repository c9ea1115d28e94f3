package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/disk"
	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// richModules are modules with many links in their Markdown, in documents of all kinds.
var richModules = []string{
	"k8s.io/kubernetes@v1.34.0",
	"github.com/tektoncd/pipeline@v1.3.0",
	"github.com/cosmos/cosmos-sdk@v0.50.10",
	"github.com/prometheus-operator/prometheus-operator@v0.84.0",
	"github.com/argoproj/argo-cd/v2@v2.14.0",
}

// enough is how many links there are to be in them.
const enough = 50_000

// richTrees downloads the rich modules and returns where they are. What else is in the module cache nobody knows, and
// whoever downloads something meanwhile changes it.
func richTrees(tb testing.TB) (roots []string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("downloads modules: not with -short")
	}
	download := exec.Command("go", append([]string{"mod", "download", "-json"}, richModules...)...)
	download.Dir = tb.TempDir() // no module's own rules
	var message strings.Builder
	download.Stderr = &message
	answer, err := download.Output()
	if err != nil {
		why := fmt.Sprintf("cannot download the modules to check: %v\n%s%s", err, answer, &message)
		if os.Getenv("BATON_REQUIRE_ALL") == "1" {
			tb.Fatal(why)
		}
		tb.Skip(why)
	}
	for modules := json.NewDecoder(bytes.NewReader(answer)); modules.More(); {
		var module struct{ Dir string }
		require.NoError(tb, modules.Decode(&module))
		roots = append(roots, module.Dir)
	}
	require.Len(tb, roots, len(richModules))
	return roots
}

func TestEveryLinkOfRichModulesIsJudgedAsTheOracleDoes(t *testing.T) {
	t.Parallel()
	documents, links, located := 0, 0, 0
	for _, root := range richTrees(t) {
		report := checkTree(t, root)
		located += judgeAsOracle(t, root, report)
		documents, links = documents+report.Documents, links+report.Links
	}
	require.Greater(t, links, enough)
	if !raceEnabled {
		require.Greater(t, located, enough/2)
	}
	t.Logf("%d links in %d documents, %d located by a look at the lines", links, documents, located)
}

// judgeAsOracle compares a report of a tree with the oracle, and returns how many links could be located by a look at
// the lines.
func judgeAsOracle(t *testing.T, root string, report check.Report) (located int) {
	t.Helper()
	found := map[string][]string{}
	for _, f := range report.Findings {
		found[f.File] = append(found[f.File], dead(string(f.Kind), f.Link))
	}

	o := newOracle(root)
	parser := markup.NewParser()
	documents := documentsIn(t, root)
	require.Equal(t, len(documents), report.Documents)
	if raceEnabled { // it takes ten times as long then, and the oracle does nothing at once
		documents = slices.DeleteFunc(documents, func(name string) bool { return len(name)%25 != 0 })
	}
	links, skipped := 0, 0
	var differences []string
	for _, name := range documents {
		page, err := o.page(name)
		require.NoError(t, err)
		want, s, err := o.findings(name)
		require.NoError(t, err)
		links, skipped = links+len(page.links)+len(page.undefined), skipped+s

		source, err := readText(name)
		require.NoError(t, err)
		document := markup.HTML(source)
		if isMarkdown(name) {
			document = parser.Markdown(source)
			located += requireNaivePositions(t, name, source, document.Links)
		}
		got := make([]string, len(document.Links))
		for i, l := range document.Links {
			got[i] = l.Target
		}
		differences = append(differences, difference(name, canonicals(page.links), canonicals(got))...)
		differences = append(differences, difference(name, want, found[name])...)
	}
	require.Empty(t, differences)
	if !raceEnabled {
		require.Equal(t, links, report.Links)
		require.Equal(t, skipped, report.Skipped)
	}
	return located
}

// checkTree checks a tree without the network.
func checkTree(tb testing.TB, root string) check.Report {
	tb.Helper()
	exec := policy.Stack(policy.Default())(executor.NewMux(disk.Handlers()))
	job := check.Job{Paths: []string{root}, Root: root, Offline: true}
	report, err := orchestrate.Run(tb.Context(), orchestrate.Bind(check.Links, job), exec)
	require.NoError(tb, err)
	require.False(tb, report.Interrupted)
	return report
}

// documentsIn walks a tree for documents.
func documentsIn(t *testing.T, root string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".hg", ".svn", "node_modules"}, d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular() && (isMarkdown(path) || isPage(path)):
			names = append(names, path)
		}
		return nil
	}))
	return names
}

// difference tells what only one of the two has found, however often.
func difference(name string, oracle, checker []string) (lines []string) {
	surplus := map[string]int{}
	for _, s := range checker {
		surplus[s]++
	}
	for _, s := range oracle {
		surplus[s]--
	}
	for s, n := range surplus {
		if n != 0 {
			lines = append(lines, fmt.Sprintf("%s: %q: the checker has %+d more than the oracle", name, s, n))
		}
	}
	return lines
}

func canonicals(links []string) []string {
	all := make([]string, len(links))
	for i, l := range links {
		all[i] = canonical(l)
	}
	slices.Sort(all)
	return all
}

// dead is a finding in short. The file system knows one kind of a name that is not there.
func dead(kind, link string) string {
	if kind == string(check.WrongCase) {
		kind = string(check.NoFile)
	}
	return kind + " " + canonical(link)
}

// simpleLink is an inline link that anybody recognizes who looks at one line.
var simpleLink = regexp.MustCompile(`\[[^][\\` + "`" + `<>!]*\]\(([^()\s<>\\&%]+)\)`)

// requireNaivePositions requires that simple links are found at the very line and column at which a look at the lines
// finds them, and returns how many it knows. Of a line that has a link twice it knows nothing.
func requireNaivePositions(t *testing.T, name string, source []byte, links []check.Link) (known int) {
	t.Helper()
	lines := strings.Split(string(source), "\n")
	columns := map[string][]int{} // by line and target
	key := func(line int, target string) string { return string(rune(line)) + target }
	for i, line := range lines {
		for _, m := range simpleLink.FindAllStringSubmatchIndex(line, -1) {
			if m[0] > 0 && line[m[0]-1] == '!' {
				m[0]--
			}
			k := key(i+1, line[m[2]:m[3]])
			columns[k] = append(columns[k], len([]rune(line[:m[0]]))+1)
		}
	}
	seen := map[string]int{}
	for _, l := range links {
		seen[key(l.Line, l.Target)]++
	}
	for _, l := range links {
		require.LessOrEqual(t, l.Line, len(lines), "%s", name)
		k := key(l.Line, l.Target)
		if at := columns[k]; len(at) == 1 && seen[k] == 1 {
			require.Equal(t, at[0], l.Column, "the column of %q in %s:%d", l.Target, name, l.Line)
			known++
		}
	}
	return known
}
