package durabletest_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// played runs a flow on the cassette of a history.
func played[T any](
	t *testing.T, h store.History, c durable.Config, flow orchestrate.Orchestration[T],
) (T, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cassette.json")
	cc := cassette.Config{Workflow: "checkout"}
	require.NoError(t, durabletest.Cassette(file, h, c, nil, cc))
	player, err := cassette.Load(file, cc)
	require.NoError(t, err)
	result, failed := orchestrate.Run(t.Context(), flow, player)
	require.NoError(t, player.Done())
	return result, failed
}

func TestAHistoryBecomesACassette(t *testing.T) {
	t.Parallel()
	s := shopped(t)
	flow := orchestrate.Bind(checkout, Order{ID: "well", Cents: 10})
	result, err := played(t, history(t, s, "well"), flows(checkout), flow)
	require.NoError(t, err)
	require.Equal(t, "shelf of well payment of 10", result)
	flow = orchestrate.Bind(checkout, Order{ID: "badly", Cents: 2000})
	_, err = played(t, history(t, s, "badly"), flows(checkout), flow)
	require.ErrorContains(t, err, "there is not enough money")
}

func TestACassetteHasTheOrderInWhichBranchesEnded(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield, _ Order) (string, error) {
		id, err := orchestrate.Do(y, actions.NewID{})
		if err != nil {
			return "", err
		}
		result, err := busy(y)
		if err != nil {
			return "", err
		}
		all, err := orchestrate.Settle(y, busy, busy)
		return fmt.Sprint(id, result, all), err
	}
	synctest.Test(t, func(t *testing.T) {
		s, b := memory.New(), newBooks()
		config := flows(flow)
		rt, err := durable.Open(t.Context(), s, b.mux(), config)
		require.NoError(t, err)
		run, err := durable.Define("checkout", flow).Start(t.Context(), rt, Order{}, durable.WithID("a"))
		require.NoError(t, err)
		require.NoError(t, rt.Send(t.Context(), "a", "go", "now"))
		<-time.After(3 * time.Minute)
		require.NoError(t, rt.Send(t.Context(), "a", "go", "then"))
		want, err := run.Result(t.Context())
		require.NoError(t, err)
		require.NoError(t, rt.Close(t.Context()))
		durabletest.Replay(t, history(t, s, "a"), config)
		for range 5 {
			got, err := played(t, history(t, s, "a"), config, orchestrate.Bind(flow, Order{}))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}

func TestWhatMakesNoCassette(t *testing.T) {
	t.Parallel()
	s := shopped(t)
	file := filepath.Join(t.TempDir(), "cassette.json")
	for _, c := range []struct {
		run    string
		config durable.Config
		want   string
	}{
		{"waits", flows(checkout), `a cassette of run "waits": it has not ended: it stands at step 2.0.0, ` +
			`actions.Receive[string]{"Name":"packed"}`},
		{"well", flows(dearer), "(Cents: recorded 10, got 11)"},
		{"well", durable.Config{}, `there is no flow "checkout"`},
	} {
		err := durabletest.Cassette(file, history(t, s, c.run), c.config, nil, cassette.Config{})
		require.ErrorContains(t, err, c.want)
		require.NoFileExists(t, file)
	}
}
