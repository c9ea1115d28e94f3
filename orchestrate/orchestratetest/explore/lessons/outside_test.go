package lessons_test

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type (
	// Ask asks the bank to transfer money. It calls when it has.
	Ask struct{ actions.Returns[actions.Void] }
	// Listen has calls kept from now on.
	Listen struct{ actions.Returns[actions.Void] }
	// Look asks whether there was a call.
	Look struct{ actions.Returns[bool] }
)

// The answer may be there before one has asked how to hear it. Listen first.
func earlyEventLost() lesson[actions.Void] {
	var none actions.Void
	poll := func(y actions.Yield) (actions.Void, error) {
		return orchestrate.Poll(y, backoff.Constant(time.Hour).UpTo(2), func(y actions.Yield) (actions.Void, bool, error) {
			called, err := orchestrate.Do(y, Look{})
			return none, called, err
		})
	}
	return lesson[actions.Void]{
		bounds: explore.Bounds{Faults: explore.None},
		bug: func(y actions.Yield) (actions.Void, error) {
			if err := orchestrate.Tell(y, Ask{}); err != nil {
				return none, err
			}
			if err := orchestrate.Tell(y, Listen{}); err != nil {
				return none, err
			}
			return poll(y)
		},
		fixed: func(y actions.Yield) (actions.Void, error) {
			if err := orchestrate.Tell(y, Listen{}); err != nil {
				return none, err
			}
			if err := orchestrate.Tell(y, Ask{}); err != nil {
				return none, err
			}
			return poll(y)
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			var asked, listening, called, heard bool
			var d done
			begin := s.Now()
			s.Meanwhile("the bank calls", func() {
				called = asked
				heard = called && listening
			})
			_, err := explore.Run(s, flow, executor.NewMux(
				executor.OnVoid(func(ctx context.Context, _ Ask) error {
					require.Equal(s, d.first(ctx), !asked, "one asks once")
					asked = true
					return nil
				}),
				executor.OnVoid(func(context.Context, Listen) error { listening = true; return nil }),
				executor.On(func(context.Context, Look) (bool, error) { return heard, nil }),
			))
			require.True(s, asked)
			if called {
				require.NoError(s, err, "nobody waits for a call that came")
				return
			}
			require.ErrorIs(s, err, orchestrate.ErrNotReady)
			require.Equal(s, 2*time.Hour, s.Now().Sub(begin), "there is time to call")
		},
		found: `"the bank calls" before 1`,
		says:  "nobody waits for a call that came",
	}
}

// Events come twice. Who counts them must know them again.
func eventCountedTwice() lesson[int] {
	type deposit struct {
		ID    string
		Cents int
	}
	collect := func(once bool) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (sum int, _ error) {
			seen := map[string]bool{}
			for sum < 30 {
				d, err := orchestrate.Do(y, actions.Receive[deposit]{Name: "deposit"})
				if err != nil {
					return 0, err
				}
				if once && seen[d.ID] {
					continue
				}
				seen[d.ID] = true
				sum += d.Cents
			}
			return sum, nil
		}
	}
	return lesson[int]{
		bug:   collect(false),
		fixed: collect(true),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
			s.Send("deposit", deposit{"1", 20})
			s.Send("deposit", deposit{"2", 10})
			sum, err := explore.Run(s, flow, executor.NewMux())
			if errors.Is(err, explore.ErrStuck) {
				require.NotZero(s, s.Trouble(), "one never came")
				return
			}
			require.NoError(s, err)
			require.Equal(s, 30, sum, "each deposit counts once")
		},
		found: `double "deposit"`,
		says:  "each deposit counts once",
	}
}

type (
	// Count asks how many there are on the shelf.
	Count struct{ actions.Returns[int] }
	// Take takes one from the shelf, once for each key, without looking.
	Take struct {
		actions.Returns[actions.Void]
		Key string
	}
	// TakeIfThere takes one from the shelf, once for each key, if there is one. It tells whether it did.
	TakeIfThere struct {
		actions.Returns[bool]
		Key string
	}
)

// What was true when one looked need not be true when one acts. Others are at work as well.
func checkedTooEarly() lesson[bool] {
	return lesson[bool]{
		bug: func(y actions.Yield) (bool, error) {
			left, err := orchestrate.Do(y, Count{})
			if err != nil || left == 0 {
				return false, err
			}
			return true, orchestrate.Tell(y, Take{Key: "order 7"})
		},
		fixed: func(y actions.Yield) (bool, error) { return orchestrate.Do(y, TakeIfThere{Key: "order 7"}) },
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[bool]) {
			left, taken := 1, map[string]bool{}
			take := func(key string) {
				if !taken[key] {
					taken[key] = true
					left--
				}
			}
			s.Meanwhile("somebody buys one", func() {
				if left > 0 {
					left--
				}
			})
			s.Always(func() { require.GreaterOrEqual(s, left, 0, "nobody sells what is not there") })
			sold, err := explore.Run(s, flow, executor.NewMux(
				executor.On(func(context.Context, Count) (int, error) { return left, nil }),
				executor.OnVoid(func(_ context.Context, a Take) error { take(a.Key); return nil }),
				executor.On(func(_ context.Context, a TakeIfThere) (bool, error) {
					if left > 0 {
						take(a.Key)
					}
					return taken[a.Key], nil
				}),
			))
			if err == nil {
				require.Equal(s, sold, len(taken) == 1)
			}
		},
		found: `"somebody buys one" before 1`,
		says:  "nobody sells what is not there",
	}
}
