package expr_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

func build(t *testing.T, text string) rules.Rule[User] {
	t.Helper()
	rule, err := registry.Parse(text)
	require.NoError(t, err)
	return rule
}

func TestAnExpressionIsTheRuleThatItSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a": true, "x": false, "~x": true, "a & x": false, "a | x": true, "x | y": false, "x >> a": true, "a >> x": false,
		"if a then x else b": false, "x ? y : b": true, "a & (x | ~y) & b": true,
		`has_role("admin")`: true, `has_role("root")`: false, "older_than(35) & ~older_than(36)": true,
		"between(1, 36)": true, "between(36.5, 40)": false, `all_of("s", 1h, true)`: true, "any_role": false,
		`any_role("a", "b")`: true, "größe": true, `a:named("n")`: true,
	} {
		y := orchestratetest.ByHand(func(actions.Action) (any, error) { return nil, nil })
		v, err := build(t, text).Check(y, User{Name: "Ada", Age: 36, Roles: []string{"admin"}})
		require.NoError(t, err)
		require.Equal(t, want, v.OK, text)
	}
	require.Equal(t, `all_of("s", 1h0m0s, true)`, build(t, `all_of("s", 60m, true)`).Name())
}

func TestUnknownNamesSuggestTheNearestAndArgumentsAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a &\n has_rol(1)": `2:2: unknown rule "has_rol", did you mean has_role?`,
		"qqqqqq":           `1:1: unknown rule "qqqqqq"`,
		"a:chached": `1:2: unknown modifier "chached", did you mean cached?; ` +
			`the : of a ?: is followed by a space`,
		"has_role":              `1:1: has_role(string) takes 1 argument, and has no arguments`,
		"a(1)":                  `1:1: a takes no arguments, and has 1 argument`,
		"has_role(1)":           `1:10: has_role(string): argument 1 is the int 1, and must be a string`,
		"older_than(1.5)":       `1:12: older_than(int): argument 1 is the number 1.5, and must be an int`,
		"between(1, \"x\")":     `1:12: between(number, number): argument 2 is the string "x", and must be a number`,
		"any_role(\"a\", 2)":    `1:15: any_role(string...): argument 2 is the int 2, and must be a string`,
		"between(2, 1)":         `1:1: between: the range is empty`,
		"nothing(\"x\")":        `1:1: nothing: there is no rule for these arguments`,
		"a:retry":               `1:2: :retry(int, duration, bool, bool) takes 1 to 4 arguments, and has no arguments`,
		"a:retry(0)":            `1:2: :retry needs at least 1 attempt, and a wait that is not negative`,
		"a:retry(2, -1s)":       `1:2: :retry needs at least 1 attempt, and a wait that is not negative`,
		"a:parallel":            `1:2: :parallel follows parentheses around parts that are joined by & or |`,
		"(a & q2 & x):parallel": `1:6: unknown rule "q2"`,
		"a:timeout(3)":          `1:11: :timeout(duration): argument 1 is the int 3, and must be a duration`,
		"a:timeout(0s)":         `1:11: :timeout needs a duration of more than nothing, and not 0s`,
		"a:timeout(-1s)":        `1:11: :timeout needs a duration of more than nothing, and not -1s`,
		"a:cached(1)":           `1:2: :cached takes no arguments, and has 1 argument`,
		`a:named("")`:           `1:2: named: rules.Named: the name is empty`,
		`a:message("{{.Naem}}")`: `1:2: message: rules: the message of "a": ` +
			`{{.Naem}}: expr_test.User has no exported field "Naem"`,
		"q1 & q2:cached | a(1)": "1:1: unknown rule \"q1\"\n1:6: unknown rule \"q2\"\n" +
			"1:18: a takes no arguments, and has 1 argument",
	} {
		_, err := registry.Parse(text)
		require.EqualError(t, err, want, text)
	}
	_, err := registry.Parse(strings.Repeat("qq & ", 1000) + "qq")
	require.Len(t, strings.Split(err.Error(), "\n"), 10)
	_, err = registry.Parse(strings.Repeat("q", 1_000_000))
	require.Less(t, len(err.Error()), 200)
	for _, gap := range []string{"{{", "{{x}}", "{{.x}}", "{{.Name.", "{{.arg1}}", "{{.Name}}"} {
		_, err = registry.Parse(`a:message("` + strings.Repeat(gap, 100_000) + `")`)
		if gap != "{{.Name}}" {
			require.Less(t, len(err.Error()), 500)
		} else {
			require.NoError(t, err)
		}
	}
	bare := expr.NewRegistry(flag("a", true))
	_, err = bare.Parse("a:cached")
	require.EqualError(t, err, "1:2: :cached needs a Key in the registry")
	_, err = bare.Build(nil)
	require.Error(t, err)
}

