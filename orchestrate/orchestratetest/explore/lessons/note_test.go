package lessons_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

type (
	// Sent asks whether a letter is noted as sent.
	Sent struct{ actions.Returns[bool] }
	// Note notes that it is.
	Note struct{ actions.Returns[actions.Void] }
)

// What is noted before it is done is never done if it fails in between. A letter twice is better than none: do it, then
// note it.
func notedBeforeItIsDone() lesson[actions.Void] {
	var none actions.Void
	unlessSent := func(steps ...actions.Of[actions.Void]) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			if sent, err := orchestrate.Do(y, Sent{}); err != nil || sent {
				return none, err
			}
			for _, step := range steps {
				if err := orchestrate.Tell(y, step); err != nil {
					return none, err
				}
			}
			return none, nil
		}
	}
	return lesson[actions.Void]{
		bug:   unlessSent(Note{}, Send{To: "ann"}),
		fixed: unlessSent(Send{To: "ann"}, Note{}),
		test: func(s *explore.Schedule, flow orchestrate.Orchestration[actions.Void]) {
			p, noted := &post{}, false
			exec := p.mux(
				executor.On(func(context.Context, Sent) (bool, error) { return noted, nil }),
				executor.OnVoid(func(context.Context, Note) error { noted = true; return nil }),
			)
			failed := 0
			for range 3 { // each night
				if _, err := explore.Run(s, flow, exec); err != nil {
					failed++
					continue
				}
				require.NotEmpty(s, p.sent, "the letter is sent")
				require.True(s, noted)
				require.LessOrEqual(s, len(p.sent), 1+failed, "and again only if a night went wrong")
			}
		},
		found: "lose 1",
		says:  "the letter is sent",
	}
}
