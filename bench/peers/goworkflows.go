package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cschleiden/go-workflows/backend"
	"github.com/cschleiden/go-workflows/backend/monoprocess"
	"github.com/cschleiden/go-workflows/backend/postgres"
	"github.com/cschleiden/go-workflows/backend/sqlite"
	"github.com/cschleiden/go-workflows/client"
	"github.com/cschleiden/go-workflows/registry"
	"github.com/cschleiden/go-workflows/worker"
	"github.com/cschleiden/go-workflows/workflow"
)

var goWorkflowsPeer = peer{
	name: "go-workflows", module: "github.com/cschleiden/go-workflows",
	settings: "its monoprocess backend, so that its workers are told of tasks and need not poll every 200 ms; 8 " +
		"pollers of each kind (2); SQLite with WAL and `synchronous=FULL`, as it comes",
	open: openGoWorkflows,
}

type goWorkflows struct {
	client *client.Client
	worker *worker.Worker
	stop   context.CancelFunc
	files  io.Closer
	track  *track
	flow   func(ctx workflow.Context, lane int) (int, error)
	runs   atomic.Int64
}

func openGoWorkflows(ctx context.Context, at site, t *track) (engine, error) {
	e := &goWorkflows{track: t}
	e.flow = func(ctx workflow.Context, lane int) (int, error) {
		return walk(func() (string, error) {
			return workflow.ExecuteActivity[string](ctx, workflow.DefaultActivityOptions, "step", lane).Get(ctx)
		})
	}
	var stored backend.Backend
	logged := backend.WithLogger(quiet())
	if at.inPostgres() {
		b := postgres.NewPostgresBackend(at.socket, 5432, "postgres", "none", at.database,
			postgres.WithBackendOptions(logged))
		stored, e.files = b, b
	} else {
		b := sqlite.NewSqliteBackend(filepath.Join(at.dir, "workflows.db"), sqlite.WithBackendOptions(logged))
		stored, e.files = b, b
	}
	mono, options := monoprocess.NewMonoprocessBackend(stored), worker.DefaultOptions
	options.WorkflowPollers, options.ActivityPollers = 8, 8
	e.client, e.worker = client.New(mono), worker.New(mono, &options)
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	err := errors.Join(
		e.worker.RegisterWorkflow(e.flow, registry.WithName("walk")),
		e.worker.RegisterActivity(func(_ context.Context, lane int) (string, error) { return t.step(lane), nil },
			registry.WithName("step")))
	if err == nil {
		err = e.worker.Start(ctx)
	}
	if err != nil {
		e.stop()
		return nil, errors.Join(err, e.files.Close())
	}
	return e, nil
}

func (e *goWorkflows) run(ctx context.Context, lane int) error {
	of := client.WorkflowInstanceOptions{InstanceID: "run-" + strconv.FormatInt(e.runs.Add(1), 10)}
	h, err := e.client.CreateWorkflowInstance(ctx, of, "walk", lane)
	if err != nil {
		return err
	}
	sum, err := client.GetWorkflowResult[int](ctx, e.client, h, 10*time.Minute)
	if err != nil {
		return err
	}
	return e.track.check(sum)
}

func (e *goWorkflows) close(context.Context) error {
	e.stop()
	return errors.Join(e.worker.WaitForCompletion(), e.files.Close())
}
