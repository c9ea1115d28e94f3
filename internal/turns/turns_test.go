package turns_test

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/turns"
	"github.com/baton-go/baton/orchestrate"
)

type note struct {
	actions.Returns[string]
	Name string
}

// parking is an executor whose strands park at every action.
type parking struct{ host *turns.Host }

func (e parking) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, e)
	}
	if err := e.host.Park(ctx, a.(note).Name); err != nil {
		return nil, err
	}
	return a.(note).Name, nil
}

// notes yields two notes, one after the other.
func notes(name string) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		a, err := orchestrate.Do(y, note{Name: name + "1"})
		if err != nil {
			return "", err
		}
		b, err := orchestrate.Do(y, note{Name: name + "2"})
		return a + b, err
	}
}

func names(parked []*turns.Parked) (names []string) {
	for _, p := range parked {
		names = append(names, p.Value.(string))
	}
	slices.Sort(names)
	return names
}

func TestOneStrandGoesOnAtATimeInTheOrderThatIsChosen(t *testing.T) {
	t.Parallel()
	var seen []string
	host := turns.New(func(parked []*turns.Parked) *turns.Parked {
		all := names(parked)
		seen = append(seen, strings.Join(all, " "))
		last := all[len(all)-1]
		return parked[slices.IndexFunc(parked, func(p *turns.Parked) bool { return p.Value == last })]
	})
	var result []string
	var err error
	host.Run(t.Context(), func(ctx context.Context) {
		result, err = orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
			inner := func(y actions.Yield) (string, error) {
				both, err := orchestrate.All(y, notes("b"), notes("c"))
				return strings.Join(both, ""), err
			}
			return orchestrate.All(y, notes("a"), inner)
		}, parking{host})
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a1a2", "b1b2c1c2"}, result)
	require.Equal(t, []string{"a1 b1 c1", "a1 b1 c2", "a1 b1", "a1 b2", "a1", "a2"}, seen)
}

func TestAStrandThatIsNotChosenIsWoken(t *testing.T) {
	t.Parallel()
	idle := make(chan []*turns.Parked, 1)
	host := turns.New(func(parked []*turns.Parked) *turns.Parked {
		idle <- parked
		return nil
	})
	done := make(chan string)
	go host.Run(t.Context(), func(ctx context.Context) {
		winner, _ := orchestrate.Run(ctx, func(y actions.Yield) (string, error) {
			return orchestrate.Any(y, notes("a"), notes("b"))
		}, parking{host})
		done <- winner
	})
	for _, want := range []string{"a1 b1", "a1 b2"} {
		parked := <-idle
		require.Equal(t, want, strings.Join(names(parked), " "))
		host.Wake(parked[len(parked)-1])
		require.Panics(t, func() { host.Wake(parked[len(parked)-1]) })
	}
	parked := <-idle
	require.NoError(t, context.Cause(t.Context()))
	require.EqualError(t, context.Cause(parked[0].Context), "branch 1 decided the group")
	host.Wake(parked[0])
	host.Wake((<-idle)[0])
	require.Equal(t, "b1b2", <-done)
}

func TestWhatIsDoneBesideTakesNoTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host := turns.New(nil)
		var ended []string
		takes := map[string]time.Duration{"a1": 3 * time.Second, "a2": 1, "b1": time.Second, "b2": 4 * time.Second}
		exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			name := a.(note).Name
			host.Beside(ctx, func(ctx context.Context) {
				time.Sleep(takes[name]) // in a synctest bubble
				require.Nil(t, turns.HostOf(ctx))
			})
			require.Equal(t, host, turns.HostOf(ctx))
			ended = append(ended, name) // one at a time, else the race detector says so
			return name, nil
		})
		start := time.Now()
		host.Run(t.Context(), func(ctx context.Context) {
			g := actions.Group{Branches: []actions.Branch{branch("a"), branch("b")}}
			_, err := executor.RunGroup(ctx, g, exec)
			require.NoError(t, err)
		})
		require.Equal(t, []string{"b1", "a1", "a2", "b2"}, ended)
		require.Equal(t, 5*time.Second, time.Since(start))
	})
}

