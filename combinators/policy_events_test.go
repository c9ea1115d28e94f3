package combinators_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
)

func TestTheEventsOfPoliciesDescribeThemselves(t *testing.T) {
	t.Parallel()
	const action = "action=combinators_test.getQuote"
	for _, c := range []struct {
		event combinators.Event
		name  string
		value string
	}{
		{
			&combinators.TimedOut{Action: getQuote{}, Limit: time.Second},
			"timed out", action + " by=Timed limit=1s",
		},
		{
			&combinators.AbandonedEnded{Action: getQuote{}, Err: errDown},
			"abandoned handler ended", action + " by=Timed error=the quote service is down",
		},
		{
			&combinators.HedgeStarted{Action: getQuote{}, Number: 2, Delay: time.Second},
			"hedge started", action + " attempt=2 by=Hedged delay=1s",
		},
		{&combinators.HedgeEnded{Action: getQuote{}, Winner: 0}, "hedge failed", action + " by=Hedged"},
		{&combinators.HedgeEnded{Action: getQuote{}, Winner: 1}, "hedge lost", action + " by=Hedged attempt=1"},
		{&combinators.HedgeEnded{Action: getQuote{}, Winner: 2}, "hedge won", action + " by=Hedged attempt=2"},
		{
			&combinators.FellBack{Action: getQuote{}, Resort: 1, Err: errDown},
			"fell back", action + " by=Fallback resort=1 error=the quote service is down",
		},
	} {
		require.Equal(t, c.name, c.event.Name())
		require.Equal(t, "["+c.value+"]", c.event.LogValue().String())
	}
}
