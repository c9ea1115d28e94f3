package plan_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// flaky is the agency with handlers that take their time, of which that for payments fails twice.
func flaky(t *testing.T) executor.Executor {
	t.Helper()
	var payments atomic.Int32
	next := samples(executor.On(func(context.Context, Quote) (int, error) { return 99, nil })).(executor.Wrapper)
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		timer := time.NewTimer(durations(a))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if _, ok := a.(Pay); ok && payments.Add(1) < 3 {
			return nil, errDeclined
		}
		return next.Execute(ctx, a)
	})
}

func step(t *testing.T, p *plan.Plan, path string) plan.Step {
	t.Helper()
	for s := range p.All() {
		if s.Path == path && !actions.IsAside(s.Action) {
			return s
		}
	}
	require.Fail(t, "no such step", "%s in %s", path, p)
	return plan.Step{}
}

func TestARecordedRunHasItsAttempts(t *testing.T) {
	t.Parallel()
	p := retried(t)
	pay := step(t, p, "4.0.0.0.0")
	require.Equal(t, plan.Done, pay.Status)
	require.Equal(t, 3, pay.Attempts())
	require.Equal(t, 8*time.Second, pay.Took())
	begun := pay.Start
	require.Equal(t, []plan.Try{
		{Number: 1, Start: begun, End: begun + 2*time.Second, Status: plan.Failed, Err: errDeclined},
		{Number: 2, Start: begun + 3*time.Second, End: begun + 5*time.Second, Status: plan.Failed, Err: errDeclined},
		{Number: 3, Start: begun + 6*time.Second, End: begun + 8*time.Second, Status: plan.Done},
	}, pay.Tries)
	require.Equal(t, 1, step(t, p, "2").Attempts())
}

func TestRecordReturnsWhatRunDoes(t *testing.T) {
	t.Parallel()
	stack := combinators.Parallelize()(samples())
	flow := func(y actions.Yield) (Seat, error) {
		seat, err := orchestrate.Do(y, Reserve{Ref: "a"})
		if err == nil {
			err = errDeclined
		}
		return seat, err
	}
	seat, p, err := plan.Record(t.Context(), flow, stack)
	require.ErrorIs(t, err, errDeclined)
	require.Equal(t, Seat{Row: 7, Letter: "C"}, seat)
	require.Equal(t, err, p.Err)
	require.Equal(t, seat, p.Result)
	require.Equal(t, seat, p.Steps[0].Result)
	require.Empty(t, p.Steps[0].Tries, "nobody counted")
}

func TestRecordWithoutWhatItNeedsIsAnError(t *testing.T) {
	t.Parallel()
	_, p, err := plan.Record[int](t.Context(), nil, plan.Zero())
	require.EqualError(t, err, "orchestrate.Run: the flow is nil")
	require.Equal(t, "run: 0 steps", p.String()[:len("run: 0 steps")])
	_, _, err = plan.Record(t.Context(), trip(), nil)
	require.EqualError(t, err, "orchestrate.Run: the executor is nil")
	_, _, err = plan.Record(nil, trip(), plan.Zero()) //nolint:staticcheck // that is the mistake
	require.EqualError(t, err, "orchestrate.Run: the context is nil")
	require.PanicsWithValue(t, "plan.Attempts: the next executor is nil", func() { plan.Attempts(nil) })
	require.PanicsWithValue(t, "plan.Recorder.Observe: the next executor is nil",
		func() { plan.NewRecorder().Observe(nil) })
}

func TestARecorderBelowWhatCarriesGroupsOutInfersThem(t *testing.T) {
	t.Parallel()
	r := plan.NewRecorder()
	stack := combinators.Parallelize()(r.Observe(quiet(executor.System(samples()))))
	_, err := orchestrate.Run(t.Context(), trip(), stack)
	require.NoError(t, err)
	p := r.Plan()
	group := step(t, p, "1")
	require.Nil(t, group.Action)
	require.Equal(t, plan.Done, group.Status)
	require.Len(t, group.Branches, 2)
	require.Contains(t, p.String(), "1 group")
	require.Equal(t, 9, p.Counts().Total().Steps)
	_, ok := group.Group()
	require.True(t, ok)
}

func TestARecorderBelowRetriesSeesTheTries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := plan.NewRecorder()
		retry := combinators.Retried(combinators.Retry{MaxAttempts: 3})
		flow := orchestrate.Lift(Pay{Ref: "a"})
		exec := executor.Executor(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			if executor.StepFrom(ctx).Attempt() < 3 {
				return nil, errDeclined
			}
			return "paid", nil
		}))
		_, err := orchestrate.Run(t.Context(), flow, retry(r.Observe(exec)))
		require.NoError(t, err)
		p := r.Plan()
		require.Len(t, p.Steps, 1)
		require.Equal(t, 3, p.Steps[0].Attempts())
		require.Equal(t, plan.Done, p.Steps[0].Status)
		require.Zero(t, p.Steps[0].Start, "of the first")
		require.Equal(t, p.Took, p.Steps[0].End, "of the last")
		require.NotZero(t, p.Took)
	})
}

