package plan_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// retried is a run of which a step needed three attempts, in the time of a bubble.
func retried(t *testing.T) (p *plan.Plan) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		stack := combinators.Chain(
			combinators.Parallelize(),
			quiet,
			executor.System,
			combinators.Retried(combinators.Retry{MaxAttempts: 3, Schedule: backoff.Constant(time.Second)}),
			plan.Attempts,
		)(flaky(t))
		var err error
		_, p, err = plan.Record(t.Context(), trip(), stack)
		require.NoError(t, err)
		p.Name = "retried"
	})
	return p
}

// quiet keeps logs out of the output of tests.
func quiet(next executor.Executor) executor.Executor {
	return executor.NewMux(executor.OnVoid(func(context.Context, actions.Log) error { return nil })).Else(next)
}

// hostile is a plan in which every text tries to break out of the picture that it is in.
func hostile(t *testing.T) *plan.Plan {
	t.Helper()
	const evil = "\"'`</title></text></svg></style><script>alert(1)</script>\n" +
		";%%#quot;end:|[({&\x00\x1b[31m\u202e\xff]]>-->"
	flow := func(y actions.Yield) (string, error) {
		for _, text := range []string{evil, strings.Repeat("long ", 2000), "end", ""} {
			_, err := orchestrate.Scope(y, text+" ", func(y actions.Yield) ([]string, error) {
				return orchestrate.All(y, orchestrate.Lift(Pay{Ref: text}), func(y actions.Yield) (string, error) {
					_ = orchestrate.Tell(y, actions.Log{Message: text})
					return text, errors.New(text + "!")
				})
			})
			_ = orchestrate.Tell(y, Mail{Text: fmt.Sprint(err)})
		}
		_, err := orchestrate.Do(y, actions.Receive[string]{Name: evil})
		return evil, errors.Join(err, errors.New(evil))
	}
	return plan.DryWith(t.Context(), flow, plan.Symbolic(), plan.Config{Name: evil, Duration: durations})
}
