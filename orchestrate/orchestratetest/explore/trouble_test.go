package explore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func TestATestCanTellWhetherThereWasTrouble(t *testing.T) {
	t.Parallel()
	var o orders
	bounds := explore.Bounds{Cancels: 1}
	explore.Schedules(t, bounds, func(s *explore.Schedule) {
		s.Send("go", true)
		require.Zero(s, s.Trouble())
		_, err := explore.Run(s, func(y actions.Yield) (int, error) {
			_, err := orchestrate.Do(y, actions.Receive[bool]{Name: "go"})
			n, failed := orchestrate.Do(y, do{N: 1})
			return n, errors.Join(err, failed)
		}, newWorld().mux())
		trouble := s.Trouble()
		if err != nil {
			require.NotZero(s, trouble.Faults+trouble.Cancels)
		}
		o.add("%d %d %d", trouble.Faults, trouble.Crashes, trouble.Cancels)
	})
	require.Equal(t, []string{"0 0 0", "0 0 1", "0 1 0", "0 1 1", "1 0 0", "1 0 1", "1 1 0", "1 1 1"}, o.all())
}
