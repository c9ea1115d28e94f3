package lessons_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// done is what a world has done. An action that is carried out again after a crash has the step that it had before; one
// that the workflow asks for again has another.
type done struct {
	steps map[string]bool
	last  time.Time
}

// first tells whether the step is new.
func (d *done) first(ctx context.Context) bool {
	key, err := executor.StepFrom(ctx).Key()
	if err != nil || d.steps[key] {
		return false
	}
	if d.steps == nil {
		d.steps = map[string]bool{}
	}
	d.steps[key] = true
	return true
}

// every fails the test unless new steps come at that pace.
func (d *done) every(ctx context.Context, s *explore.Schedule, pace time.Duration) {
	if d.first(ctx) {
		if len(d.steps) > 1 {
			require.Equal(s, pace, s.Now().Sub(d.last), "one waits before one tries again")
		}
		d.last = s.Now()
	}
}
