package rules_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/rules"
)

func (u User) Shout() string { return u.Name + "!" }

// said is what a rule about a value of type C says.
func says[C any](t *testing.T, c C, message string, args ...any) string {
	t.Helper()
	v, err := rules.Pure("rule", func(C) bool { return false }, args...).Message(message).Check(nil, c)
	require.NoError(t, err)
	return v.Reasons[0].Message
}

func TestMessagesAreFilledInFromTheValueAndTheArguments(t *testing.T) {
	t.Parallel()
	home := User{Name: "Ada", Age: 36, Home: &Address{City: "London"}}
	require.Equal(t, "plain } text", says(t, home, "plain } text"))
	require.Equal(t, "User Ada must be over 40", says(t, home, "User {{.Name}} must be over {{.arg0}}", 40))
	require.Equal(t, "Ada! lives in London, a or 1.5",
		says(t, home, "{{ .Shout }} lives in {{.Home.City}}, {{.arg0}} or {{.arg1}}", "a", 1.5))
	require.Equal(t, "lives in <nil>", says(t, ada, "lives in {{.Home.City}}"))
	require.Equal(t, "Ada", says(t, &home, "{{.Name}}"))
	require.Equal(t, "<nil> <nil>", says(t, (*User)(nil), "{{.Name}} {{.Shout}}"))
	require.Equal(t, "17", says(t, 17, "{{.}}"))
	require.Equal(t, "b <nil>", says(t, map[string]any{"a": map[string]string{"x": "b"}}, "{{.a.x}} {{.c.d}}"))
	require.Equal(t, "Ada <nil>", says(t, any(home), "{{.Name}} {{.Nothing}}"))
	require.Equal(t, "7", says(t, struct {
		argue int
		Arg0  int
	}{Arg0: 7}, "{{.Arg0}}"))
}

type (
	// Signed has methods of what may be nil.
	Signed struct {
		*User
		fmt.Stringer
	}
	// Twice has them at one more remove.
	Twice struct{ Signed }
)

func TestAMethodOfAnEmbeddedNilLeadsNowhere(t *testing.T) {
	t.Parallel()
	message := "{{.Shout}} {{.Name}} {{.String}}"
	require.Equal(t, "<nil> <nil> <nil>", says(t, Signed{}, message))
	require.Equal(t, "<nil> <nil> <nil>", says(t, &Twice{}, message))
	full := Signed{&User{Name: "Ada"}, time.Second}
	require.Equal(t, "Ada! Ada 1s", says(t, full, message))
	require.Equal(t, "Ada! Ada 1s", says(t, Twice{full}, message))
	require.Panics(t, func() { says(t, full, "{{.Explode}}") }, "that is no nil")
}

func (u *User) Explode() string { panic("of " + u.Name) }

func TestMessagesAreCheckedWhenBuilt(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"{{.Naem}}":   `rules: the message of "rule(1)": {{.Naem}}: rules_test.User has no exported field "Naem"`,
		"{{.Home.X}}": `rules: the message of "rule(1)": {{.Home.X}}: *rules_test.Address has no exported field "X"`,
		"{{.Name.x}}": `rules: the message of "rule(1)": {{.Name.x}}: string has no exported field "x"`,
		"{{.arg1}}":   `rules: the message of "rule(1)": {{.arg1}}: the rule has 1 arguments`,
		"{{Name}}":    `rules: the message of "rule(1)": {{Name}} must begin with a dot, as {{.Name}} and {{.arg0}} do`,
		"{{.Name":     `rules: the message of "rule(1)": "{{.Name" is not closed by }}`,
	} {
		rule := rules.Pure("rule", func(User) bool { return true }, 1)
		require.PanicsWithValue(t, want, func() { rule.Message(message) })
	}
}

func TestAMessageMayBeAFunction(t *testing.T) {
	t.Parallel()
	rule := rules.And(older, deny.MessageFunc(func(u User) string { return u.Shout() + itoa(u.Age) }), older)
	require.Equal(t, "Ada!37", check(t, rule, ada).Reasons[0].Message, "of the value that was refused")
	require.EqualError(t, check(t, rule, ada).Err(), "Ada!37")
}

func TestTheMessageOfAComposedRuleTakesThePlaceOfItsParts(t *testing.T) {
	t.Parallel()
	y, _ := answers(func(string) (bool, error) { return false, nil })
	for _, rule := range []rules.Rule[User]{
		rules.And(pass, deny), rules.Or(deny, trusted("a")), rules.Not(pass), rules.Then(pass, deny),
		rules.If(deny, pass, deny),
		rules.Parallel(deny, trusted("a"), deny), rules.FailFast(deny), rules.Named("n", deny),
		rules.Retry(deny, rules.Attempts{Max: 2}), rules.Timeout(deny, 1e9, pass),
		rules.Cached(deny, func(User) int { return 0 }),
	} {
		rule := rules.And(pass, rule.Message("{{.Name}} may not"))
		for _, check := range []func(yield, User) (rules.Verdict[User], error){rule.Check, rule.Validate} {
			v, err := check(y, ada)
			require.NoError(t, err)
			require.Len(t, v.Reasons, 1)
			require.Equal(t, "Ada may not", v.Reasons[0].Message)
			require.Equal(t, "1", v.Reasons[0].Path)
		}
	}
}

func TestNamesShowTheArgumentsAsCodeHasThem(t *testing.T) {
	t.Parallel()
	rule := rules.Pipe("f", func(_ actions.Yield, u User) (User, error) { return u, nil }, "a\"b", 1, 2.5, true, nil)
	require.Equal(t, `f("a\"b", 1, 2.5, true, <nil>)`, rule.Name())
}
