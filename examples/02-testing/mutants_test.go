package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/mutants"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// counter is the shop, where one may pay back only what one may.
type counter struct {
	*explore.Schedule
	paid          int
	known, agrees bool // as things stand
	found, agreed bool // as was said
	asked, tried  string
	noted         string
}

func (c *counter) mux() *executor.Mux {
	return executor.NewMux(executor.On(c.find), executor.On(c.ask), executor.OnVoid(c.payBack), executor.OnVoid(c.write))
}

func (c *counter) find(_ context.Context, a FindOrder) (Order, error) {
	require.Equal(c, FindOrder{ID: "7"}, a)
	if c.found = c.known; !c.found {
		return Order{}, ErrNoOrder
	}
	return Order{Customer: "Ada", Paid: c.paid}, nil
}

func (c *counter) ask(ctx context.Context, a AskManager) (bool, error) {
	require.True(c, c.found, "one knows what one asks about")
	require.Greater(c, c.paid, 100, "nobody is bothered for little")
	require.Equal(c, fmt.Sprintf("Pay back %d to Ada?", c.paid), a.Question)
	c.once(ctx, &c.asked)
	c.agreed = c.agrees
	return c.agreed, nil
}

func (c *counter) payBack(ctx context.Context, a PayBack) error {
	require.Equal(c, PayBack{Order: "7", Amount: c.paid}, a)
	require.True(c, c.found && (c.paid <= 100 || c.agreed), "nobody pays back without leave")
	c.once(ctx, &c.tried)
	return nil
}

func (c *counter) write(ctx context.Context, a Write) error {
	require.Equal(c, Write{To: "accounting", Text: "look into the refund of order 7"}, a)
	require.NotZero(c, c.Trouble())
	c.once(ctx, &c.noted)
	return nil
}

// once notes the step that does something, and fails the test if another one has. After a crash a step may come again.
func (c *counter) once(ctx context.Context, by *string) {
	step := executor.StepFrom(ctx).Path()
	require.Contains(c, []string{"", step}, *by, "what was done is not done again")
	*by = step
}

// refunds is the test: the customer is told what is true, and what nobody knows is somebody's business.
func refunds(paid int, known, agrees bool) func(*explore.Schedule, orchestrate.Orchestration[string]) {
	return func(s *explore.Schedule, flow orchestrate.Orchestration[string]) {
		c := &counter{Schedule: s, paid: paid, known: known, agrees: agrees}
		if !known {
			s.Meanwhile("the order comes in", func() { c.known = true })
		}
		if paid > 100 {
			s.Meanwhile("the manager thinks better of it", func() { c.agrees = !c.agrees })
		}
		answer, err := explore.Run(s, flow, c.mux())
		if err != nil {
			require.NotZero(s, s.Trouble())
			require.Empty(s, answer)
			if c.tried != "" && c.noted == "" {
				require.ErrorContains(s, err, "main.Write", "who was not told")
			}
			return
		}
		require.Empty(s, c.noted, "there is nothing to look into")
		switch answer {
		case "We do not know this order.":
			require.False(s, c.found)
			require.Empty(s, c.tried)
		case "We are sorry, but no.":
			require.NotEmpty(s, c.asked)
			require.False(s, c.agreed)
			require.Empty(s, c.tried)
		default:
			require.Equal(s, fmt.Sprintf("%d is on its way.", paid), answer)
			require.NotEmpty(s, c.tried)
		}
	}
}

func TestMutantsOfRefundAreKilled(t *testing.T) {
	t.Parallel()
	var sum mutants.Score
	for _, c := range []struct {
		paid          int
		known, agrees bool
	}{{100, true, true}, {101, true, true}, {101, true, false}, {100, false, true}} {
		score := mutants.Subject[string]{
			Bounds: explore.Bounds{Faults: 2},
			Flow:   orchestrate.Bind(Refund, "7"),
			Test:   refunds(c.paid, c.known, c.agrees),
			Equivalent: map[string][]string{
				"to look again does no harm": {"twice main.FindOrder*"},
			},
		}.Run(t)
		sum = sum.Add(score)
	}
	t.Logf("in all: %s", sum)
	require.GreaterOrEqual(t, sum.Rate(), 0.95)
}
