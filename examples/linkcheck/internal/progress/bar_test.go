package progress_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/progress"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// work announces ten scopes and goes through them, a sleep of 60 ms each.
func work(y actions.Yield) (actions.Void, error) {
	if err := orchestrate.Tell(y, actions.Progress{Total: 10, Message: "document"}); err != nil {
		return actions.Void{}, err
	}
	for range 10 {
		nap := orchestrate.Lift(actions.Sleep{For: 60 * time.Millisecond})
		if _, err := orchestrate.Scope(y, "document", nap); err != nil {
			return actions.Void{}, err
		}
		if _, err := orchestrate.Scope(y, "other", orchestrate.Lift(actions.Now{})); err != nil {
			return actions.Void{}, err
		}
	}
	return actions.Void{}, nil
}

// lines runs the work under a bar and returns the lines as they were drawn, one after the other.
func lines(t *testing.T, width int) (drawn []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		bar := progress.New(&out, width)
		exec := combinators.Chain(combinators.Observed(bar), combinators.Parallelize())(
			executor.NewMux(executor.OnVoid(bar.Announce)).Else(executor.System(executor.NewMux())))
		_, err := orchestrate.Run(t.Context(), work, exec)
		require.NoError(t, err)
		bar.Clear()
		for draw := range strings.SplitSeq(out.String(), "\r") {
			require.LessOrEqual(t, len(draw), max(width, 80))
			drawn = append(drawn, draw)
		}
	})
	return drawn
}

func TestABarShowsHowManyScopesOfTheLastAnnouncementHaveEnded(t *testing.T) {
	t.Parallel()
	drawn := lines(t, 41)
	require.Contains(t, drawn, "documents    0/10 [....................]")
	require.Contains(t, drawn, "documents    3/10 [######..............]", "drawn at most every 100 ms")
	require.NotContains(t, drawn, "documents    4/10 [########............]")
	require.Contains(t, drawn, "documents   10/10 [####################]")
	require.Equal(t, []string{strings.Repeat(" ", 40), ""}, drawn[len(drawn)-2:], "cleared at the end")
}

func TestABarFitsItsTerminal(t *testing.T) {
	t.Parallel()
	require.Contains(t, lines(t, 10), "documents")
	require.Contains(t, lines(t, 0), "documents   10/10 ["+strings.Repeat("#", 40)+"]")
}
