package actions_test

import (
	"encoding/json"
	"fmt"

	"github.com/baton-go/baton/actions"
)

// GetUser is an action: a struct that embeds Returns with the type of its result.
type GetUser struct {
	actions.Returns[User]
	ID int
}

type User struct{ Name string }

// Rename keeps the name of a type that was called shop.Relabel once, so that old records are still understood.
type Rename struct {
	actions.Returns[actions.Void]
	To string
}

func (Rename) ActionName() string { return "shop.Relabel" }

func ExampleReturns() {
	var a actions.Action = GetUser{ID: 7}
	fmt.Println(actions.Name(a), a == actions.Action(GetUser{ID: 7}))
	// Output: actions_test.GetUser true
}

// A yield is a function: in a test, of the test's own.
func ExampleYield() {
	greeting := func(y actions.Yield) (string, error) {
		user, err := y(GetUser{ID: 7})
		if err != nil {
			return "", err
		}
		return "Hello, " + user.(User).Name, nil
	}

	fmt.Println(greeting(func(actions.Action) (any, error) { return User{Name: "Ada"}, nil }))
	// Output: Hello, Ada <nil>
}

func ExampleName() {
	fmt.Println(actions.Name(GetUser{}))
	fmt.Println(actions.Name(actions.Group{Mode: actions.Race}))
	fmt.Println(actions.Name(actions.Group{Scope: "payment"}))
	// Output:
	// actions_test.GetUser
	// race
	// scope payment
}

func ExampleNamed() {
	fmt.Println(actions.Name(Rename{To: "Grace"}))
	// Output: shop.Relabel
}

func ExampleDecodeResult() {
	record := []byte(`{"Name": "Ada"}`)
	result, err := actions.DecodeResult(GetUser{ID: 7}, func(into any) error { return json.Unmarshal(record, into) })
	fmt.Printf("%T %v %v\n", result, result, err)
	// Output: actions_test.User {Ada} <nil>
}

// A group is an action too: single actions in it stay plain data, so that a plan can be read.
func ExampleGroup() {
	g := actions.Group{Mode: actions.Any, Branches: []actions.Branch{
		{Leaf: GetUser{ID: 7}},
		{Leaf: actions.Shielded{Action: Rename{To: "Grace"}}},
		{Flow: func(y actions.Yield) (any, error) { return y(GetUser{ID: 8}) }},
	}}
	fmt.Println(actions.Name(g))
	for _, b := range g.Branches {
		fmt.Println(" ", b)
	}
	// Output:
	// any
	//   actions_test.GetUser{ID:7}
	//   shielded shop.Relabel{To:Grace}
	//   flow
}

func ExampleMode() {
	fmt.Println(actions.All, actions.Settle, actions.Any, actions.Race)
	// Output: all settle any race
}

func ExampleIsAside() {
	fmt.Println(actions.IsAside(actions.Log{Message: "no step of its own"}), actions.IsAside(actions.Sleep{}))
	// Output: true false
}

func ExampleIsWait() {
	fmt.Println(actions.IsWait(actions.Sleep{}), actions.IsWait(actions.Receive[User]{Name: "signup"}))
	// Output: true true
}
