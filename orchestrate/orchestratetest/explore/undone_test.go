package explore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// book is an action that knows its inverse.
type book struct {
	actions.Returns[int]
	N int
}

func (b book) Inverse() actions.Action { return undo{N: b.N} }

func TestTheRollbackThatASagaDerivesRunsFromEveryPointOfFailure(t *testing.T) {
	t.Parallel()
	trip := func(do func(y actions.Yield, u *orchestrate.Undo, b book) (int, error)) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (int, error) {
			return orchestrate.Saga(y, func(y actions.Yield, u *orchestrate.Undo) (int, error) {
				for n := range 4 {
					if _, err := do(y, u, book{N: n}); err != nil {
						return 0, err
					}
				}
				return 4, nil
			})
		}
	}
	body := func(flow orchestrate.Orchestration[int]) func(s *explore.Schedule) {
		return func(s *explore.Schedule) {
			_, err := explore.Run(s, flow, executor.Func(newWorld().book))
			if _, told := errors.AsType[*orchestrate.SagaError](err); told {
				return // an inverse failed, which the caller knows
			}
			require.Equal(s, err == nil, len(s.NotUndone()) > 0, "%v", s.NotUndone())
		}
	}
	report := explore.Schedules(t, explore.Bounds{Cancels: 1}, body(trip(orchestrate.Reversible)))
	require.True(t, report.Exhausted)

	after := func(y actions.Yield, u *orchestrate.Undo, b book) (int, error) {
		return orchestrate.UndoableAfter(y, u, b, func(int) actions.Action { return b.Inverse() })
	}
	text := failure(func(t explore.TB) { explore.Schedules(t, explore.Bounds{}, body(trip(after))) })
	require.Equal(t, "lose 0", schedule(text))
	require.Contains(t, text, "[{{} 0}]")
}
