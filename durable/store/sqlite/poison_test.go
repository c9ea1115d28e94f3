package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

const (
	poisonVariable = "BATON_POISON_DIR"
	poisonExit     = 66              // of the process, by the run that kills it
	poisonLease    = 2 * time.Second // in which a slow machine carries out a step
)

// A process is started again whenever it has died. One run kills it, whenever it is carried out; dozens of others are
// under way. The test is told what happens by the processes, and looks into the file when all is over.
func TestOnlyTheRunThatKillsTheProcessIsBlocked(t *testing.T) {
	if dir := os.Getenv(poisonVariable); dir != "" {
		if err := poisoned(t.Context(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	t.Parallel()
	dir := t.TempDir()
	deaths, killed := 0, 0
	for died := true; died; {
		var lines []string
		died, lines = poisonedLife(t, dir)
		if died {
			deaths++
		}
		for _, line := range lines {
			if line == "kill" {
				killed++
			}
		}
		require.Less(t, deaths, 60, "it dies for ever")
	}
	require.Equal(t, deaths, killed)
	require.LessOrEqual(t, deaths, 20) // a lease that is lost, on a slow machine, counts as well
	require.Greater(t, deaths, 10)

	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "baton.db"))
	require.NoError(t, err)
	defer s.Close()
	client := durable.NewClient(s)
	stats, err := client.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, len(poisonedRuns())-1, stats.Completed)
	require.EqualValues(t, len(poisonedRuns()), stats.Total)
	_, err = durable.Attach[string](client, "poison").Result(t.Context())
	blocked, ok := errors.AsType[*durable.BlockedError](err)
	require.True(t, ok, "%v", err)
	require.Contains(t, blocked.Reason, "it crashes the process")
}

// poisonedLife is one life of the process. It returns whether it was killed by the run, and what it said.
func poisonedLife(t *testing.T, dir string) (died bool, lines []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), poisonVariable+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	for in := bufio.NewScanner(out); in.Scan(); {
		lines = append(lines, in.Text())
	}
	if err = cmd.Wait(); cmd.ProcessState.ExitCode() == poisonExit {
		return true, lines
	}
	require.NoError(t, err, stderr.String())
	return false, lines
}

// poisonStep is a step of the runs, which does what its name says.
type poisonStep struct {
	actions.Returns[string]
	What string
}

// poisonedRuns are the IDs of all runs: a kind and a number, the one that kills first.
func poisonedRuns() []string {
	all := []string{"poison"}
	for i := range 12 {
		all = append(all, fmt.Sprintf("short-%d", i), fmt.Sprintf("waits-%d", i), fmt.Sprintf("sleeps-%d", i))
	}
	return append(all, "long-0", "long-1")
}

func poisonedFlow(y actions.Yield, what string) (string, error) {
	switch what {
	case "waits":
		if _, err := orchestrate.Do(y, actions.Receive[string]{Name: "go"}); err != nil {
			return "", err
		}
	case "sleeps":
		if err := orchestrate.Tell(y, actions.Sleep{For: 100 * time.Millisecond}); err != nil {
			return "", err
		}
	}
	for range 3 {
		if _, err := orchestrate.Do(y, poisonStep{What: what}); err != nil {
			return "", err
		}
	}
	return what, nil
}

// poisoned is the process. It returns when every run but the one that kills has ended, and that one is blocked.
func poisoned(ctx context.Context, dir string) error {
	s, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	if err != nil {
		return err
	}
	exec := executor.NewMux(executor.On(func(ctx context.Context, a poisonStep) (string, error) {
		takes := 5 * time.Millisecond
		switch a.What {
		case "poison":
			_, _ = os.Stdout.WriteString("kill\n")
			os.Exit(poisonExit)
		case "long":
			takes = 2 * poisonLease
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(takes):
			return a.What, nil
		}
	}))
	flow := durable.Define("poisoned", poisonedFlow)
	rt, err := durable.Open(ctx, s, exec, durable.Config{Flows: durable.Flows(flow), Lease: poisonLease})
	if err != nil {
		return err
	}
	all := poisonedRuns()
	for _, id := range all {
		kind, _, _ := strings.Cut(id, "-")
		if _, err := flow.Start(ctx, rt, kind, durable.WithID(id)); err != nil {
			return err
		}
	}
	bad := &durable.BlockedError{}
	if _, err := durable.Attach[string](rt, "poison").Result(ctx); !errors.As(err, &bad) {
		return fmt.Errorf("the run that kills ended as %w", err)
	}
	for _, id := range all[1:] {
		if strings.HasPrefix(id, "waits") {
			if err := rt.Send(ctx, id, "go", "on"); err != nil {
				return err
			}
		}
		if _, err := durable.Attach[string](rt, id).Result(ctx); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return errors.Join(rt.Close(ctx), s.Close())
}
