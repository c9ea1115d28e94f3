package expr_test

import (
	"context"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

// User is what the tests' rules are about.
type User struct {
	Name  string
	Age   int
	Roles []string
}

// Paid asks whether a user has paid.
type Paid struct {
	actions.Returns[bool]
	User string
}

func flag(name string, ok bool) expr.Entry[User] {
	return expr.Rule(name, rules.Pure(name, func(User) bool { return ok }))
}

var registry = expr.NewRegistry(
	flag("a", true), flag("b", true), flag("c", true), flag("x", false), flag("y", false), flag("größe", true),
	expr.Rule("paid", rules.Asks("paid", func(u User) actions.Of[bool] { return Paid{User: u.Name} })),
	expr.Rule1("has_role", func(role string) rules.Rule[User] {
		return rules.Pure("has_role", func(u User) bool {
			for _, r := range u.Roles {
				if r == role {
					return true
				}
			}
			return false
		}, role)
	}),
	expr.Rule1("older_than", func(age int) rules.Rule[User] {
		return rules.Pure("older_than", func(u User) bool { return u.Age > age }, age)
	}),
	expr.Rule2("between", func(low, high float64) rules.Rule[User] {
		if low > high {
			panic("the range is empty")
		}
		return rules.Pure("between", func(u User) bool {
			return float64(u.Age) >= low && float64(u.Age) <= high
		}, low, high)
	}),
	expr.Rule3("all_of", func(s string, d time.Duration, ok bool) rules.Rule[User] {
		return rules.Pure("all_of", func(User) bool { return ok }, s, d, ok)
	}),
	expr.RuleN("any_role", func(roles ...string) rules.Rule[User] {
		return rules.Pure("any_role", func(User) bool { return len(roles) > 1 }, len(roles))
	}),
	expr.Rule1("nothing", func(string) rules.Rule[User] { return rules.Rule[User]{} }),
	expr.Key(func(u User) string { return u.Name }),
)

type contextT = context.Context
