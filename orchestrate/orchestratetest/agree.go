package orchestratetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// Agree runs an orchestration on several executors, one after the other, and fails the test if one of them has it yield
// other actions, at other steps or with other answers, than the first, or return something else: that a stack of
// policies, a journal or a remote worker changes nothing. Each executor needs a world of its own, all in the same
// state. It returns what the orchestration does on the first. Without a flow or two executors the test ends at once.
//
// Branches may run in any order. In a group that one branch decides, which others have done something by then is up to
// the executor: make it certain, or leave such groups to another test.
func Agree[T any](t TB, flow orchestrate.Orchestration[T], execs ...executor.Executor) (T, error) {
	require(t, "Agree")
	t.Helper()
	switch {
	case flow == nil:
		t.Errorf("orchestratetest.Agree: the flow is nil")
		t.FailNow()
	case len(execs) < 2:
		t.Errorf("orchestratetest.Agree: there are %d executors, and two are the least that can agree", len(execs))
		t.FailNow()
	}
	var first outcome[T]
	for i, exec := range execs {
		if isNil(exec) {
			t.Errorf("orchestratetest.Agree: executor %d of %d is nil", i+1, len(execs))
			t.FailNow()
		}
	}
	for i, exec := range execs {
		r := runOn(flow, exec)
		if i == 0 {
			first = r
		} else if text := first.against(r); text != "" {
			t.Errorf("executor %d of %d does not agree with the first: %s\nthe first is %s\nthe other is %s",
				i+1, len(execs), text, layers(execs[0]), layers(exec))
		}
	}
	return first.result, first.err
}

// outcome is what an orchestration did on an executor.
type outcome[T any] struct {
	result T
	err    error
	trace  Trace
}

func runOn[T any](flow orchestrate.Orchestration[T], exec executor.Executor) outcome[T] {
	var r outcome[T]
	r.result, r.err = orchestrate.Run(context.Background(), flow, Record(exec, &r.trace))
	r.trace = r.trace.Sorted()
	for i, c := range r.trace {
		if c.Result == (actions.Void{}) { // executors may say nil for it
			r.trace[i].Result = nil
		}
	}
	return r
}

// against says how another run differs.
func (r outcome[T]) against(other outcome[T]) string {
	if c := Compare(r.trace, other.trace); !c.Equal() {
		return c.String()
	}
	if want, got := show.Error(r.err), show.Error(other.err); want != got {
		return fmt.Sprintf("it does the same, and ends otherwise\n  error: want %s, got %s", want, got)
	}
	if lines := show.Results(r.result, other.result); len(lines) > 0 {
		return "it does the same, and returns something else\n  " + strings.Join(lines, "\n  ")
	}
	return ""
}

func layers(exec executor.Executor) string {
	return strings.TrimSpace(fmt.Sprint(executor.Layers(exec)))
}
