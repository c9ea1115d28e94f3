package durable_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestAFlowStartsAndAwaitsChildrenByActions(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var got []actions.Action
	yield := func(a actions.Action) (any, error) {
		got = append(got, a)
		if len(got) == 3 {
			return "receipt", nil
		}
		return "child", nil
	}
	id, err := buy.StartChild(yield, order{"tea", 1})
	require.NoError(t, err)
	require.Equal(t, "child", id)
	_, err = buy.StartChild(yield, order{"tea", 2}, durable.WithID("c"), durable.OnParentClose(durable.Abandon),
		durable.WithDelay(time.Minute), durable.WithTimeLimit(time.Hour), durable.WithDeadline(at),
		durable.WithRetention(time.Second), durable.WithPriority(2), durable.WithQueue("q"),
		durable.WithLabels(map[string]string{"k": "v"}))
	require.NoError(t, err)
	out, err := buy.Await(yield, id)
	require.NoError(t, err)
	require.Equal(t, "receipt", out)
	require.Equal(t, []actions.Action{
		durable.Start[order]{Flow: "buy", Input: order{"tea", 1}},
		durable.Start[order]{
			Flow: "buy", Input: order{"tea", 2}, ID: "c", OnParentClose: durable.Abandon, Delay: time.Minute,
			TimeLimit: time.Hour, Deadline: at, Retention: time.Second, Priority: 2, Queue: "q",
			Labels: map[string]string{"k": "v"},
		},
		durable.Await[string]{ID: "child"},
	}, got)
	require.Equal(t, "durable.Start", actions.Name(got[0]), "whatever the types are called")
	require.Equal(t, "durable.Await", actions.Name(got[2]))
	require.True(t, actions.IsWait(got[2]))
	require.False(t, actions.IsWait(got[0]))
}

func TestBadOptionsOfAChildAreNotYielded(t *testing.T) {
	t.Parallel()
	y := func(actions.Action) (any, error) { return nil, errors.New("it was yielded") }
	for _, c := range []struct {
		opt  durable.StartOption
		want error
	}{
		{nil, durable.ErrBadOption},
		{durable.WithParent("p", durable.Abandon), durable.ErrBadOption},
		{durable.WithID(""), durable.ErrBadID},
		{durable.OnParentClose(9), durable.ErrBadOption},
	} {
		_, err := buy.StartChild(y, order{}, c.opt)
		require.ErrorIs(t, err, c.want)
	}
	_, err := buy.Await(y, "")
	require.ErrorIs(t, err, durable.ErrBadID)
}

func TestRunChildStartsAChildAndAwaitsIt(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) { return buy.RunChild(y, order{"tea", 1}, durable.WithID("c")) }
	got, err := orchestratetest.RunScript(t, flow,
		orchestratetest.Expect(durable.Start[order]{Flow: "buy", Input: order{"tea", 1}, ID: "c"}).Return("c"),
		orchestratetest.Expect(durable.Await[string]{ID: "c"}).Return("receipt"),
	)
	require.NoError(t, err)
	require.Equal(t, "receipt", got)

	_, err = orchestratetest.RunScript(t, flow,
		orchestratetest.ExpectType[durable.Start[order]]().Fail(durable.ErrConflict),
	)
	require.ErrorIs(t, err, durable.ErrConflict)
}
