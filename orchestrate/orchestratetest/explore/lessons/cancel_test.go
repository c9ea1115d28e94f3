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

// Send writes to somebody.
type Send struct {
	actions.Returns[actions.Void]
	To string
}

var errBounced = errors.New("nobody of that name")

// post is who was written to. Bob has moved.
type post struct {
	done
	sent []string
}

func (p *post) mux(others ...executor.Handler) *executor.Mux {
	return executor.NewMux(append(others, executor.OnVoid(func(ctx context.Context, a Send) error {
		if a.To == "bob" {
			return errBounced
		}
		if p.first(ctx) {
			p.sent = append(p.sent, a.To)
		}
		return nil
	}))...)
}

// A run that is cancelled gets an error for each action. Who takes that for a failure like others goes on, and decides
// things that nobody knows: here, that no reader exists any more.
func cancellationSwallowed() lesson[[]string] {
	readers := []string{"ann", "bob", "eve"}
	return lesson[[]string]{
		bounds: explore.Bounds{Cancels: 1, Faults: explore.None},
		bug: func(y actions.Yield) (gone []string, _ error) {
			for _, reader := range readers {
				if err := orchestrate.Tell(y, Send{To: reader}); err != nil {
					gone = append(gone, reader)
				}
			}
			return gone, nil
		},
		fixed: func(y actions.Yield) (gone []string, _ error) {
			for _, reader := range readers {
				switch err := orchestrate.Tell(y, Send{To: reader}); {
				case errors.Is(err, errBounced):
					gone = append(gone, reader)
				case err != nil:
					return nil, err
				}
			}
			return gone, nil
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[[]string]) {
			p := &post{}
			gone, err := explore.Run(s, flow, p.mux())
			if err != nil {
				require.Empty(s, gone)
				return
			}
			require.Equal(s, []string{"bob"}, gone, "who is struck off the list has moved")
			require.Equal(s, []string{"ann", "eve"}, p.sent)
		},
		found: "cancel before 0",
		says:  "who is struck off the list has moved",
	}
}

// A loop that only success ends does not end where there is none. In a test something gives way sooner or later; here
// the run is cancelled, and nothing succeeds any more.
func retriedWithoutEnd() lesson[actions.Void] {
	send := Send{To: "ann"}
	return lesson[actions.Void]{
		bounds: explore.Bounds{Cancels: 1, MaxSteps: 50},
		bug: func(y actions.Yield) (none actions.Void, _ error) {
			for {
				if err := orchestrate.Tell(y, send); err == nil {
					return none, nil
				}
				_ = orchestrate.Tell(y, actions.Sleep{For: time.Minute})
			}
		},
		fixed: func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Retry(y, backoff.Constant(time.Minute).UpTo(3), orchestrate.Lift(send))
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			p, d := &post{}, done{}
			mail := p.mux()
			_, err := explore.Run(s, flow, executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				d.every(ctx, s, time.Minute)
				return mail.Execute(ctx, a)
			}))
			if err == nil {
				require.NotEmpty(s, p.sent)
			} else {
				require.ErrorIs(s, err, context.Canceled)
			}
		},
		found: "cancel before 0",
		says:  "asked for more than 50 actions, and may never end. The last is step 50, lessons_test.Send{To: \"ann\"}",
	}
}

type (
	// Lock keeps others out.
	Lock struct{ actions.Returns[actions.Void] }
	// Unlock lets them in.
	Unlock struct{ actions.Returns[actions.Void] }
)

// What must happen in any case must happen in a run that is cancelled, too: it belongs under a shield.
func leftLocked() lesson[actions.Void] {
	work := func(unlock func(actions.Yield) error) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (none actions.Void, err error) {
			defer func() { err = errors.Join(err, unlock(y)) }()
			if err := orchestrate.Tell(y, Lock{}); err != nil {
				return none, err
			}
			return none, orchestrate.Tell(y, Send{To: "ann"})
		}
	}
	return lesson[actions.Void]{
		bounds: explore.Bounds{Cancels: 1, FaultsOf: func(a actions.Action) []explore.Fault {
			return append(only[Lock](a), only[Send](a)...)
		}},
		bug: work(func(y actions.Yield) error { return orchestrate.Tell(y, Unlock{}) }),
		fixed: work(func(y actions.Yield) error {
			_, err := orchestrate.Shield(y, orchestrate.Lift(Unlock{}))
			return err
		}),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			locked := ""
			p := &post{}
			mail := p.mux()
			exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				step := executor.StepFrom(ctx).Path()
				switch a.(type) {
				case Lock:
					require.True(s, locked == "" || locked == step, "one locks once")
					locked = step
				case Unlock:
					locked = ""
				default:
					require.NotEmpty(s, locked, "one works behind a lock")
					return mail.Execute(ctx, a)
				}
				return actions.Void{}, nil
			})
			_, err := explore.Run(s, flow, exec)
			require.Empty(s, locked, "nothing stays locked")
			if err == nil {
				require.Equal(s, []string{"ann"}, p.sent)
			}
		},
		found: "cancel before 1",
		says:  "nothing stays locked",
	}
}
