package expr_test

import (
	"fmt"
	"testing/fstest"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

// Guest is what the examples' rules are about.
type Guest struct {
	Name string
	Age  int
	Role string
}

// OnList asks whether a guest is on the list.
type OnList struct {
	actions.Returns[bool]
	Name string
}

var door = expr.NewRegistry(
	expr.Rule("invited", rules.Asks("invited", func(g Guest) actions.Of[bool] { return OnList{Name: g.Name} })),
	expr.Rule1("has_role", func(role string) rules.Rule[Guest] {
		return rules.Pure("has_role", func(g Guest) bool { return g.Role == role }, role)
	}),
	expr.Rule1("older_than", func(age int) rules.Rule[Guest] {
		return rules.Pure("older_than", func(g Guest) bool { return g.Age > age }, age).
			Message("{{.Name}} must be over {{.arg0}}")
	}),
	expr.Key(func(g Guest) string { return g.Name }),
)

func ExampleRegistry_Parse() {
	rule, err := door.Parse(`older_than(17) & (has_role("staff") | invited:retry(3, 100ms):timeout(2s))`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(rules.Explain(rule))
	verdict, err := rule.Check(nil, Guest{Name: "Bo", Age: 9})
	fmt.Println(verdict.Err(), err)
	// Output:
	// all of:
	//   older_than(17)
	//   any of:
	//     has_role("staff")
	//     within 2s: tried up to 3 times: invited
	// Bo must be over 17 <nil>
}

func ExampleSyntaxError() {
	for _, text := range []string{"older_than(17) &", `has_rolle("staff")`, `older_than("17")`} {
		_, err := door.Parse(text)
		fmt.Println(err)
	}
	// Output:
	// 1:17: expected a rule, found the end
	// 1:1: unknown rule "has_rolle", did you mean has_role?
	// 1:12: older_than(int): argument 1 is the string "17", and must be an int
}

func ExampleFormat() {
	e, err := expr.Parse(`not (has_role("staff") or invited) # strangers`)
	fmt.Println(expr.Format(e), err)
	// Output: ~(has_role("staff") | invited) <nil>
}

func ExampleRegistry_Open() {
	files := fstest.MapFS{"door.rule": {Data: []byte(`has_role("staff")`)}} // os.DirFS of a directory, say
	policy, err := door.Open(files, "door.rule")
	if err != nil {
		fmt.Println(err)
		return
	}
	verdict, _ := policy.Check(nil, Guest{Role: "staff"})
	fmt.Println(policy, verdict.OK)

	files["door.rule"].Data = []byte(`has_role("boss") &`)
	fmt.Println(policy.Reload())
	files["door.rule"].Data = []byte(`has_role("boss")`)
	fmt.Println(policy.Reload())
	verdict, _ = policy.Check(nil, Guest{Role: "staff"})
	fmt.Println(policy, verdict.OK)
	// Output:
	// has_role("staff") true
	// door.rule:1:19: expected a rule, found the end
	// <nil>
	// has_role("boss") false
}
