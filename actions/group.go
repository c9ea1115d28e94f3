package actions

import (
	"fmt"
	"strings"
)

// Mode says when a group is decided and what becomes of its other branches. In every mode each branch is started, and
// joined before the group has a result.
type Mode uint8

const (
	// All wants every branch to succeed. The first failure decides the group and cancels the rest.
	All Mode = iota
	// Settle waits for every branch and cancels none.
	Settle
	// Any wants one success. The first one decides the group and cancels the rest; without one, all errors are joined.
	Any
	// Race is decided by the first branch to finish, well or badly, which cancels the rest.
	Race
)

// Group is the action that is made of branches: the one form in which concurrency exists in an orchestration. The
// executor that carries it out has joined every branch before it returns. Orchestrations seldom build one by hand:
// see All, Settle, Any, Race, Together, Select and Scope in package orchestrate.
type Group struct {
	Returns[GroupResult]

	Mode Mode
	// Scope, if not empty, names the part of the orchestration that the branches are.
	Scope    string
	Branches []Branch
}

// Branch is a member of a group: either one action, which stays plain data, or a flow of its own. Exactly one of the
// two is set.
type Branch struct {
	Leaf Action
	Flow func(Yield) (any, error)
}

// GroupResult is the result of a group in every mode.
type GroupResult struct {
	// Decided is the index of the branch that decided the group: the first failure of All, the first success of Any,
	// the first to finish of Race. It is -1 if no branch did: All succeeded, Any failed, or the mode is Settle.
	Decided int
	// Outcomes holds what came of each branch, in the order of the branches, losers included.
	Outcomes []Outcome[any]
}

// Outcome is what came of one branch: a value, or an error.
type Outcome[R any] struct {
	Value R
	Err   error
}

// String shows the group as its name and its branches, such as all[shop.Charge{Cents:250} flow].
func (g Group) String() string { return g.name() + fmt.Sprint(g.Branches) }

// String is the name of the mode in lower case.
func (m Mode) String() string {
	switch m {
	case All:
		return "all"
	case Settle:
		return "settle"
	case Any:
		return "any"
	case Race:
		return "race"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// String shows a leaf as the name and fields of its action, such as shop.Charge{Cents:250}, or as its own String method
// does, a group in it as all[…], and a flow as "flow".
func (b Branch) String() string {
	switch a := b.Leaf.(type) {
	case nil:
		return "flow"
	case fmt.Stringer:
		return a.String()
	}
	fields := fmt.Sprintf("%+v", b.Leaf)
	fields, pointer := strings.CutPrefix(fields, "&")
	for _, none := range []string{"Returns:{} ", " Returns:{}", "Returns:{}"} {
		if rest := strings.Replace(fields, none, "", 1); rest != fields {
			fields = rest
			break
		}
	}
	if pointer {
		return "&" + Name(b.Leaf) + fields
	}
	return Name(b.Leaf) + fields
}

func (g Group) name() string {
	if g.Scope != "" {
		return "scope " + g.Scope
	}
	return g.Mode.String()
}
