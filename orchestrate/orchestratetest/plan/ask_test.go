package plan_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

func TestSomebodyIsAsked(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	gate := plan.Ask(strings.NewReader("what?\n Y \nno\n"+strings.Repeat("y", 10_000)+"\nt\nq\n"), &out)
	require.NoError(t, gate(t.Context(), Mail{Text: "1"}))
	require.ErrorIs(t, gate(t.Context(), Mail{Text: "2"}), plan.ErrNo)
	require.NoError(t, gate(t.Context(), Mail{Text: "3"}))
	require.NoError(t, gate(t.Context(), Mail{Text: "4"}), "all of its type")
	require.ErrorIs(t, gate(t.Context(), Pay{}), plan.ErrQuit)
	require.ErrorIs(t, gate(t.Context(), Mail{Text: "6"}), plan.ErrQuit, "for good")
	const question = "\n  [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? "
	require.Equal(t, strings.Join([]string{
		`plan_test.Mail{Text: "1"}`, `plan_test.Mail{Text: "1"}`, `plan_test.Mail{Text: "2"}`,
		`plan_test.Mail{Text: "3"}`, `plan_test.Mail{Text: "3"}`, `plan_test.Pay{Ref: "", Cents: 0}`, "",
	}, question), out.String())
}

func TestAllIsAllThatComes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := plan.Dry(t.Context(), trip(), plan.Approved(plan.Ask(strings.NewReader("yes\nall"), &out))(samples()))
	require.NoError(t, p.Err)
	require.Equal(t, `0 plan_test.Search{To: "Oslo"}
  [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? 1.0.0 plan_test.Quote{Flight: "SK 12"}
  [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? `, out.String())
}

func TestWhoeverIsAskedSeesNoControlCharacters(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_ = plan.Ask(strings.NewReader("n"), &out)(t.Context(), Mail{Text: "\x1b[2J\x07\u202e\n0 harmless"})
	require.Equal(t, `plan_test.Mail{Text: "\x1b[2J\a\u202e\n0 harmless"}`, strings.Split(out.String(), "\n")[0])
}

func TestWithoutAnAnswerNothingIsDone(t *testing.T) {
	t.Parallel()
	for _, gate := range []plan.Gate{
		plan.Ask(strings.NewReader(""), io.Discard),
		plan.Ask(strings.NewReader("maybe\n"), io.Discard),
		plan.Ask(iotest.ErrReader(errDeclined), io.Discard),
		plan.Ask(strings.NewReader("y\n"), broken{}),
	} {
		require.ErrorIs(t, gate(t.Context(), Mail{}), plan.ErrQuit)
		require.ErrorIs(t, gate(t.Context(), Mail{}), plan.ErrQuit)
	}
	require.ErrorIs(t, plan.Ask(strings.NewReader(""), io.Discard)(t.Context(), Mail{}), io.EOF)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time"))
	require.EqualError(t, plan.Ask(strings.NewReader("y"), io.Discard)(ctx, Mail{}), "no time")
	require.PanicsWithValue(t, "plan.Ask: the reader or the writer is nil", func() { plan.Ask(nil, io.Discard) })
	require.PanicsWithValue(t, "plan.Ask: the reader or the writer is nil", func() { plan.Ask(os.Stdin, nil) })
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errDeclined }

func TestOneQuestionAtATime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	gate := plan.Ask(strings.NewReader(strings.Repeat("y\n", 50)), &out)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { _ = gate(t.Context(), Mail{}) })
	}
	all.Wait()
	require.Equal(t, strings.Repeat("plan_test.Mail{Text: \"\"}\n  [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? ", 50),
		out.String())
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Mail{}), plan.Approved(gate)(plan.Zero()))
	require.EqualError(t, err, "step 0: plan_test.Mail: denied: the answer was to quit: EOF")
}
