package check_test

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// The orchestration is a function, so a test of it is a call with a yield: here one that knows two files.
func ExampleLinks() {
	yield := orchestratetest.ByHand(func(a actions.Action) (any, error) {
		switch a := a.(type) {
		case check.Locate:
			return check.Located{Root: "/", Path: a.Path, Name: a.Path}, nil
		case check.List:
			return []check.Entry{{Name: "guide.md"}, {Name: "readme.md"}}, nil
		case check.Read:
			at := check.Position{Line: 3, Column: 7}
			return check.Document{Links: []check.Link{{Target: "guide.md#instal", Position: at}}}, nil
		case check.Survey:
			return check.Outline{Anchors: []string{"install", "use"}}, nil
		}
		return nil, nil
	})

	report, err := check.Links(yield, check.Job{Paths: []string{"readme.md"}})
	for _, f := range report.Findings {
		fmt.Printf("%s:%d:%d: %s, did you mean %s?\n", f.File, f.Line, f.Column, f.Message, f.Suggestion)
	}
	fmt.Println(err)
	// Output:
	// readme.md:3:7: there is no anchor "instal", did you mean #install?
	// <nil>
}
