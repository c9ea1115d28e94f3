package journal_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// receiving is the flow of n events of a name.
func receiving(name string, n int) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		var got string
		for range n {
			s, err := orchestrate.Do(y, actions.Receive[string]{Name: name})
			if err != nil {
				return got, err
			}
			got += s
		}
		return got, nil
	}
}

func TestEventsComeInOrderOfTheirName(t *testing.T) {
	t.Parallel()
	for name, deliver := range map[string]func(l *life){
		"one by one": func(l *life) {
			l.Deliver(event(1, "x", `"a"`))
			l.Deliver(event(2, "y", `"1"`))
			l.Deliver(event(3, "x", `"b"`))
			l.Deliver(event(4, "y", `"2"`))
		},
		"at once": func(l *life) {
			l.Deliver(event(1, "x", `"a"`), event(2, "y", `"1"`), event(3, "x", `"b"`), event(4, "y", `"2"`))
		},
		"twice, and again with others": func(l *life) {
			all := []store.Message{
				event(1, "x", `"a"`), event(1, "x", `"a"`), event(2, "y", `"1"`), event(3, "x", `"b"`), event(4, "y", `"2"`),
			}
			l.Deliver(all[:2]...)
			l.Deliver(all[:3]...)
			synctest.Wait()
			l.Deliver(all...)
			l.Deliver(all...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &memory{}
				flow := func(y actions.Yield) ([]string, error) {
					return orchestrate.All(y, receiving("x", 2), receiving("y", 2))
				}
				l := start(t.Context(), begin(t, log, &desk{}), flow)
				synctest.Wait()
				require.Zero(t, l.Seen())
				deliver(l)
				require.EqualValues(t, 4, l.Seen())
				require.NoError(t, l.ends(t))
				require.Equal(t, []string{"ab", "12"}, l.result)
				require.ElementsMatch(t, []int64{1, 2, 3, 4}, log.consumed, "each is consumed with the record")
				for _, r := range log.history() {
					require.NotZero(t, r.Number)
				}
				got, err := run(t, begin(t, log, &desk{}), flow)
				require.NoError(t, err)
				require.Equal(t, []string{"ab", "12"}, got)
			})
		})
	}
}

func TestEventsThatComeBeforeTheyAreWaitedForAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("slow", func(context.Context) (string, error) {
			<-open
			return "", nil
		})
		early := with(func(c *journal.Config) { c.Messages = []store.Message{event(1, "x", `"a"`)} })
		l := start(t.Context(), begin(t, log, exec, early), func(y actions.Yield) (string, error) {
			_, err := do(y, "slow")
			require.NoError(t, err)
			return receiving("x", 2)(y)
		})
		synctest.Wait()
		l.Deliver(event(2, "x", `"b"`))
		close(open)
		require.NoError(t, l.ends(t))
		require.Equal(t, "ab", l.result)
	})
}

func TestAnEventThatAnEarlierLifeHasHadDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{}
		inbox := []store.Message{event(1, "x", `"a"`), event(2, "x", `"b"`), event(3, "x", `"c"`)}
		log.fail = func(n int) (bool, error) {
			if n == 2 {
				return true, errCrash // it was written, and nobody knows
			}
			return true, nil
		}
		_, err := run(t, begin(t, log, &desk{}, func(c *journal.Config) { c.Messages = inbox }), receiving("x", 3))
		require.Equal(t, errCrash, err)
		log.fail = nil
		got, err := run(t, begin(t, log, &desk{}, func(c *journal.Config) { c.Messages = inbox }), receiving("x", 3))
		require.NoError(t, err)
		require.Equal(t, "abc", got)
		require.Equal(t, []int64{1, 2, 3}, log.consumed)
	})
}

func TestTheCallersMessagesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := start(t.Context(), begin(t, &memory{}, &desk{}), func(y actions.Yield) (string, error) {
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
				return "", err
			}
			return receiving("x", 1)(y)
		})
		synctest.Wait()
		buffer := []store.Message{event(1, "x", `"a"`)}
		l.Deliver(buffer...)
		buffer[0] = event(7, "y", `"z"`)
		require.NoError(t, l.ends(t))
		require.Equal(t, "a", l.result)
	})
}