func TestARegistryThatCannotBePanics(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "if", "true", "1a", "a b", "and", "a-b"} {
		require.Panics(t, func() { expr.NewRegistry(flag(name, true)) }, name)
	}
	require.PanicsWithValue(t, `expr.NewRegistry: there are two rules "a"`, func() {
		expr.NewRegistry(flag("a", true), flag("a", false))
	})
	for name, entry := range map[string]expr.Entry[User]{
		"one": expr.Rule1[User, int]("one", nil), "two": expr.Rule2[User, int, int]("two", nil),
		"three": expr.Rule3[User, int, int, int]("three", nil), "any": expr.RuleN[User, int]("any", nil),
	} {
		require.PanicsWithValue(t, fmt.Sprintf("expr.NewRegistry: the function of %q is nil", name),
			func() { expr.NewRegistry(entry) })
	}
	key := expr.Key(func(User) int { return 1 })
	require.PanicsWithValue(t, "expr.NewRegistry: there are two Keys", func() { expr.NewRegistry(key, key) })
	require.Contains(t, registry.Names(), "between(number, number)")
}

func TestModifiersAreThePoliciesOfRules(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		exec := combinators.Parallelize()(executor.System(answering(func() (bool, error) {
			if asked++; asked < 4 {
				return false, errors.New("down")
			}
			return true, nil
		})))
		run := func(text string) (rules.Verdict[User], time.Duration, error) {
			began := time.Now()
			asked = 0
			v, err := orchestrate.Run(t.Context(), orchestrate.Bind(build(t, text).Check, User{Name: "Ada"}), exec)
			return v, time.Since(began), err
		}
		v, took, err := run("paid:retry(4, 1s, true)")
		require.NoError(t, err)
		require.Equal(t, 4, v.Notes[0].Attempts)
		require.Equal(t, 7*time.Second, took)
		_, took, err = run("paid:retry(3, 1s)")
		require.Error(t, err)
		require.Equal(t, 2*time.Second, took)
		_, took, err = run("paid:retry(4, 1s, true, true)")
		require.NoError(t, err)
		require.LessOrEqual(t, took, 7*time.Second)
		_, took, err = run("paid:retry(4, 1m):timeout(90s)")
		_, timedOut := errors.AsType[*orchestrate.TimeoutError](err)
		require.True(t, timedOut)
		require.Equal(t, 90*time.Second, took)
		v, _, err = run(`(a & x):message("{{.Name}} may not") | y`)
		require.NoError(t, err)
		require.Equal(t, "Ada may not", v.Reasons[0].Message)
	})
}

func TestPartsRunSideBySide(t *testing.T) {
	t.Parallel()
	require.Equal(t, "and(a, parallel(b, or(c, x), paid), parallel_any(x, paid))",
		build(t, "a & (b & (c | x) & paid):parallel & (x | paid):parallel").String())
	require.Equal(t, "(a & b):parallel", formatted(t, "( a and b ):parallel"))
	asked := 0
	y := orchestratetest.ByHand(func(actions.Action) (any, error) { asked++; return true, nil })
	const text = "(paid & a):parallel:cached & (paid | a):parallel:cached & (paid & a):parallel:cached"
	_, err := build(t, text).Check(y, User{})
	require.NoError(t, err)
	require.Equal(t, 2, asked, "an & and an | are not the same")
}

