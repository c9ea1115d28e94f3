package journal_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/orchestrate"
)

// A branch that has lost goes on under its shield, and is given events there: nothing would end its wait.
func TestAShieldedBranchThatHasLostReceivesEvents(t *testing.T) {
	t.Parallel()
	receive := orchestrate.Lift(actions.Receive[string]{Name: "go"})
	for name, loser := range map[string]orchestrate.Orchestration[string]{
		"an action": receive,
		"a branch of a group": func(y actions.Yield) (string, error) {
			results, err := orchestrate.All(y, receive, orchestrate.Lift(actions.Receive[string]{Name: "on"}))
			return results[0], err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var received string
				j := begin(t, &memory{}, (&till{}).mux(), func(c *journal.Config) { c.Started = time.Now() })
				ended := make(chan error, 1)
				go func() {
					_, err := journal.Run(t.Context(), j, func(y actions.Yield) (any, error) {
						return orchestrate.Race(y,
							func(y actions.Yield) (got string, err error) {
								received, err = orchestrate.Shield(y, loser)
								return received, err
							},
							func(y actions.Yield) (string, error) { return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour}) },
						)
					})
					ended <- err
				}()
				time.Sleep(2 * time.Hour) // synctest
				j.Deliver(
					store.Message{Run: "r", Seq: 1, Name: "go", Payload: store.Payload{Codec: "json", Data: []byte(`"late"`)}},
					store.Message{Run: "r", Seq: 2, Name: "on"},
				)
				require.NoError(t, <-ended)
				require.Equal(t, "late", received)
			})
		})
	}
}
