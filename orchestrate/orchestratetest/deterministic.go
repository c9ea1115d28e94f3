package orchestratetest

import (
	"context"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Deterministic runs an orchestration with exec, returns its result, and replays it: from every prefix of the answers
// that it was given (of a long run, from 100 of them), as if it had crashed there, and from all of them a few times
// more. Each time it must yield the same actions at the same steps, and return the same, where errors are the same if
// their texts are. If it does not, the test fails: the orchestration reads a clock, chance, the order of a map, or a
// variable that outlives the run. What it says in asides does not count.
//
// The test fails also if the orchestration yields on a goroutine that is not its own, leaves a goroutine behind, or
// does not end within 100 000 actions. Without a flow or an executor the test ends at once.
//
// It is the runner for every executor of the kit, Deterministic(t, flow, mock), and for your own. It runs the
// orchestration once with exec; what carries out groups in it must do so by [executor.RunGroup], as all do.
func Deterministic[T any](t TB, flow orchestrate.Orchestration[T], exec executor.Executor) (T, error) {
	require(t, "Deterministic")
	t.Helper()
	return deterministic(t, "Deterministic", flow, exec, func() bool { return true })
}

// deterministic runs an orchestration and, if asked is true then, replays it.
func deterministic[T any](
	t TB, function string, flow orchestrate.Orchestration[T], exec executor.Executor, asked func() bool,
) (T, error) {
	t.Helper()
	switch {
	case flow == nil:
		t.Errorf("orchestratetest.%s: the flow is nil", function)
		t.FailNow()
	case isNil(exec):
		t.Errorf("orchestratetest.%s: the executor is nil", function)
		t.FailNow()
	}
	j := newJournal(t)
	g := &guard{t: t}
	result, err := orchestrate.Run(context.Background(), guarded(g, flow), &recorder{exec, j.add})
	j.close()
	if !g.ended() || !asked() {
		return result, err
	}
	r := &replays[T]{flow: flow, journal: j, result: clone(result), err: err}
	if text := r.all(); text != "" {
		t.Errorf("%s", text)
		t.FailNow()
	}
	return result, err
}
