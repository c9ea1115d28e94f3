package explore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func TestOneScheduleIsRunFromTheEnvironment(t *testing.T) {
	body := func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, saga(2), w.mux())
		require.NoError(s, err)
	}
	text := failure(func(t explore.TB) { explore.Schedules(named{t}, noCrash, body) })
	require.Equal(t, "fail 0", schedule(text))
	require.Contains(t, text, "BATON_SCHEDULE='fail 0' go test -run '^TestIt$/^with\\(a_part\\)$'")

	t.Setenv("BATON_SCHEDULE", "lose 1")
	text = failure(func(t explore.TB) { explore.Schedules(t, noCrash, body) })
	require.Equal(t, "lose 1", schedule(text))

	t.Setenv("BATON_SCHEDULE", "")
	var log logger
	report := explore.Schedules(&log, noCrash, body)
	require.Equal(t, explore.Report{Schedules: 1}, report)
	require.Equal(t, "explore: the test passes when everything goes well\n\nWhat happened:\n\n"+
		"    0      explore_test.do{N: 0} -> 0\n    1      explore_test.do{N: 1} -> 1\n", log.text)
}

type named struct{ explore.TB }

func (named) Name() string { return "TestIt/with(a_part)" }

// logger is a test with a log of one line.
type logger struct {
	recorder
	text string
}

func (l *logger) Logf(format string, args ...any) { l.text = fmt.Sprintf(format, args...) }