func branch(name string) actions.Branch {
	return actions.Branch{Flow: func(y actions.Yield) (any, error) { return notes(name)(y) }}
}

func TestAFlowOfAHandlerHasGoroutines(t *testing.T) {
	t.Parallel()
	host := turns.New(nil)
	meet := make(chan string)
	host.Run(t.Context(), func(ctx context.Context) {
		host.Beside(ctx, func(ctx context.Context) {
			g := actions.Group{Branches: []actions.Branch{
				{Flow: func(actions.Yield) (any, error) { return <-meet, nil }},
				{Flow: func(actions.Yield) (any, error) { meet <- "met"; return nil, nil }},
			}}
			r, err := executor.RunGroup(ctx, g, executor.NewMux())
			require.NoError(t, err)
			require.Equal(t, "met", r.Outcomes[0].Value)
			host.Beside(ctx, func(ctx context.Context) { require.Nil(t, turns.HostOf(ctx)) })
		})
	})
}

func TestAForeignGoroutineIsTold(t *testing.T) {
	t.Parallel()
	host := turns.New(func(parked []*turns.Parked) *turns.Parked { return parked[0] })
	host.Run(t.Context(), func(ctx context.Context) {
		require.NoError(t, host.Park(ctx, nil))
		foreign := make(chan error)
		go func() { foreign <- host.Park(ctx, nil) }()
		require.Equal(t, turns.ErrForeign, <-foreign)
	})
	require.Equal(t, turns.ErrForeign, host.Park(t.Context(), nil))
	turns.New(nil).Run(t.Context(), func(ctx context.Context) {
		require.Equal(t, turns.ErrForeign, host.Park(ctx, nil))
	})
}

func TestAStrandMayExitItsGoroutine(t *testing.T) {
	t.Parallel()
	for exiting := range 3 {
		host := turns.New(func(parked []*turns.Parked) *turns.Parked { return parked[0] })
		ended := make(chan bool)
		ran := make([]bool, 3)
		go func() {
			defer close(ended)
			host.Run(t.Context(), func(ctx context.Context) {
				exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
					defer func() { ran[a.(note).Name[0]-'0'] = true }()
					if err := host.Park(ctx, nil); err != nil {
						return nil, err
					}
					if a.(note).Name == strconv.Itoa(exiting) {
						runtime.Goexit()
					}
					return nil, nil
				})
				g := actions.Group{Branches: []actions.Branch{
					{Leaf: note{Name: "0"}}, {Leaf: note{Name: "1"}}, {Leaf: note{Name: "2"}},
				}}
				_, _ = executor.RunGroup(ctx, g, exec)
				ended <- false
			})
		}()
		_, returned := <-ended
		require.False(t, returned)
		require.Equal(t, []bool{true, true, true}, ran)
	}
}

func TestStrandsThatNeverParkRunInTheOrderOfTheFlow(t *testing.T) {
	t.Parallel()
	var ran []string
	exec := executor.Func(func(_ context.Context, a actions.Action) (any, error) {
		ran = append(ran, a.(note).Name)
		return a.(note).Name, nil
	})
	turns.New(nil).Run(t.Context(), func(ctx context.Context) {
		_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, func(y actions.Yield) (string, error) {
				_, err := orchestrate.All(y, notes("a"), notes("b"), notes("c"))
				if err != nil {
					return "", err
				}
				return orchestrate.Do(y, note{Name: "d"})
			}, notes("e"), notes("f"))
		}, nested{exec})
		require.NoError(t, err)
	})
	require.Equal(t, "a1 a2 b1 b2 c1 c2 d e1 e2 f1 f2", strings.Join(ran, " "))
}

// nested carries out groups within groups.
type nested struct{ next executor.Executor }

func (e nested) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, e)
	}
	return e.next.Execute(ctx, a)
}
