package plan_test

import (
	"context"
	"errors"
	"math"
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

func TestWordsOfMermaidAreOnlyWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"end": "#101;nd", "END": "#69;ND", "Title: x": "#84;itle#58; x", "endless": "endless", " ": "#32;",
		"ﬂ°°¶ß": "#64258;#176;#176;#182;#223;", "‹users[0]›": "‹users[0]›",
	} {
		p := plan.Dry(t.Context(), waiting(""), plan.Zero())
		p.Name = name
		require.Contains(t, p.Sequence(), "participant run as "+want+"\n")
	}
	p := plan.Plan{Steps: []plan.Step{{Path: "0", Action: strange{}}}}
	require.Contains(t, p.Sequence(), "participant s0 as #101;nd\n    run->>s0: 0 ", "an action that is called so")
}

type strange struct{ actions.Returns[int] }

func (strange) ActionName() string { return "end" }

func TestABranchWithoutStepsIsShown(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) {
		return orchestrate.Any(y, waiting(""), func(actions.Yield) (string, error) { return "", errDeclined })
	}
	p := plan.Dry(t.Context(), flow, plan.Zero())
	require.Equal(t, `run: 0 steps
├─ 0 any of 2 branches, decided by branch 0
│  ├─ branch 0
│  └─ branch 1: card declined
└─ result: ""`, p.String())
	const nothing = "        Note over run: nothing\n"
	require.Contains(t, p.Sequence(), "branch 0\n"+nothing+"    and branch 1\n"+nothing+"    end\n")
	requireTidy(t, p.SVG())
}

func TestFlowsOfHandlersAreInPictures(t *testing.T) {
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
	require.Contains(t, p.Sequence(), `run->>s0: 0.0.0 Pay{Ref: "", Cents: 0}`)
	require.Contains(t, p.Gantt(), "section 0 branch 0\n")
	require.Contains(t, p.HTML(), "<td>0.0.0<td")
}

func TestWhatARunTakesAfterItsLastStepIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flow := func(y actions.Yield) (string, error) {
			_, err := orchestrate.Do(y, Pay{})
			time.Sleep(time.Minute) // in a synctest bubble
			return "", err
		}
		_, p, err := plan.Record(t.Context(), flow, flaky(t))
		require.ErrorIs(t, err, errDeclined)
		require.Equal(t, time.Minute+2*time.Second, p.Took)
		require.Contains(t, parse(t, p.SVG()).texts, "1m2s")
	})
}

func TestAGroupOfWhichOnlyTheInsideIsSeenEndsWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := plan.NewRecorder()
		var during *plan.Plan
		next := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			if _, ok := a.(Mail); ok {
				during = r.Plan()
			}
			return executor.System(samples()).Execute(ctx, a)
		})
		flow := func(y actions.Yield) (string, error) {
			_, err := orchestrate.All(y, waiting("", time.Second, time.Second), func(y actions.Yield) (string, error) {
				_, _ = waiting("", time.Second/2)(y)
				return "", orchestrate.Tell(y, Mail{})
			})
			return "", err
		}
		_, err := orchestrate.Run(t.Context(), flow, combinators.Parallelize()(r.Observe(next)))
		require.NoError(t, err)
		require.Equal(t, 2*time.Second, step(t, r.Plan(), "0").Took())
		require.Equal(t, plan.Done, step(t, r.Plan(), "0").Status)
		require.Equal(t, plan.Unfinished, step(t, during, "0").Status)
		require.Equal(t, 1, step(t, r.Plan(), "0").Branches[1].Index)
	})
}

func TestCallsHaveAnEndToo(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) {
		_, _ = orchestrate.Do(y, Pay{})
		return orchestrate.Do(y, Pay{})
	}
	require.Equal(t, math.MaxInt, worst(t, flow, plan.For[Pay](plan.Policy{MaxAttempts: math.MaxInt})).Calls)
}

func TestPlansMadeByHandAreDrawnToo(t *testing.T) {
	t.Parallel()
	var nobody actions.Action
	p := &plan.Plan{Took: 5, Err: errors.New("odd"), Steps: []plan.Step{
		{Path: "7", Action: nobody, Start: 9, End: 3, Status: 77, Decided: 4},
		{Path: "7", Action: Pay{}, Start: 2, End: 4, Status: plan.Done, Tries: []plan.Try{
			{Number: 1, Start: -5, End: 2}, {Number: 9, Start: 100, End: 50, Status: plan.Failed},
		}},
		{Action: actions.Group{Mode: 9, Branches: make([]actions.Branch, 3)}, Branches: []plan.Branch{
			{Index: 3, Steps: []plan.Step{{Action: Pay{}}}},
			{Index: 12, Steps: []plan.Step{{Start: 1, End: math.MaxInt64}}},
			{Index: -1, Err: errDeclined},
		}},
		{Path: "x", Action: actions.Shielded{Action: actions.Log{}}},
	}}
	requireTidy(t, p.SVG())
	requireLines(t, p.Sequence(), sequenceLine)
	requireLines(t, p.Gantt(), ganttLine)
	require.NotEmpty(t, p.String())
	require.NotEmpty(t, p.HTML())
	require.NotEmpty(t, p.CriticalPath().String())
	require.NotEmpty(t, p.Worst().String())
	require.NotEmpty(t, p.Counts())
	require.NotNil(t, p.Gate())
}
