package durabletest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// clockID is the ID of the schedule that starts a run each second.
const clockID = "clock"

// unlucky is how the outcome begins that the witness is told of a step that has failed.
const unlucky = "failed:"

// keepTime is the flow of the schedule.
func keepTime(y actions.Yield, _ int) (string, error) {
	o, err := orchestrate.Do(y, durable.AskOccurrence{})
	if err != nil {
		return "", err
	}
	got, err := orchestrate.Do(y, errand{What: "strike"})
	return o.Time.UTC().Format(time.RFC3339), told(got, err)
}

// attempt is a flow that fails as often as it is lucky: it is retried.
func attempt(y actions.Yield, _ journey) (string, error) {
	for _, what := range []string{"sure", "flaky"} {
		got, err := orchestrate.Do(y, errand{What: what})
		if err := told(got, err); err != nil {
			return "", err
		}
	}
	return "lucky", nil
}

// underWay lists the runs of a flow that have not ended.
func underWay(ctx context.Context, c *durable.Client, flow string) (runs []durable.Metadata, err error) {
	for m, err := range c.List(ctx, durable.Filter{Flows: []string{flow}, Statuses: []durable.Status{
		durable.Pending, durable.Running, durable.Waiting, durable.Paused,
	}}) {
		if err != nil {
			return nil, err
		}
		runs = append(runs, m)
	}
	return runs, nil
}

// operate does to runs what operators do, at random, while they are carried out. It returns an error, or never.
func operate(ctx context.Context, c *durable.Client) error {
	for {
		trips, err := underWay(ctx, c, "trip")
		for i := 0; err == nil && i < len(trips); i++ {
			switch luck := rand.IntN(100); {
			case trips[i].Status == durable.Paused && luck < 50:
				err = resume(ctx, c, trips[i].ID)
			case luck < 25:
				err = pause(ctx, c, trips[i].ID)
			case luck < 30:
				err = cancel(ctx, c, trips[i].ID)
			}
			<-time.After(time.Duration(rand.IntN(int(time.Millisecond))))
		}
		if err == nil {
			err = retryAll(ctx, c)
		}
		if err != nil {
			return err
		}
		<-time.After(time.Millisecond)
	}
}

func pause(ctx context.Context, c *durable.Client, id string) error {
	err := c.Pause(ctx, id, "for a moment")
	if err == nil {
		tell("paused %s", id)
	}
	return unlessFinished(err)
}

func resume(ctx context.Context, c *durable.Client, id string) error {
	tell("resumes %s", id)
	return unlessFinished(c.Resume(ctx, id))
}

func cancel(ctx context.Context, c *durable.Client, id string) error {
	tell("cancels %s", id)
	cancelled, err := durable.Attach[string](c, id).Cancel(ctx, "nobody travels")
	if err == nil && cancelled {
		tell("cancelled %s", id)
	}
	return unlessFinished(err)
}

func unlessFinished(err error) error {
	if errors.Is(err, durable.ErrFinished) {
		return nil
	}
	return err
}

// retryAll retries what has failed, also what has been retried before.
func retryAll(ctx context.Context, c *durable.Client) error {
	for m, err := range c.List(ctx, durable.Filter{
		Flows: []string{"attempt"}, Statuses: []durable.Status{durable.Failed},
	}) {
		if err == nil {
			_, err = retry(ctx, c, m.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func retry(ctx context.Context, c *durable.Client, id string) (again string, err error) {
	tell("retries %s", id)
	if again, err = c.Retry(ctx, id); err == nil {
		tell("retried %s", again)
	}
	return again, err
}

// resumeAll has every run that is paused go on. One that has just been claimed, because the lease of whoever was killed
// ran out, is Running until it is given back, and paused all the same.
func resumeAll(ctx context.Context, c *durable.Client) error {
	trips, err := underWay(ctx, c, "trip")
	for i := 0; err == nil && i < len(trips); i++ {
		err = resume(ctx, c, trips[i].ID)
	}
	return err
}

// leastTimes is how many runs the schedule has started in the end, at least.
const leastTimes = 4

// stopClock deletes the schedule once it has started enough.
func stopClock(ctx context.Context, clock *durable.Schedule) error {
	for {
		info, err := clock.Describe(ctx)
		switch {
		case err != nil:
			return err
		case info.Missed+info.Skipped > 0 || info.Trouble != "":
			return fmt.Errorf("the schedule has left out times: %+v", info)
		case info.Started >= leastTimes:
			return clock.Delete(ctx)
		}
		<-time.After(time.Millisecond)
	}
}
