package executortest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
)

// chatter is a flow of nested groups in which every strand says what it does. The log is shared by all strands without
// a lock, so the race detector sees it if two of them ever run at once.
type chatter struct {
	log    []string
	inside int
}

func (c *chatter) say(format string, args ...any) {
	c.inside++
	if c.inside != 1 {
		panic("two strands run at once")
	}
	c.log = append(c.log, fmt.Sprintf(format, args...))
	c.inside--
}

func (c *chatter) flow(name string, depth int) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		c.say("%s begins", name)
		for i := range 3 {
			// Many of these end at the same instant.
			if _, err := orchestrate.Do(y, work{Takes: time.Duration(i%2) * time.Second}); err != nil {
				return "", err
			}
			c.say("%s did %d", name, i)
		}
		if depth > 0 {
			_, err := orchestrate.Race(y, c.flow(name+".a", depth-1), c.flow(name+".b", depth-1), c.flow(name+".c", depth-1))
			c.say("%s joined: %v", name, err)
		}
		return name, nil
	}
}

func TestCooperativeStrandsRunOneAtATimeInTheSameOrderEveryTime(t *testing.T) {
	t.Parallel()
	var first []string
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			ctx, exec := cooperative(t.Context(), executor.System(workers()))
			c := &chatter{}
			_, err := orchestrate.Run(ctx, c.flow("root", 2), exec)
			require.NoError(t, err)
			if first == nil {
				first = c.log
			}
			require.Equal(t, first, c.log)
		})
	}
	require.Greater(t, len(first), 30)
}

func TestCooperativeStrandsTakeTurnsAtEveryAction(t *testing.T) {
	t.Parallel()
	c := &chatter{}
	talker := func(name string) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			for i := range 3 {
				c.say("%s%d", name, i)
				if _, err := orchestrate.Do(y, work{}); err != nil {
					return actions.Void{}, err
				}
			}
			return actions.Void{}, nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, exec := cooperative(t.Context(), workers())
		_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]actions.Void, error) {
			return orchestrate.All(y, talker("a"), talker("b"), talker("c"))
		}, exec)
		require.NoError(t, err)
		require.Equal(t, "a0 b0 c0 a1 b1 c1 a2 b2 c2", strings.Join(c.log, " "))
	})
}

func TestCooperativeActionsAreCarriedOutSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, exec := cooperative(t.Context(), executor.System(workers()))
		start := time.Now()
		got, err := orchestrate.Run(ctx, func(y actions.Yield) (string, error) {
			return orchestrate.Race(y, orchestrate.Each(
				work{Name: "slow", Takes: 2 * time.Hour}, work{Name: "quick", Takes: time.Hour})...)
		}, exec)
		require.NoError(t, err)
		require.Equal(t, "quick", got)
		require.Equal(t, time.Hour, time.Since(start))

		_, err = orchestrate.Run(ctx, func(y actions.Yield) (string, error) {
			return orchestrate.WithTimeout(y, time.Minute, orchestrate.Lift(work{Takes: time.Hour}))
		}, exec)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour+time.Minute, time.Since(start))
	})
}

func TestCooperativeWorksOutsideABubble(t *testing.T) {
	t.Parallel()
	ctx, exec := cooperative(t.Context(), executor.System(workers()))
	c := &chatter{}
	quick := func(y actions.Yield) (string, error) {
		return orchestrate.WithTimeout(y, time.Hour, func(y actions.Yield) (string, error) {
			all, err := orchestrate.All(y, func(y actions.Yield) (string, error) {
				c.say("a")
				return orchestrate.Do(y, work{Name: "a"})
			}, func(y actions.Yield) (string, error) {
				c.say("b")
				return orchestrate.Do(y, work{Name: "b"})
			})
			return strings.Join(all, ""), err
		})
	}
	got, err := orchestrate.Run(ctx, quick, exec)
	require.NoError(t, err)
	require.Equal(t, "ab", got)
	require.Equal(t, []string{"a", "b"}, c.log)
}

func TestCooperativeRefusesToStandAboveGroups(t *testing.T) {
	t.Parallel()
	host := &executortest.Cooperative{}
	ctx := executor.WithStrands(t.Context(), host)
	_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(work{}, work{})...)
	}, host.Around(combinators.Parallelize()(workers())))
	require.ErrorContains(t, err, `the group "all" reached Cooperative.Around`)
	require.PanicsWithValue(t, "executortest.Cooperative.Around: the next executor is nil", func() { host.Around(nil) })
}

func TestCooperativeIsALayer(t *testing.T) {
	t.Parallel()
	host := &executortest.Cooperative{}
	require.Equal(t, "Cooperative > System > Mux(2)", executor.Layers(host.Around(executor.System(workers()))).String())
}