func answering(f func() (bool, error)) executor.Executor {
	return executor.Func(func(_ contextT, _ actions.Action) (any, error) { return f() })
}

func TestEqualCachedExpressionsShareWhatTheyRemember(t *testing.T) {
	t.Parallel()
	asked := 0
	y := orchestratetest.ByHand(func(actions.Action) (any, error) { asked++; return true, nil })
	const text = "paid:cached & (~x | a) & ( paid :cached ) & ~~paid:cached & (paid & a):cached & ((paid&a):cached)"
	v, err := build(t, text).Check(y, User{})
	require.NoError(t, err)
	require.True(t, v.OK)
	require.Equal(t, 2, asked)
}

func TestAPolicyFileIsReadAgainAtRunTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "policy.rule")
	put := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	put("# who\na and b")
	policy, err := registry.Open(os.DirFS(dir), "policy.rule")
	require.NoError(t, err)
	require.Equal(t, "a & b", policy.String())
	old := policy.Rule()

	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			if _, err := policy.Check(nil, User{}); err != nil {
				t.Error(err)
			}
		})
	}
	put("x")
	require.NoError(t, policy.Reload())
	readers.Wait()
	v, err := policy.Check(nil, User{})
	require.NoError(t, err)
	require.False(t, v.OK)
	v, err = old.Check(nil, User{})
	require.NoError(t, err)
	require.True(t, v.OK, "a rule is never changed")

	put("\ufeffa & y") // as some editors begin a file
	require.NoError(t, policy.Reload())
	require.Equal(t, "a & y", policy.String())
	put("\ufeff&")
	require.EqualError(t, policy.Reload(), `policy.rule:1:1: expected a rule, found "&"`)
	put("x")
	require.NoError(t, policy.Reload())

	put("a &\n& q")
	require.EqualError(t, policy.Reload(), `policy.rule:2:1: expected a rule, found "&"`)
	put("qqq & zzz")
	require.EqualError(t, policy.Reload(), "policy.rule:1:1: unknown rule \"qqq\"\npolicy.rule:1:7: unknown rule \"zzz\"")
	require.NoError(t, os.Remove(file))
	require.ErrorIs(t, policy.Reload(), os.ErrNotExist)
	require.Equal(t, "x", policy.String(), "it stays as it was")

	_, err = registry.Open(fstest.MapFS{"p": {Data: make([]byte, expr.MaxLength+5)}}, "p")
	require.EqualError(t, err, "p:1:1: the expression has 1048577 bytes, more than 1048576")
}

// slow is a tree of one file, of which each reading can be told to do something before it ends.
type slow struct {
	fstest.MapFS
	meanwhile func()
}

type slowFile struct {
	fs.File
	meanwhile func()
}

func (s *slow) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	meanwhile := s.meanwhile
	s.meanwhile = func() {}
	return slowFile{f, meanwhile}, err
}

func (f slowFile) Close() error {
	f.meanwhile()
	return f.File.Close()
}

func TestAReadingThatWasOvertakenChangesNothing(t *testing.T) {
	t.Parallel()
	tree := &slow{fstest.MapFS{"p": {Data: []byte("a")}}, func() {}}
	policy, err := registry.Open(tree, "p")
	require.NoError(t, err)

	tree.MapFS = fstest.MapFS{"p": {Data: []byte("b")}}
	tree.meanwhile = func() {
		tree.MapFS = fstest.MapFS{"p": {Data: []byte("a & b")}}
		require.NoError(t, policy.Reload())
	}
	require.NoError(t, policy.Reload())
	require.Equal(t, "a & b", policy.String(), "the file has said so since the second reading began")

	tree.meanwhile = func() {
		tree.MapFS = fstest.MapFS{"p": {Data: []byte("a &")}}
		require.Error(t, policy.Reload())
		tree.MapFS = fstest.MapFS{"p": {Data: []byte("b")}}
	}
	require.NoError(t, policy.Reload())
	require.Equal(t, "a & b", policy.String(), "as it was read before it was spoilt")
	require.NoError(t, policy.Reload())
	require.Equal(t, "b", policy.String())
}