func TestWhoWaitedFirstIsGivenTheFirstEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flows []orchestrate.Orchestration[string]
		for i := range 5 {
			flows = append(flows, func(y actions.Yield) (string, error) {
				if err := orchestrate.Tell(y, actions.Sleep{For: time.Duration(5-i) * time.Second}); err != nil {
					return "", err
				}
				return receiving("x", 1)(y)
			})
		}
		l := start(t.Context(), begin(t, &memory{}, &desk{}), func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, flows...)
		})
		<-time.After(time.Minute)
		for i := range 5 {
			l.Deliver(event(int64(i+1), "x", strconv.Quote(strconv.Itoa(i))))
		}
		require.NoError(t, l.ends(t))
		require.Equal(t, []string{"4", "3", "2", "1", "0"}, l.result)
	})
}

func TestAPayloadThatDoesNotFitIsTheErrorOfTheReceive(t *testing.T) {
	t.Parallel()
	log := &memory{}
	var texts []string
	flow := func(y actions.Yield) (string, error) {
		_, err := orchestrate.Do(y, actions.Receive[int]{Name: "x"})
		texts = append(texts, err.Error())
		return receiving("x", 1)(y)
	}
	inbox := func(c *journal.Config) { c.Messages = []store.Message{event(1, "x", `"a"`), event(2, "x", `"b"`)} }
	for range 2 {
		got, err := run(t, begin(t, log, &desk{}, inbox), flow)
		require.NoError(t, err)
		require.Equal(t, "b", got, "the bad one is gone")
	}
	require.Contains(t, texts[0], "step 0: actions.Receive[int]: the payload of the event does not fit: ")
	require.Contains(t, texts[0], "cannot unmarshal string into Go value of type int")
	require.Equal(t, texts[0], texts[1])
	require.Equal(t, []int64{1, 2}, log.consumed)
}

func TestAnEventCanBeAnError(t *testing.T) {
	t.Parallel()
	set, err := codec.NewSet(nil)
	require.NoError(t, err)
	var kinds *codec.Errors
	failure, err := kinds.Encode(set, fmt.Errorf("the child: %w", context.DeadlineExceeded))
	require.NoError(t, err)
	log := &memory{}
	for range 2 {
		_, err = run(t, begin(t, log, &desk{}, with(func(c *journal.Config) {
			c.Messages = []store.Message{{Run: "r", Seq: 1, Name: "x", Payload: failure}}
		})), receiving("x", 1))
		require.EqualError(t, err, "step 0: actions.Receive[string]: the child: context deadline exceeded")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	failure.Codec = "error+sealed"
	_, err = run(t, begin(t, &memory{}, &desk{}, with(func(c *journal.Config) {
		c.Messages = []store.Message{{Run: "r", Seq: 1, Name: "x", Payload: failure}}
	})), receiving("x", 1))
	require.ErrorContains(t, err, `"sealed"`)
}

func TestAnEventWithoutPayloadIsTheZeroValue(t *testing.T) {
	t.Parallel()
	got, err := run(t, begin(t, &memory{}, &desk{}, with(func(c *journal.Config) {
		c.Messages = []store.Message{{Run: "r", Seq: 1, Name: "x"}}
	})), receiving("x", 1))
	require.NoError(t, err)
	require.Empty(t, got)
}

// signal is an action of one's own that waits for an event.
type signal struct {
	actions.Returns[int]
	Of string
}

func (s signal) EventName() string { return s.Of }

func TestAnActionOfOnesOwnCanWaitForAnEvent(t *testing.T) {
	t.Parallel()
	got, err := run(t, begin(t, &memory{}, &desk{}, with(func(c *journal.Config) {
		c.Messages = []store.Message{event(1, "door", "7")}
	})), orchestrate.Lift(signal{Of: "door"}))
	require.NoError(t, err)
	require.Equal(t, 7, got)
}

func TestAnEventWithoutANameDoesNotCome(t *testing.T) {
	t.Parallel()
	log := &memory{}
	for range 2 {
		_, err := run(t, begin(t, log, &desk{}), receiving("", 1))
		require.ErrorContains(t, err, "the name of the event is empty")
		require.ErrorIs(t, err, executor.ErrNotDone)
	}
}

func TestACancelledWaitTakesNoEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{}
		flow := func(y actions.Yield) (string, error) {
			_, err := orchestrate.Do(y, actions.Receive[string]{Name: "x"})
			require.ErrorIs(t, err, errEmpty)
			require.False(t, executor.NotDone(err))
			_, err = orchestrate.Do(y, actions.Receive[string]{Name: "x"})
			require.ErrorIs(t, err, context.Canceled)
			require.True(t, executor.NotDone(err), "it was not begun")
			return orchestrate.Shield(y, receiving("x", 1))
		}
		kinds, err := codec.NewErrors(codec.Sentinel("empty", errEmpty))
		require.NoError(t, err)
		known := func(c *journal.Config) { c.Errors = kinds }
		ctx, cancel := context.WithCancelCause(t.Context())
		l := start(ctx, begin(t, log, &desk{}, known), flow)
		synctest.Wait()
		cancel(errEmpty)
		l.Deliver(event(1, "x", `"a"`)) // the strand has not noticed yet
		require.NoError(t, l.ends(t))
		require.Equal(t, "a", l.result)
		require.Equal(t, []int64{1}, log.consumed)
		got, err := run(t, begin(t, log, &desk{}, known), flow)
		require.NoError(t, err)
		require.Equal(t, "a", got)
	})
}

