package plan_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// Paste it into a Markdown file, in a block of the language mermaid.
func ExamplePlan_Sequence() {
	p := plan.DryWith(context.Background(), greet, plan.Symbolic(), plan.Config{Name: "greet"})
	fmt.Print(p.Sequence())
	// Output:
	// sequenceDiagram
	//     participant run as greet
	//     participant s0 as plan_test
	//     run->>s0: 0 Search{To: "Oslo"}
	//     s0-->>run: []string{"‹Search@0[0]›", "‹Search@0[1]›"}
	//     run->>s0: 1 Mail{Text: "Welcome on ‹Search@0[0]›"}
	//     s0-->>run: done
	//     run->>s0: 2 Mail{Text: "Welcome on ‹Search@0[1]›"}
	//     s0-->>run: done
	//     Note over run: result: 2
}

func ExamplePlan_Gantt() {
	flow := func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Each(Quote{Flight: "SK 12"}, Quote{Flight: "LH 7"})...)
	}
	p := plan.DryWith(context.Background(), flow, plan.Zero(), plan.Config{Name: "quotes", Duration: durations})
	fmt.Print(p.Gantt())
	// Output:
	// gantt
	//     title quotes, in µs
	//     dateFormat x
	//     axisFormat %Q
	//     section orchestration
	//     0 all of 2 branches :t0, 0, 500000
	//     section 0 branch 0
	//     0.0.0 plan_test.Quote{Flight#58; "SK 12"} :active, t1, 0, 500000
	//     section 0 branch 1
	//     0.1.0 plan_test.Quote{Flight#58; "LH 7"} :t2, 0, 400000
}

// A page to look at, and to send to somebody: it needs nothing but a browser.
func ExamplePlan_HTML() {
	p := plan.DryWith(context.Background(), greet, plan.Symbolic(), plan.Config{
		Name:     "greet",
		Duration: func(actions.Action) time.Duration { return time.Second },
	})
	dir, err := os.MkdirTemp("", "plan")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	err = os.WriteFile(filepath.Join(dir, "greet.html"), []byte(p.HTML()), 0o644)
	fmt.Println(err, strings.Contains(p.HTML(), "<title>greet</title>"))
	// Output: <nil> true
}

func ExamplePlan_SVG() {
	p := plan.Dry(context.Background(), greet, plan.Symbolic())
	first, _, _ := strings.Cut(p.SVG(), " ")
	fmt.Println(first)
	// Output: <svg
}

func ExamplePlan_All() {
	for step := range plan.Dry(context.Background(), greet, plan.Symbolic()).All() {
		fmt.Println(step.Path, actions.Name(step.Action), step.Status)
	}
	// Output:
	// 0 plan_test.Search done
	// 1 plan_test.Mail done
	// 2 plan_test.Mail done
}

func ExamplePlan_Counts() {
	fmt.Println(plan.Dry(context.Background(), greet, plan.Symbolic()).Counts())
	// Output:
	// steps  calls
	//     2      2  plan_test.Mail
	//     1      1  plan_test.Search
	//     3      3  in all
}
