package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/microsoft/durabletask-go/api"
	"github.com/microsoft/durabletask-go/backend"
	"github.com/microsoft/durabletask-go/backend/postgres"
	"github.com/microsoft/durabletask-go/backend/sqlite"
	"github.com/microsoft/durabletask-go/task"
)

var durableTaskPeer = peer{
	name: "durabletask-go", module: "github.com/microsoft/durabletask-go",
	settings: "64 work items of each kind at a time (1), a pool of 20 connections (1), SQLite with WAL and " +
		"`synchronous=FULL` (a rollback journal); that it polls, every 50 ms and more, cannot be changed",
	open: openDurableTask,
}

type durableTask struct {
	client backend.TaskHubClient
	worker backend.TaskHubWorker
	track  *track
}

func openDurableTask(ctx context.Context, at site, t *track) (engine, error) {
	logger := taskLogger{quiet()}
	var stored backend.Backend
	if at.inPostgres() {
		o := postgres.NewPostgresOptions("localhost", 5432, "postgres", "postgres", "none")
		pool, err := pgxpool.ParseConfig(at.dsn())
		if err != nil {
			return nil, err
		}
		pool.MaxConns = 20
		o.PgOptions = pool
		stored = postgres.NewPostgresBackend(o, logger)
	} else {
		settings := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}}
		path := "file:" + filepath.Join(at.dir, "tasks.db") + "?" + settings.Encode()
		stored = sqlite.NewSqliteBackend(sqlite.NewSqliteOptions(path), logger)
	}
	all := task.NewTaskRegistry()
	err := all.AddOrchestratorN("walk", durableTaskFlow)
	if err == nil {
		err = all.AddActivityN("step", func(c task.ActivityContext) (any, error) {
			var lane int
			if err := c.GetInput(&lane); err != nil {
				return nil, err
			}
			return t.step(lane), nil
		})
	}
	if err != nil {
		return nil, err
	}
	exec, many := task.NewTaskExecutor(all), backend.WithMaxParallelism(64)
	e := &durableTask{track: t, client: backend.NewTaskHubClient(stored)}
	e.worker = backend.NewTaskHubWorker(stored, backend.NewOrchestrationWorker(stored, exec, logger, many),
		backend.NewActivityTaskWorker(stored, exec, logger, many), logger)
	return e, e.worker.Start(ctx)
}

func durableTaskFlow(c *task.OrchestrationContext) (any, error) {
	var lane int
	if err := c.GetInput(&lane); err != nil {
		return nil, err
	}
	return walk(func() (s string, err error) {
		err = c.CallActivity("step", task.WithActivityInput(lane)).Await(&s)
		return s, err
	})
}

func (e *durableTask) run(ctx context.Context, lane int) error {
	id, err := e.client.ScheduleNewOrchestration(ctx, "walk", api.WithInput(lane))
	if err != nil {
		return err
	}
	ended, err := e.client.WaitForOrchestrationCompletion(ctx, id)
	if err != nil {
		return err
	}
	sum, err := strconv.Atoi(ended.SerializedOutput)
	if err != nil {
		return fmt.Errorf("the run has failed: %v", ended.FailureDetails)
	}
	return e.track.check(sum)
}

func (e *durableTask) close(ctx context.Context) error { return e.worker.Shutdown(ctx) }

// taskLogger is a log for durabletask-go.
type taskLogger struct{ *slog.Logger }

func (l taskLogger) Debug(...any)             {}
func (l taskLogger) Debugf(string, ...any)    {}
func (l taskLogger) Info(...any)              {}
func (l taskLogger) Infof(string, ...any)     {}
func (l taskLogger) Warn(v ...any)            { l.Logger.Warn(fmt.Sprint(v...)) }
func (l taskLogger) Warnf(f string, v ...any) { l.Logger.Warn(fmt.Sprintf(f, v...)) }
func (l taskLogger) Error(v ...any)           { l.Logger.Error(fmt.Sprint(v...)) }
func (l taskLogger) Errorf(f string, v ...any) {
	l.Logger.Error(fmt.Sprintf(f, v...))
}
