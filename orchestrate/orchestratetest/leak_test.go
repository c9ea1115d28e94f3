package orchestratetest_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestAGoroutineThatIsLeftBehindIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where it takes no time
		stop := make(chan struct{})
		defer close(stop)
		text := told(t, func(t *fakeT) {
			_, _ = kit.Deterministic(t, func(y actions.Yield) (int, error) {
				go leaks(stop)
				return thing("a")(y)
			}, all())
		})
		require.Contains(t, text, "the orchestration leaves a goroutine behind:\n  ")
		require.Contains(t, text, "orchestratetest_test.leaks")
		require.Contains(t, text, "orchestratetest/@")
	})
}

// It ends after the run has, when the machine comes to it.
func TestAGoroutineThatEndsIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sum, err := kit.Deterministic(t, func(y actions.Yield) (int, error) {
			one := make(chan int, 1)
			go func() {
				one <- 1
				for range 1000 {
					runtime.Gosched()
				}
			}()
			n, err := thing("a")(y)
			return n + <-one, err
		}, all())
		require.NoError(t, err)
		require.Equal(t, 2, sum)
		require.Zero(t, time.Since(start))
	})
}

func leaks(stop chan struct{}) { <-stop }
