package combinators_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func TestAPanicBelowIsToldAndGoesOn(t *testing.T) {
	t.Parallel()
	l := &listener{}
	exec := combinators.Observed(l)(executor.Func(
		func(context.Context, actions.Action) (any, error) { panic(errNegative) }))

	require.PanicsWithError(t, "panic: negative", func() { _, _ = exec.Execute(context.Background(), ask{}) })

	require.ErrorIs(t, l.ended(t).Err, errNegative)
	var panicked *executor.PanicError
	require.ErrorAs(t, l.ended(t).Err, &panicked)
	require.Contains(t, string(panicked.Stack), "TestAPanicBelowIsToldAndGoesOn", "the stack is the one of the panic")
}

func TestAnExitBelowIsToldAndGoesOn(t *testing.T) {
	t.Parallel()
	l := &listener{}
	exec := combinators.Observed(l)(executor.Func(func(context.Context, actions.Action) (any, error) {
		runtime.Goexit()
		return nil, nil
	}))
	returned := false
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = exec.Execute(context.Background(), ask{})
		returned = true
	})
	wg.Wait()

	require.False(t, returned)
	require.EqualError(t, l.ended(t).Err, "the handler exited its goroutine")
	require.Equal(t, combinators.Failure, l.ended(t).Class)
}

// broken is a sink that panics whatever it is told.
type broken struct{}

func (broken) Enabled(context.Context) bool { panic("enabled") }

func (broken) Start(context.Context, *combinators.Started) context.Context { panic("start") }

func (broken) Observe(context.Context, combinators.Event) { panic("observe") }

func TestASinkThatPanicsIsReportedAndTheOthersAreTold(t *testing.T) { // not parallel: sets slog.Default
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	l := &listener{}

	v, err := combinators.Observed(broken{}, l)(answers()).Execute(context.Background(), ask{N: 4})

	require.NoError(t, err)
	require.Equal(t, 4, v)
	require.Len(t, l.lines, 2)
	for _, where := range []string{"enabled", "start", "observe"} {
		require.Contains(t, log.String(), "panic: "+where)
	}
	require.Contains(t, log.String(), "who=combinators_test.broken")
}

// brokenHandler is a log that panics.
type brokenHandler struct{ slog.Handler }

func (brokenHandler) Handle(context.Context, slog.Record) error { panic("the log") }

func TestALogThatPanicsStopsNothing(t *testing.T) { // not parallel: sets slog.Default
	old := slog.Default()
	slog.SetDefault(slog.New(brokenHandler{slog.DiscardHandler}))
	defer slog.SetDefault(old)

	v, err := combinators.Observed(broken{})(answers()).Execute(context.Background(), ask{N: 4})

	require.NoError(t, err)
	require.Equal(t, 4, v)
}

func TestWhatIsReportedAfterTheEndIsToldAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{}
		exec := combinators.Chain(
			combinators.Observed(l),
			combinators.TimedWith(combinators.Timeout{Limit: time.Second, Abandon: &combinators.Abandonment{}}),
			combinators.Tapped(combinators.Tap{After: func(context.Context, actions.Action, any, error) { panic("late") }}),
		)(executor.Func(func(context.Context, actions.Action) (any, error) {
			synctestSleep(time.Minute) // deaf to its context
			return nil, nil
		}))

		_, err := exec.Execute(t.Context(), ask{})

		require.Error(t, err)
		end := l.ended(t)
		before := *end
		synctestSleep(time.Hour)
		synctest.Wait()
		last, penultimate := l.events[len(l.events)-1], l.events[len(l.events)-2]
		require.Contains(t, []string{last.Name(), penultimate.Name()}, "callback panicked")
		require.Equal(t, &before, end, "an event does not change")
	})
}
