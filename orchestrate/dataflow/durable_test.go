package dataflow_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// The pipeline that is killed: five steps, a group of two, a workflow of two actions, and a last step.
type toll struct {
	actions.Returns[int]
	N int
}

// tolls makes the pipeline. Each function and each action says what it does before it does it.
func tolls(say func(string)) (*dataflow.Flow, executor.Executor) {
	inc := func(name string) *dataflow.Func[a, a] {
		return dataflow.Step(name, func(_ context.Context, in a) (a, error) {
			say(name)
			return a{in.A + 1}, nil
		})
	}
	inner := dataflow.Must(dataflow.New("inner", inc("three"), inc("four")))
	pay := dataflow.Workflow("pay", func(y actions.Yield, in ab) (a, error) {
		total := 0
		for _, n := range []int{in.A, in.B} {
			paid, err := orchestrate.Do(y, toll{N: n})
			if err != nil {
				return a{}, err
			}
			total += paid
		}
		return a{total}, nil
	})
	f := dataflow.Must(dataflow.New("tolls",
		inc("one"), inc("two"), inner,
		dataflow.Par(inc("left"), dataflow.Map(inc("right"), dataflow.Out{"A": "B"}), dataflow.Limit(1)),
		pay,
		dataflow.Repeat(inc("again"), dataflow.Max(3), dataflow.FeedBack()),
		inc("last"),
	))
	return f, dataflow.Steps(executor.NewMux(executor.On(func(_ context.Context, a toll) (int, error) {
		say("toll")
		return a.N * 10, nil
	})))
}

// TestAPipelineThatIsKilledGoesOnWhereItWas kills a process that runs the pipeline, as kill -9 does, again and again,
// each time after one more thing that it has said. A step whose successor has begun is never called again.
func TestAPipelineThatIsKilledGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	order := []string{
		"one", "two", "three", "four", "left|right", "left|right", "toll", "toll", "again", "again", "again", "last",
	}
	var said []string
	killed := 0
	for lines := 2; ; lines++ {
		more, result := live(t, dir, lines)
		said = append(said, more...)
		if result != "" {
			require.Equal(t, "124", result)
			break
		}
		killed++
		require.Less(t, killed, 100)
	}
	t.Logf("killed %d times: %v", killed, said)
	require.NotZero(t, killed)
	// What was said is the order of the pipeline, in which a life may begin with what the one before it said last; the
	// two of the group are unordered, and both may be repeated.
	at := 0
	for i, what := range said {
		if at < len(order) && strings.Contains(order[at], what) {
			at++
			continue
		}
		again := false
		for back := max(0, at-2); back < at; back++ {
			again = again || strings.Contains(order[back], what)
		}
		require.True(t, again, "%q, as number %d of %v", what, i, said)
	}
	require.Equal(t, len(order), at)
	require.LessOrEqual(t, len(said), len(order)+2*killed)
}

const dirVariable = "BATON_DATAFLOW_DIR"

// live runs the pipeline in a process of its own, which it kills once it has heard so many lines.
func live(t *testing.T, dir string, lines int) (said []string, result string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), dirVariable+"="+dir)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	heard, err := cmd.StdinPipe() // it waits for each line to be heard
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	for s := bufio.NewScanner(out); s.Scan(); {
		if text, ok := strings.CutPrefix(s.Text(), "result "); ok {
			result = text
			continue
		}
		if said = append(said, s.Text()); len(said) == lines {
			_ = cmd.Process.Kill()
		} else if _, err := heard.Write([]byte{1}); err != nil {
			break
		}
	}
	if err := cmd.Wait(); len(said) < lines {
		require.NoError(t, err, complaints.String())
	}
	return said, result
}

// victim is the process that is killed.
func victim(dir string) error {
	ctx := context.Background()
	var mu sync.Mutex
	f, exec := tolls(func(what string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what)
		if _, err := io.ReadFull(os.Stdin, make([]byte, 1)); err != nil {
			os.Exit(3) // nobody listens any more
		}
	})
	st, err := sqlite.Open(ctx, filepath.Join(dir, "runs.db"))
	if err != nil {
		return err
	}
	flow := durable.Define("tolls", dataflow.Typed[a, a](f))
	rt, err := durable.Open(ctx, st, exec, durable.Config{Flows: durable.Flows(flow), Lease: time.Second})
	if err != nil {
		return err
	}
	run, err := flow.Start(ctx, rt, a{1}, durable.WithID("run"))
	if err != nil {
		return err
	}
	result, err := run.Result(ctx)
	if err != nil {
		return err
	}
	fmt.Println("result", result.A)
	return errors.Join(rt.Close(ctx), st.Close())
}

func TestWhatAStepYieldsIsPlainDataInTheJournal(t *testing.T) {
	t.Parallel()
	st := memory.New()
	f, exec := tolls(func(string) {})
	flow := durable.Define("tolls", dataflow.Typed[a, a](f))
	rt, err := durable.Open(t.Context(), st, exec, durable.Config{Flows: durable.Flows(flow)})
	require.NoError(t, err)
	run, err := flow.Start(t.Context(), rt, a{1}, durable.WithID("run"))
	require.NoError(t, err)
	result, err := run.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, a{124}, result)
	require.NoError(t, rt.Close(t.Context()))
	h, err := st.Load(t.Context(), "run", store.Mark{})
	require.NoError(t, err)
	first := h.Records[0]
	require.Equal(t, "dataflow.Call", first.Name)
	require.JSONEq(t, `{"Step":"one","Input":{"A":1}}`, string(first.Action.Data))
	var out a
	require.NoError(t, json.Unmarshal(first.Result.Data, &out))
	require.Equal(t, a{2}, out)
}

// TestAStepThatIsRenamedDoesNotFitTheJournal shows that the journal knows steps by their names.
func TestAStepThatIsRenamedDoesNotFitTheJournal(t *testing.T) {
	t.Parallel()
	log := &records{}
	_, err := log.run(t, step("one", func(in a) a { return a{in.A + 1} }), wants[a]("two"))
	require.NoError(t, err)
	_, err = log.run(t, step("one", func(in a) a { panic("it has been done") }), wants[a]("two"))
	require.NoError(t, err)
	_, err = log.run(t, step("uno", func(in a) a { return a{in.A + 1} }), wants[a]("two"))
	var mismatch *journal.MismatchError
	require.ErrorAs(t, err, &mismatch)
}

// records is a log of one run.
type records struct{ all []store.Record }

func (r *records) Append(_ context.Context, e journal.Entry) error {
	r.all = append(r.all, e.Records...)
	return nil
}

func (r *records) run(t *testing.T, parts ...dataflow.Part) (any, error) {
	t.Helper()
	j, err := journal.New(journal.Config{
		ID: "run", Seed: make([]byte, 16), Executor: dataflow.Steps(executor.NewMux()), Log: r, Records: r.all,
		Started: time.Unix(1, 0),
	})
	require.NoError(t, err)
	flow := build(t, parts...).Orchestration(a{1})
	return journal.Run(t.Context(), j, func(y actions.Yield) (any, error) { return flow(y) })
}
