package main

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

// Request is what the policy is about: a user wants to do something with a document.
type Request struct {
	User, Role string
	Action     string
	Document   string
	Owner      string
	Bytes      int
}

// What the policy asks for. Who answers is in database.go and billing.go.
type (
	// IsActive asks whether a user is not suspended.
	IsActive struct {
		actions.Returns[bool]
		User string
	}
	// IsPermitted asks whether somebody gave a user a permission.
	IsPermitted struct {
		actions.Returns[bool]
		User, Action, Document string
	}
	// UsedBytes asks how much a user keeps.
	UsedBytes struct {
		actions.Returns[int]
		User string
	}
	// HasPaid asks the billing service whether a user's bills are paid.
	HasPaid struct {
		actions.Returns[bool]
		User string
	}
)

// words are what policies may be made of.
var words = expr.NewRegistry(
	expr.Rule("is_active", rules.Asks("is_active", func(r Request) actions.Of[bool] {
		return IsActive{User: r.User}
	})),
	expr.Rule("is_owner", rules.Pure("is_owner", func(r Request) bool { return r.User == r.Owner })),
	expr.Rule("permitted", rules.Asks("permitted", func(r Request) actions.Of[bool] {
		return IsPermitted{User: r.User, Action: r.Action, Document: r.Document}
	})),
	expr.Rule("has_paid", rules.Asks("has_paid", func(r Request) actions.Of[bool] {
		return HasPaid{User: r.User}
	})),
	expr.Rule1("has_role", func(role string) rules.Rule[Request] {
		return rules.Pure("has_role", func(r Request) bool { return r.Role == role }, role)
	}),
	expr.Rule1("action_is", func(action string) rules.Rule[Request] {
		return rules.Pure("action_is", func(r Request) bool { return r.Action == action }, action)
	}),
	expr.Rule1("within_quota", withinQuota),
	expr.Key(func(r Request) Request { return r }),
)

func withinQuota(limit int) rules.Rule[Request] {
	return rules.Flow("within_quota", func(y actions.Yield, r Request) (bool, error) {
		used, err := orchestrate.Do(y, UsedBytes{User: r.User})
		return used+r.Bytes <= limit, err
	}, limit).Message("{{.User}} would keep more than {{.arg0}} bytes")
}
