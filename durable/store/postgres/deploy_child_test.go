package postgres_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// leaseOfReleases is for how long the workers of a release have a run.
const leaseOfReleases = 500 * time.Millisecond

// stage is an action of the flow of releases.
type stage struct {
	actions.Returns[string]
	Run, Name string
}

// released is the code of a flow in one of three releases. The second checks in between, and knows that there are runs
// which have not; the third checks as well, and knows nothing.
func released(version int) durable.Flow[string, string] {
	return durable.Define("released", func(y actions.Yield, run string) (string, error) {
		pass := func(name string) error {
			value, err := orchestrate.Do(y, stage{Run: run, Name: name})
			if err == nil {
				fmt.Println("told", run+"/"+name, value)
				err = orchestrate.Tell(y, actions.Sleep{For: 5 * time.Millisecond})
			}
			return err
		}
		follows := version
		for i := range 6 {
			if i == 2 && version == 2 {
				v, err := orchestrate.Do(y, actions.Version{Change: "check", Min: 1, Max: 2})
				if err != nil {
					return "", err
				}
				follows = v
			}
			if i == 2 && follows >= 2 {
				if err := pass("check"); err != nil {
					return "", err
				}
			}
			if err := pass(strconv.Itoa(i)); err != nil {
				return "", err
			}
		}
		return fmt.Sprint("release ", follows), nil
	}, durable.Version(strconv.Itoa(version)))
}

// ticking is a flow for a schedule: it says for which time it is.
var ticking = durable.Define("ticking", func(y actions.Yield, _ int) (string, error) {
	o, err := orchestrate.Do(y, durable.AskOccurrence{})
	if err != nil {
		return "", err
	}
	at := o.Time.UTC().Format(time.RFC3339)
	value, err := orchestrate.Do(y, stage{Run: at, Name: "tick"})
	if err == nil {
		fmt.Println("told", at+"/tick", value)
	}
	return at, err
})

// handed is a flow that is handed on: after each of its stages it waits for an event, and is unloaded.
var handed = durable.Define("handed", func(y actions.Yield, run string) (string, error) {
	for i := range 6 {
		value, err := orchestrate.Do(y, stage{Run: run, Name: strconv.Itoa(i)})
		if err != nil {
			return "", err
		}
		fmt.Println("told", fmt.Sprint(run, "/", i), value)
		if _, err := orchestrate.Do(y, actions.Receive[int]{Name: "next"}); err != nil {
			return "", err
		}
	}
	return "handed on", nil
})

// blockLog says of a log only that a run is blocked.
type blockLog struct{}

func (blockLog) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "run blocked") {
		fmt.Println("blocked")
	}
	return len(p), nil
}

// childRelease carries runs out by the code of a release, until it is told to close, or killed.
func childRelease() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1) // nobody is there any more
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	version, err := strconv.Atoi(os.Args[3])
	if err == nil {
		err = carryRelease(ctx, os.Args[1], os.Args[2], version)
	}
	if err != nil {
		fmt.Println("failed", err)
	}
}

func carryRelease(ctx context.Context, dsn, schema string, version int) error {
	s, err := postgres.OpenConfig(ctx, dsn+" pool_max_conns=4", postgres.Config{Schema: schema})
	if err != nil {
		return err
	}
	var effects atomic.Int64
	rt, err := durable.Open(ctx, s, executor.NewMux(executor.On(func(_ context.Context, a stage) (string, error) {
		return fmt.Sprintf("%d.%d@%d", os.Getpid(), effects.Add(1), time.Now().Unix()), nil
	})), durable.Config{
		Flows: durable.Flows(released(version), ticking, handed), Lease: leaseOfReleases, UnloadAfter: time.Millisecond,
		MaxConcurrent: 8, Log: slog.New(slog.NewTextHandler(blockLog{}, nil)),
	})
	if err != nil {
		return err
	}
	id := fmt.Sprint("begun-", os.Getpid())
	if _, err := handed.Start(ctx, rt, id, durable.WithID(id)); err != nil {
		return err
	}
	fmt.Println("up", version)
	<-ctx.Done()
	patient, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := rt.Close(patient); err != nil {
		return err
	}
	return s.Close()
}
