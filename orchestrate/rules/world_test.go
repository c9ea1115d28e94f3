package rules_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/rules"
)

type (
	// User is what the tests' rules are about.
	User struct {
		Name  string
		Age   int
		Roles []string
		Home  *Address
	}
	Address struct{ City string }

	// Trusted asks the world about a user.
	Trusted struct {
		actions.Returns[bool]
		User string
		What string
	}
)

var (
	errBoom = errors.New("boom")
	ada     = User{Name: "Ada", Age: 36}

	adult = rules.Pure("adult", func(u User) bool { return u.Age >= 18 })
	pass  = rules.Pure("pass", func(User) bool { return true })
	deny  = rules.Pure("deny", func(User) bool { return false })
	older = rules.Pipe("older", func(_ actions.Yield, u User) (User, error) {
		u.Age++
		return u, nil
	})
	broken = rules.Pipe("broken", func(_ actions.Yield, u User) (User, error) {
		u.Age = -1
		return u, errBoom
	})
	lost = rules.Flow("lost", func(actions.Yield, User) (bool, error) { return false, errBoom })
)

// trusted asks whether a user is trusted with something.
func trusted(what string) rules.Rule[User] {
	return rules.Asks("trusted", func(u User) actions.Of[bool] { return Trusted{User: u.Name, What: what} }, what)
}

// answers is a yield that answers Trusted by what it is about, and counts.
func answers(f func(what string) (bool, error)) (actions.Yield, map[string]int) {
	asked := map[string]int{}
	return orchestratetest.ByHand(func(a actions.Action) (any, error) {
		t, ok := a.(Trusted)
		if !ok {
			return nil, nil
		}
		asked[t.What]++
		return f(t.What)
	}), asked
}

// stack carries out groups on goroutines, sleeps by the clock, and answers Trusted.
func stack(f func(ctx context.Context, a Trusted) (bool, error)) executor.Executor {
	return combinators.Parallelize()(executor.System(executor.NewMux(executor.On(f))))
}

func check(t *testing.T, rule rules.Rule[User], u User) rules.Verdict[User] {
	t.Helper()
	v, err := rule.Check(nil, u)
	require.NoError(t, err)
	return v
}

func names(reasons []rules.Reason) []string {
	list := []string{}
	for _, r := range reasons {
		list = append(list, r.Rule)
	}
	return list
}

func runRule(t *testing.T, rule rules.Rule[User], exec executor.Executor) (rules.Verdict[User], error) {
	t.Helper()
	return orchestrate.Run(t.Context(), orchestrate.Bind(rule.Check, ada), exec)
}

type (
	yield     = actions.Yield
	actionsOf = actions.Of[bool]
)

func itoa(n int) string { return strconv.Itoa(n) }
