// Package plan shows what an orchestration would do before it does it, and what it did afterwards.
//
// [Dry] runs it against an executor that only pretends, such as [Symbolic] or a mux of [Sample]s, in a time of its own;
// [Record] runs it for real. Both make a [Plan], a tree of steps:
//
//	p := plan.Dry(ctx, orchestrate.Bind(Welcome, "users"), plan.Symbolic())
//	fmt.Println(p)
//	// run: 3 steps
//	// ├─ 0 app.Fetch{Container: "users", Items: 3} = []string{"‹Fetch@0[0]›", "‹Fetch@0[1]›"}
//	// ├─ 1 app.Greet{Name: "‹Fetch@0[0]›"}
//	// └─ 2 app.Greet{Name: "‹Fetch@0[1]›"}
//
// A plan counts its steps ([Plan.Counts]), adds up what they cost ([Cost]), finds the chain of steps that decides how
// long it takes ([Plan.CriticalPath]), tells the worst case under policies of retries ([Plan.Worst]), and draws itself
// for Mermaid ([Plan.Sequence], [Plan.Gantt]) and as a file of its own ([Plan.SVG], [Plan.HTML]).
//
// [Approved] puts a [Gate] in front of any executor, which approves of actions or denies them before they are carried
// out: somebody who is asked ([Ask]), a list ([Only]), or the plan ([Plan.Gate]).
//
// The package imports actions, executor, executor/backoff, orchestrate and the standard library.
package plan
