package policy_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world stands for the disk and the web. It counts what reaches it.
type world struct {
	// serve answers a request. Nil answers 200 after a second.
	serve func(ctx context.Context, url string) error

	mu           sync.Mutex
	began        time.Time
	calls        []call
	inside, most int
}

// call is a request that arrived, and how long after the beginning.
type call struct {
	url string
	at  time.Duration
}

func newWorld(serve func(context.Context, string) error) *world {
	return &world{serve: serve, began: time.Now()}
}

func (w *world) enter(ctx context.Context, name string) error {
	w.mu.Lock()
	w.calls = append(w.calls, call{name, time.Since(w.began)})
	w.inside++
	w.most = max(w.most, w.inside)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.inside--
		w.mu.Unlock()
	}()
	if w.serve != nil {
		return w.serve(ctx, name)
	}
	return wait(ctx, time.Second)
}

// wait waits, but not longer than the context.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// times are the times at which requests for URLs that begin with a prefix arrived.
func (w *world) times(prefix string) (times []time.Duration) {
	for _, c := range w.calls {
		if strings.HasPrefix(c.url, prefix) {
			times = append(times, c.at)
		}
	}
	slices.Sort(times)
	return times
}

// executor is the stack around the world.
func (w *world) executor(p policy.Policy) executor.Executor {
	return policy.Stack(p)(executor.NewMux(
		executor.On(func(ctx context.Context, a check.Head) (check.Answer, error) {
			return check.Answer{Status: 200}, w.enter(ctx, a.URL)
		}),
		executor.On(func(ctx context.Context, a check.Get) (check.Page, error) {
			return check.Page{}, w.enter(ctx, a.URL)
		}),
		executor.On(func(ctx context.Context, a check.Read) (check.Document, error) {
			return check.Document{}, w.enter(ctx, a.Path)
		}),
		executor.On(func(ctx context.Context, a check.Survey) (check.Outline, error) {
			return check.Outline{}, w.enter(ctx, a.Path)
		}),
	))
}

// settle carries the actions out side by side and returns what came of each.
func settle[A actions.Of[R], R any](t *testing.T, e executor.Executor, as ...A) []actions.Outcome[R] {
	t.Helper()
	flow := func(y actions.Yield) ([]actions.Outcome[R], error) {
		return orchestrate.Settle(y, orchestrate.Each(as...)...)
	}
	outcomes, err := orchestrate.Run(t.Context(), flow, e)
	require.NoError(t, err)
	return outcomes
}

// generous is a policy that bounds nothing that a test does.
func generous() policy.Policy {
	p := policy.Default()
	p.Concurrency, p.Rate, p.Retries = 1000, 1000, 0
	return p
}
