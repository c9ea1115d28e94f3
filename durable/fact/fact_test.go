package fact_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// leveled is a fact as logs see it.
type leveled interface {
	combinators.Event
	LogLevel() combinators.Level
}

func TestFactsSayWhatHappenedWhereAndHowBadItIs(t *testing.T) {
	t.Parallel()
	run := fact.Run{ID: "r", Flow: "f"}
	again := fact.Run{ID: "r", Flow: "f", Life: 3}
	broken := errors.New("it is broken")
	at := time.Date(2026, time.November, 21, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		fact leveled
		want string
	}{
		{
			&fact.Changed{Run: run, Status: store.Pending, Due: at},
			"debug run pending [run=r flow=f due=2026-11-21 03:00:00 +0000 UTC]",
		},
		{&fact.Changed{Run: again, Status: store.Running}, "debug run running [run=r flow=f life=3]"},
		{
			&fact.Changed{Run: run, Status: store.Waiting, Due: at},
			"debug run waiting [run=r flow=f due=2026-11-21 03:00:00 +0000 UTC]",
		},
		{
			&fact.Changed{Run: run, Status: store.Completed, Took: time.Second},
			"debug run completed [run=r flow=f took=1s]",
		},
		{
			&fact.Changed{Run: run, Status: store.Failed, Took: time.Second, Err: broken},
			"warn run failed [run=r flow=f took=1s error=it is broken]",
		},
		{
			&fact.Changed{Run: run, Status: store.Cancelled, Reason: "enough", Err: broken},
			"debug run cancelled [run=r flow=f reason=enough took=0s error=it is broken]",
		},
		{
			&fact.Changed{Run: run, Status: store.Blocked, Reason: "why", Err: broken},
			"warn run blocked [run=r flow=f reason=why]",
		},
		{
			&fact.Changed{Run: run, Status: store.Paused, Reason: "why"},
			"debug run paused [run=r flow=f reason=why]",
		},
		{
			&fact.Imported{Run: run, Status: store.Waiting, Records: 7},
			"debug run imported [run=r flow=f status=waiting records=7]",
		},
		{&fact.LifeBegan{Run: again, Records: 7}, "debug life began [run=r flow=f life=3 records=7]"},
		{
			&fact.LifeEnded{LifeBegan: &fact.LifeBegan{Run: run}, Status: store.Waiting, Took: time.Second},
			"debug life ended [run=r flow=f status=waiting took=1s]",
		},
		{&fact.OnTrial{Run: run, Lives: 3, Trials: 1}, "warn run on trial [run=r flow=f lives=3 trials=1]"},
		{&fact.Retried{Run: run, Err: broken}, "warn run tried again [run=r flow=f error=it is broken]"},
		{
			&fact.Retried{Run: run, Err: &executor.PanicError{Value: "ouch", Stack: []byte("here")}},
			"warn run tried again [run=r flow=f error=panic: ouch stack=here]",
		},
		{&fact.Vetoed{Run: run, Err: broken}, "info run vetoed [run=r flow=f error=it is broken]"},
		{&fact.LeaseLost{Run: run, Err: broken}, "warn lease lost [run=r flow=f error=it is broken]"},
		{
			&fact.NotDone{Operation: "sweep", Err: broken, Level: combinators.LevelWarn},
			"warn left undone [operation=sweep error=it is broken]",
		},
		{&fact.Claimed{Runs: 3, Took: time.Second}, "off claimed [runs=3 took=1s]"},
		{
			&fact.Committed{Writes: 3, Refused: 1, Records: 2, Took: time.Second},
			"off committed [writes=3 refused=1 records=2 took=1s]",
		},
		{
			&fact.StoreFailed{Operation: "commit", Err: broken, For: time.Second},
			"warn store failed [operation=commit for=1s error=it is broken]",
		},
		{&fact.StoreFailed{Operation: "commit", Silent: true}, "off store failed [operation=commit for=0s]"},
		{&fact.StoreAnswers{After: time.Second}, "info store answers again [after=1s]"},
		{
			&fact.Measured{At: at, Queues: []store.Backlog{{Queue: "mail", Runs: 2, Oldest: at}, {Queue: "bulk"}}},
			"off queues measured [runs=[mail=2 bulk=0]]",
		},
		{
			&fact.Refused{Queue: "mail", Runs: 2, Depth: 9, Limit: 10},
			"debug queue full [queue=mail runs=2 depth=9 limit=10]",
		},
		{&fact.Swept{Runs: 3}, "debug swept [runs=3]"},
		{
			&fact.Unknown{Runs: map[string]int{"f": 2}, All: true},
			"warn runs of unknown flows [runs=map[f:2] all=true]",
		},
		{
			&fact.Counted{Runs: map[store.Status]int64{store.Waiting: 2, store.Pending: 1}},
			"off counted [pending=1 waiting=2]",
		},
	} {
		require.Equal(t, c.want, fmt.Sprint(c.fact.LogLevel(), " ", c.fact.Name(), " ", c.fact.LogValue().Group()))
	}
}