func TestNoLosingBranchSwallowsAnEvent(t *testing.T) {
	t.Parallel()
	const rounds = 200
	for name, rival := range map[string]orchestrate.Orchestration[string]{
		"another event": orchestrate.Lift(actions.Receive[string]{Name: "y"}),
		"a step":        leaf("a"),
		"a flow":        doing("a"),
		"a timeout": func(y actions.Yield) (string, error) {
			return "a", orchestrate.Tell(y, actions.Sleep{For: time.Microsecond})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			flow := func(y actions.Yield) (string, error) {
				var got strings.Builder
				for range rounds {
					s, err := orchestrate.Race(y, orchestrate.Lift(actions.Receive[string]{Name: "x"}), rival)
					if err != nil {
						return "", err
					}
					if s != "a" {
						got.WriteString(s)
					}
				}
				return got.String(), nil
			}
			j := begin(t, log, &desk{})
			var sending sync.WaitGroup
			sending.Go(func() {
				for i := range int64(2 * rounds) {
					j.Deliver(event(i+1, []string{"x", "y"}[i%2], `"."`))
				}
			})
			got, err := run(t, j, flow)
			sending.Wait()
			require.NoError(t, err)
			require.Len(t, log.consumed, len(got), "each event that was consumed was told")
			again, err := run(t, begin(t, log, &desk{}), flow)
			require.NoError(t, err)
			require.Equal(t, got, again)
		})
	}
}

func TestAnEventDecidesItsRaceInTheSameMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{}
		var outcomes []actions.Outcome[any]
		l := start(t.Context(), begin(t, log, &desk{}), func(y actions.Yield) (string, error) {
			branches := make([]actions.Branch, 5)
			for i := range branches {
				branches[i].Leaf = actions.Receive[string]{Name: "x"}
			}
			r, err := orchestrate.Do(y, actions.Group{Mode: actions.Race, Branches: branches})
			outcomes = r.Outcomes
			return "", err
		})
		synctest.Wait()
		l.Deliver(event(1, "x", `"a"`), event(2, "x", `"b"`), event(3, "x", `"c"`))
		require.NoError(t, l.ends(t))
		told := 0
		for _, o := range outcomes {
			if o.Err == nil {
				told++
				continue
			}
			_, decided := errors.AsType[*executor.DecidedError](o.Err)
			require.True(t, decided)
		}
		require.Equal(t, 1, told)
		require.Equal(t, []int64{1}, log.consumed)
	})
}

func TestAFailureDecidesNoAny(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{}
		flow := func(y actions.Yield) (any, error) {
			return y(actions.Group{Mode: actions.Any, Branches: []actions.Branch{
				{Leaf: actions.Receive[int]{Name: "x"}}, {Leaf: actions.Receive[string]{Name: "y"}},
			}})
		}
		l := start(t.Context(), begin(t, log, &desk{}), flow)
		synctest.Wait()
		l.Deliver(event(1, "x", `1.5`))
		synctest.Wait()
		require.Equal(t, []string{"0.0.0 Receive[int] failed"}, log.lines())
		l.Deliver(event(2, "y", `"b"`))
		require.NoError(t, l.ends(t))
		require.Equal(t, 1, l.result.(actions.GroupResult).Decided)
		require.Equal(t, []int64{1, 2}, log.consumed)
		require.Contains(t, log.lines(), "0 any 1")
	})
}
