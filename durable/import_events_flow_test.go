package durable_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// tickets receives six events, with a day's rest after the second.
var tickets = durable.Define("tickets", func(y actions.Yield, _ string) (string, error) {
	var got []string
	for len(got) < 6 {
		e, err := orchestrate.Do(y, actions.Receive[string]{Name: "e"})
		if err != nil {
			return "", err
		}
		if got = append(got, e); len(got) == 2 {
			if err := orchestrate.Tell(y, actions.Sleep{For: 24 * time.Hour}); err != nil {
				return "", err
			}
		}
	}
	return strings.Join(got, " "), nil
})

func TestEventsAreThereAfterARunWasImportedTwice(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, c *durable.Client, events ...string) {
		t.Helper()
		for _, e := range events {
			require.NoError(t, c.Send(t.Context(), "a", "e", e))
		}
	}
	inHouse(t, durable.Flows(tickets), func(t *testing.T, h *house) {
		launch(t, h, tickets, "", durable.WithID("a"))
		send(t, h.Client, "1", "2", "3")
		synctestSleep(time.Minute)
		h.close(t)
		second, third := memory.New(), memory.New()
		move(t, h.Client, durable.NewClient(second), "a")
		send(t, durable.NewClient(second), "4", "5", "6") // the last but one is in the place that 3 had in the first store
		move(t, durable.NewClient(second), durable.NewClient(third), "a")
		h.store = third
		h.open(t)
		synctestSleep(48 * time.Hour)
		require.Equal(t, durable.Completed, h.status(t, "a"))
		require.Equal(t, "1 2 3 4 5 6", result(t, tickets.Attach(h, "a")))
	})
}

func TestARunIsImportedWithTheEndOfAChildThatHasALongID(t *testing.T) {
	t.Parallel()
	child := durable.Define("child", func(_ actions.Yield, n int) (int, error) { return 2 * n, nil })
	parent := durable.Define("parent", func(y actions.Yield, n int) (int, error) {
		id, err := child.StartChild(y, n, durable.WithID(strings.Repeat("c", 200)))
		if err != nil {
			return 0, err
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: 24 * time.Hour}); err != nil {
			return 0, err
		}
		return child.Await(y, id)
	})
	inHouse(t, durable.Flows(child, parent), func(t *testing.T, h *house) {
		launch(t, h, parent, 21, durable.WithID("a"))
		synctestSleep(time.Minute)
		h.close(t)
		other := memory.New()
		move(t, h.Client, durable.NewClient(other), "a")
		h.store = other
		h.open(t)
		require.Equal(t, 42, result(t, parent.Attach(h, "a")))
	})
}
