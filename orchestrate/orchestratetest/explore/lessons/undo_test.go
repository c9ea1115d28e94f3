package lessons_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type (
	// Create makes something that belongs to something else, or to nothing.
	Create struct {
		actions.Returns[actions.Void]
		Name, Of string
	}
	// Delete deletes something if it is there. It refuses as long as something belongs to it.
	Delete struct {
		actions.Returns[actions.Void]
		Name string
	}
)

var (
	errInUse   = errors.New("something belongs to it")
	errNothing = fmt.Errorf("what it belongs to is not there: %w", executor.ErrNotDone)
)

// registry keeps what there is, and what that belongs to.
type registry map[string]string

func (r registry) mux() *executor.Mux {
	return executor.NewMux(
		executor.OnVoid(func(_ context.Context, a Create) error {
			if _, ok := r[a.Of]; !ok && a.Of != "" {
				return errNothing
			}
			r[a.Name] = a.Of
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Delete) error {
			for _, of := range r {
				if of == a.Name {
					return errInUse
				}
			}
			delete(r, a.Name)
			return nil
		}),
	)
}

// told tells whether the error says that something could not be undone. There is one reason for that here.
func told(s *explore.Schedule, err error) bool {
	left, ok := errors.AsType[*orchestrate.SagaError](err)
	if ok {
		require.ErrorIs(s, left.Undo[0], explore.ErrFault, "nothing else is in the way of an inverse")
	}
	return ok
}

var account = []Create{{Name: "customer"}, {Name: "contract", Of: "customer"}, {Name: "card", Of: "contract"}}

// openAccount is how it should be done.
func openAccount(y actions.Yield) (int, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
		for _, c := range account {
			if _, err := orchestrate.Undoable(y, undo, c, Delete{Name: c.Name}); err != nil {
				return 0, err
			}
		}
		return len(account), nil
	})
}

// What was done last is undone first, for it may rest on what was done before.
func compensatedInTheWrongOrder() lesson[int] {
	return lesson[int]{
		cancels: 1,
		bug: func(y actions.Yield) (int, error) {
			var done []Create
			for _, c := range account {
				done = append(done, c)
				err := orchestrate.Tell(y, c)
				if err == nil {
					continue
				}
				for _, d := range done {
					err = errors.Join(err, orchestrate.Tell(y, Delete{Name: d.Name}))
				}
				return 0, err
			}
			return len(account), nil
		},
		fixed: openAccount,
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
			r := registry{}
			n, err := explore.Run(s, flow, r.mux())
			if told(s, err) {
				return
			}
			if err != nil {
				require.NotZero(s, s.Trouble())
				require.Empty(s, r, "of an account that could not be opened nothing is left")
				return
			}
			require.Len(s, r, n)
			require.Equal(s, 3, n)
		},
		found: "lose 1",
		says:  "of an account that could not be opened nothing is left",
	}
}

// An inverse may fail too. Then somebody has to clean up, and has to know of what: it takes two faults to see who says
// nothing.
func failedCompensationKeptSecret() lesson[int] {
	return lesson[int]{
		bounds:  explore.Bounds{Faults: 2},
		cancels: 1,
		bug: func(y actions.Yield) (int, error) {
			for i, c := range account {
				if err := orchestrate.Tell(y, c); err != nil {
					for _, d := range slices.Backward(account[:i+1]) {
						_ = orchestrate.Tell(y, Delete{Name: d.Name})
					}
					return 0, err
				}
			}
			return len(account), nil
		},
		fixed: openAccount,
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
			r := registry{}
			n, err := explore.Run(s, flow, r.mux())
			if err == nil {
				require.Len(s, r, n)
				require.Equal(s, 3, n)
				return
			}
			require.NotZero(s, s.Trouble())
			require.True(s, told(s, err) || len(r) == 0, "what is left behind is told")
		},
		found: "lose 0; fail 1",
		says:  "what is left behind is told",
	}
}

// Whose inverse is registered after the step forgets what was done if the answer is lost. UndoableAfter is for what
// cannot be named before; with a name of one's own it can.
func registeredTooLate() lesson[actions.Void] {
	create, remove := Create{Name: "customer"}, Delete{Name: "customer"}
	return lesson[actions.Void]{
		cancels: 1,
		bug: func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (actions.Void, error) {
				return orchestrate.UndoableAfter(y, undo, create, func(actions.Void) actions.Action { return remove })
			})
		},
		fixed: func(y actions.Yield) (actions.Void, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (actions.Void, error) {
				return orchestrate.Undoable(y, undo, create, remove)
			})
		},
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			r := registry{}
			_, err := explore.Run(s, flow, r.mux())
			if !told(s, err) {
				require.Equal(s, err != nil, len(r) == 0, "there is a customer, or an error")
			}
		},
		found: "lose 0",
		says:  "there is a customer, or an error",
	}
}
