//go:build temporal

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.temporal.io/server/temporal"
)

const temporalSettings = "its server in this process, without limits of rates; 16 pollers of each kind (2); one " +
	"shard in SQLite, with WAL and `synchronous=FULL`, and 4 in PostgreSQL, with 20 connections for each of its stores"

func temporalPeers() []peer {
	return []peer{
		{
			name: "Temporal, activities", module: "go.temporal.io/server",
			settings: "SDK " + version("go.temporal.io/sdk") + "; " + temporalSettings,
			open: func(ctx context.Context, at site, t *track) (engine, error) {
				return openTemporal(ctx, at, t, byActivity)
			},
		},
		{
			name: "Temporal, local activities", module: "go.temporal.io/server", late: true,
			settings: "as above; local activities are recorded together, when a workflow task ends, so that after a crash " +
				"those since the last one are carried out again",
			open: func(ctx context.Context, at site, t *track) (engine, error) {
				return openTemporal(ctx, at, t, byLocalActivity)
			},
		},
	}
}

const (
	temporalNamespace = "default"
	temporalQueue     = "bench"
)

type temporalEngine struct {
	server temporal.Server
	client client.Client
	worker worker.Worker
	track  *track
}

// stepper carries out a step of a workflow.
type stepper func(ctx workflow.Context, lane int) workflow.Future

func byActivity(ctx workflow.Context, lane int) workflow.Future {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteActivity(ctx, "step", lane)
}

func byLocalActivity(ctx workflow.Context, lane int) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteLocalActivity(ctx, "step", lane)
}

func openTemporal(ctx context.Context, at site, t *track, by stepper) (_ engine, err error) {
	e := &temporalEngine{track: t}
	var address string
	if e.server, address, err = startTemporal(at); err != nil {
		return nil, err
	}
	e.client, err = client.DialContext(ctx, client.Options{
		HostPort: address, Namespace: temporalNamespace, Logger: sdklog.NewStructuredLogger(quiet()),
	})
	if err != nil {
		return nil, errors.Join(err, e.server.Stop())
	}
	e.worker = worker.New(e.client, temporalQueue, worker.Options{
		MaxConcurrentWorkflowTaskPollers: 16, MaxConcurrentActivityTaskPollers: 16,
	})
	e.worker.RegisterWorkflowWithOptions(func(ctx workflow.Context, lane int) (int, error) {
		return walk(func() (s string, err error) {
			err = by(ctx, lane).Get(ctx, &s)
			return s, err
		})
	}, workflow.RegisterOptions{Name: "walk"})
	e.worker.RegisterActivityWithOptions(func(_ context.Context, lane int) (string, error) { return t.step(lane), nil },
		activity.RegisterOptions{Name: "step"})
	if err := e.worker.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("the worker: %w", err), e.close(ctx))
	}
	return e, nil
}

func (e *temporalEngine) run(ctx context.Context, lane int) error {
	r, err := e.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: temporalQueue}, "walk", lane)
	if err != nil {
		return err
	}
	var sum int
	if err := r.Get(ctx, &sum); err != nil {
		return err
	}
	return e.track.check(sum)
}

func (e *temporalEngine) close(context.Context) error {
	e.worker.Stop()
	e.client.Close()
	return e.server.Stop()
}
