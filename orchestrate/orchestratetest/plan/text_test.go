package plan_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// slowPay is the agency when its bank is slow: the payment times out, and what was done is undone.
func slowPay(a actions.Action) time.Duration {
	if _, ok := a.(Pay); ok {
		return time.Minute
	}
	return durations(a)
}

// plans are those whose texts and pictures are kept as files.
func plans(t *testing.T) map[string]*plan.Plan {
	t.Helper()
	noMail := executor.On(func(context.Context, Mail) (actions.Void, error) { return actions.Void{}, errDeclined })
	return map[string]*plan.Plan{
		"symbolic": plan.Dry(t.Context(), trip(), plan.Symbolic()),
		"timed":    plan.DryWith(t.Context(), trip(), samples(), plan.Config{Name: "trip to Oslo", Duration: durations}),
		"undone":   plan.DryWith(t.Context(), trip(), samples(), plan.Config{Name: "undone", Duration: slowPay}),
		"failed":   plan.DryWith(t.Context(), trip(), samples(noMail), plan.Config{Duration: durations}),
		"retried":  retried(t),
		"hostile":  hostile(t),
	}
}

func TestPlansAreTrees(t *testing.T) {
	t.Parallel()
	for name, p := range plans(t) {
		golden(t, name+".txt", p.String()+"\n")
	}
}

func TestAPlanSaysHowManyStepsDidNotSucceed(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) {
		_, _ = orchestrate.Do(y, Pay{Ref: "a"})
		_ = orchestrate.Tell(y, Mail{})
		return 0, errors.New("enough")
	}
	exec := executor.NewMux(
		executor.On(func(context.Context, Pay) (string, error) { return "", errDeclined }),
		executor.OnVoid(func(context.Context, Mail) error { return executor.ErrNotDone }),
	)
	p := plan.Dry(t.Context(), flow, exec)
	require.Equal(t, `run: 2 steps, 1 failed, 1 not done
├─ 0 plan_test.Pay{Ref: "a", Cents: 0}, failed: card declined
├─ 1 plan_test.Mail{Text: ""}, not done: the action was not done
└─ error: enough`, p.String())
}

func TestAllRangesOverStepsBeforeThoseInside(t *testing.T) {
	t.Parallel()
	p := plan.Dry(t.Context(), trip(), samples())
	var paths []string
	for s := range p.All() {
		paths = append(paths, s.Path)
	}
	require.Equal(t, []string{
		"0", "1", "1.0.0", "1.1.0", "2", "3", "3.0.0", "3.1.0", "4", "4", "4.0.0", "4.0.0.0.0", "4.0.0.1.0", "5",
	}, paths)
	for s := range p.All() {
		require.Equal(t, "0", s.Path)
		break
	}
	for s := range p.All() {
		if s.Path == "3.0.0" {
			break
		}
	}
}

func TestStatusesHaveNames(t *testing.T) {
	t.Parallel()
	for status, name := range map[plan.Status]string{
		plan.Unfinished: "unfinished", plan.Done: "done", plan.Failed: "failed", plan.NotDone: "not done",
		plan.Cancelled: "cancelled", 99: "Status(99)",
	} {
		require.Equal(t, name, status.String())
	}
}

func TestAGroupIsTold(t *testing.T) {
	t.Parallel()
	p := plan.Dry(t.Context(), trip(), samples())
	g, ok := p.Steps[1].Group()
	require.True(t, ok)
	require.Equal(t, actions.All, g.Mode)
	_, ok = p.Steps[0].Group()
	require.False(t, ok)
}