func TestAGroupThatIsTriedAgainHasItsStepsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		stack := combinators.Chain(
			combinators.Retried(combinators.Retry{MaxAttempts: 2}),
			combinators.Parallelize(),
			plan.Attempts,
		)(executor.Func(func(context.Context, actions.Action) (any, error) {
			if calls.Add(1) == 1 {
				return nil, errDeclined
			}
			return "paid", nil
		}))
		flow := func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, orchestrate.Each(Pay{Ref: "a"}, Pay{Ref: "b"})...)
		}
		_, p, err := plan.Record(t.Context(), flow, stack)
		require.NoError(t, err)
		require.Equal(t, 2, step(t, p, "0.0.0").Attempts())
		require.Equal(t, 2, p.Counts().Total().Steps)
		require.Contains(t, p.String(), "├─ attempt 1: failed: card declined\n", "which took no time")
	})
}

func TestAPanicAndAnExitAreRecorded(t *testing.T) {
	t.Parallel()
	for _, around := range []func(executor.Executor) executor.Executor{
		func(e executor.Executor) executor.Executor { return e }, plan.Attempts,
	} {
		boom := around(executor.Func(func(context.Context, actions.Action) (any, error) { panic("boom") }))
		_, p, err := plan.Record(t.Context(), orchestrate.Lift(Mail{}), boom)
		var panicked *executor.PanicError
		require.ErrorAs(t, err, &panicked)
		require.Contains(t, string(panicked.Stack), "record_test.go", "the stack of the handler")
		require.Equal(t, plan.Failed, p.Steps[0].Status)
		require.EqualError(t, p.Steps[0].Err, "panic: boom")

		r := plan.NewRecorder()
		done := make(chan struct{})
		go func() {
			defer close(done)
			exit := around(executor.Func(func(context.Context, actions.Action) (any, error) {
				runtime.Goexit()
				return nil, nil
			}))
			_, _ = orchestrate.Run(t.Context(), orchestrate.Lift(Mail{}), r.Observe(exit))
		}()
		<-done
		require.Equal(t, plan.Unfinished, r.Plan().Steps[0].Status)
	}
}

func TestAttemptsWithoutARecorderDoNothing(t *testing.T) {
	t.Parallel()
	got, err := orchestrate.Run(t.Context(), orchestrate.Lift(Pay{}), plan.Attempts(samples()))
	require.NoError(t, err)
	require.Equal(t, "receipt 9", got)
	r := plan.NewRecorder()
	require.Equal(t, "Recorded > Attempts > Mux(4).Else > executor.Func",
		executor.Layers(r.Observe(plan.Attempts(samples()))).String())
}

func TestActionsOutsideARunAreStepsToo(t *testing.T) {
	t.Parallel()
	r := plan.NewRecorder()
	exec := r.Observe(samples())
	for range 2 {
		_, err := exec.Execute(t.Context(), Pay{})
		require.NoError(t, err)
	}
	require.Len(t, r.Plan().Steps, 2)
}

func TestStepsOfFlowsThatHandlersRunAreInside(t *testing.T) {
	t.Parallel()
	r := plan.NewRecorder()
	inner := r.Observe(samples())
	outer := r.Observe(executor.NewMux(executor.On(func(ctx context.Context, _ Reserve) (Seat, error) {
		_, err := orchestrate.Run(ctx, orchestrate.Lift(Pay{}), inner)
		return Seat{}, err
	})))
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Reserve{}), outer)
	require.NoError(t, err)
	p := r.Plan()
	require.Len(t, p.Steps, 1)
	require.Equal(t, "0.0.0", p.Steps[0].Branches[0].Steps[0].Path)
	require.Equal(t, 2, p.Counts().Total().Steps)
}

func TestWhatIsUnderWayIsUnfinished(t *testing.T) {
	t.Parallel()
	r := plan.NewRecorder()
	var during *plan.Plan
	exec := r.Observe(executor.Func(func(context.Context, actions.Action) (any, error) {
		during = r.Plan()
		return nil, nil
	}))
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Mail{}), exec)
	require.NoError(t, err)
	require.Equal(t, plan.Unfinished, during.Steps[0].Status)
	require.GreaterOrEqual(t, during.Steps[0].End, during.Steps[0].Start)
}
