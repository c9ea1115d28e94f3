// Package executor carries actions out.
//
// An [Executor] takes an action and returns its result. At the bottom of most stacks is a [Mux], which routes
// actions to handlers by their type:
//
//	mux := executor.NewMux(
//		executor.On(func(ctx context.Context, a Fetch) ([]string, error) { … }),
//		executor.OnVoid(func(ctx context.Context, a Greet) error { … }),
//	)
//
// Around it stand combinators, functions from executor to executor (package combinators), of which [System] is one.
// [Yield] makes an executor and a context into the yield of a run, and [RunGroup] carries out the groups in which an
// orchestration asks for concurrency. Handlers and combinators learn which step they are at from [StepFrom].
//
// The package imports actions and the standard library only.
package executor
