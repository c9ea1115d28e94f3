package orchestrate_test

import (
	"errors"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// sum asks for two numbers and says their sum.
func sum(y actions.Yield) (int, error) {
	a, err := orchestrate.Do(y, Get{Name: "a"})
	if err != nil {
		return 0, err
	}
	b, err := orchestrate.Do(y, Get{Name: "b"})
	if err != nil {
		return a, err
	}
	return a + b, orchestrate.Tell(y, Put{Name: "sum"})
}

func TestSteppingAnswersByHand(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(sum)
	_, err := s.Result()
	require.Equal(t, orchestrate.ErrNotOver, err)
	for range 2 { // it can be run again
		var seen []actions.Action
		for action, reply := range s.All() {
			seen = append(seen, action)
			_, err := s.Result()
			require.Equal(t, orchestrate.ErrNotOver, err)
			if get, ok := action.(Get); ok {
				reply.Value = len(seen) * 10
				require.NotEmpty(t, get.Name)
			}
		}
		require.Equal(t, []actions.Action{Get{Name: "a"}, Get{Name: "b"}, Put{Name: "sum"}}, seen)
		n, err := s.Result()
		require.NoError(t, err)
		require.Equal(t, 30, n)
	}
}

func TestAReplyMayBeAnError(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(sum)
	for action, reply := range s.All() {
		if action == (Get{Name: "a"}) {
			reply.Value = 1
		} else {
			reply.Err = errBoom
		}
	}
	n, err := s.Result()
	require.Equal(t, errBoom, err, "nothing is wrapped around what was answered by hand")
	require.Equal(t, 1, n)
}

func TestLeavingTheLoopIsSeenAtTheYield(t *testing.T) {
	t.Parallel()
	var seen []error
	deferred := false
	s := orchestrate.Steps(func(y actions.Yield) (int, error) {
		defer func() { deferred = true }()
		for range 3 {
			_, err := orchestrate.Do(y, Get{})
			seen = append(seen, err)
		}
		return 7, errors.New("left")
	})
	for range s.All() {
		if len(seen) == 1 {
			break
		}
	}
	require.Equal(t, []error{nil, orchestrate.ErrStopped, orchestrate.ErrStopped}, seen)
	require.True(t, deferred)
	n, err := s.Result()
	require.EqualError(t, err, "left")
	require.Equal(t, 7, n)
}

func TestASagaThatIsNoLongerSteppedSaysWhatItCouldNotUndo(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(saga(trip))
	n := 0
	for range s.All() {
		if n++; n == 2 {
			break
		}
	}
	_, err := s.Result()
	const stopped = "the orchestration is no longer stepped"
	require.EqualError(t, err, stopped+"; undo: "+stopped+"; "+stopped)
	require.ErrorIs(t, err, orchestrate.ErrStopped)
}

func TestARetryThatIsNoLongerSteppedEnds(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(retry(backoff.Constant(time.Second), get("x")))
	for range s.All() {
		break
	}
	_, err := s.Result()
	require.Equal(t, orchestrate.ErrStopped, err)
}

func TestStepsCanBePulledOneByOne(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(sum)
	next, stop := iter.Pull2(s.All())
	defer stop()
	action, reply, ok := next()
	require.True(t, ok)
	require.Equal(t, Get{Name: "a"}, action)
	reply.Value = 1
	action, reply, ok = next()
	require.True(t, ok)
	require.Equal(t, Get{Name: "b"}, action)
	reply.Value = 2
	_, err := s.Result()
	require.Equal(t, orchestrate.ErrNotOver, err)
	action, _, ok = next()
	require.True(t, ok)
	require.Equal(t, Put{Name: "sum"}, action)
	_, _, ok = next()
	require.False(t, ok)
	n, err := s.Result()
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestToStopPullingIsToLeaveTheLoop(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(sum)
	next, stop := iter.Pull2(s.All())
	_, _, ok := next()
	require.True(t, ok)
	stop()
	_, err := s.Result()
	require.Equal(t, orchestrate.ErrStopped, err)
}

func TestStepsShowGroupsAndShieldsAsTheyAreYielded(t *testing.T) {
	t.Parallel()
	s := orchestrate.Steps(func(y actions.Yield) (int, error) {
		if _, err := orchestrate.Shield(y, get("a")); err != nil {
			return 0, err
		}
		return orchestrate.Race(y, get("b"))
	})
	var seen []actions.Action
	for action, reply := range s.All() {
		seen = append(seen, action)
		if _, ok := action.(actions.Group); ok {
			reply.Value = outcomes(0, 7)
		}
	}
	require.Equal(t, []actions.Action{
		actions.Shielded{Action: Get{Name: "a"}},
		actions.Group{Mode: actions.Race, Branches: []actions.Branch{{Leaf: Get{Name: "b"}}}},
	}, seen)
	n, err := s.Result()
	require.NoError(t, err)
	require.Equal(t, 7, n)
}

func TestAYieldOfStepsThatIsMisusedIsAnError(t *testing.T) {
	t.Parallel()
	var kept actions.Yield
	s := orchestrate.Steps(func(y actions.Yield) (int, error) {
		kept = y
		return orchestrate.Do(y, Get{})
	})
	for range s.All() {
		_, err := kept(Get{Name: "x"})
		require.ErrorIs(t, err, executor.ErrLent)
	}
	_, err := kept(Get{Name: "x"})
	require.ErrorIs(t, err, executor.ErrOver)
	for range s.All() {
		break
	}
	_, err = kept(Get{Name: "x"})
	require.ErrorIs(t, err, executor.ErrOver)
}

func TestPanicsAndExitsGoThroughTheLoop(t *testing.T) {
	t.Parallel()
	deferred := 0
	s := orchestrate.Steps(func(y actions.Yield) (int, error) {
		defer func() { deferred++ }()
		if _, err := orchestrate.Do(y, Get{}); err != nil {
			return 0, err
		}
		panic("here")
	})
	require.PanicsWithValue(t, "here", func() {
		for range s.All() {
		}
	})
	require.PanicsWithValue(t, "the loop's", func() {
		for range s.All() {
			panic("the loop's")
		}
	})
	require.False(t, exitOf(func() {
		for range s.All() {
			runtime.Goexit()
		}
	}))
	require.Equal(t, 3, deferred)
	_, err := s.Result()
	require.Equal(t, orchestrate.ErrNotOver, err)
}
