package journal

import (
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// exportedRun is the row of a run as JSON, without its lease.
type exportedRun struct {
	ID            string            `json:"id"`
	Flow          string            `json:"flow"`
	Version       string            `json:"version,omitempty"`
	Input         *exportedPayload  `json:"input,omitempty"`
	Seed          []byte            `json:"seed,omitempty"`
	Parent        string            `json:"parent,omitempty"`
	OnParentClose string            `json:"onParentClose,omitempty"`
	Queue         string            `json:"queue,omitempty"`
	Key           string            `json:"key,omitempty"`
	Priority      int               `json:"priority,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Created       time.Time         `json:"created,omitzero"`
	Deadline      time.Time         `json:"deadline,omitzero"`
	Retention     string            `json:"retention,omitempty"`

	Status     string           `json:"status,omitempty"`
	Due        time.Time        `json:"due,omitzero"`
	Started    time.Time        `json:"started,omitzero"`
	Finished   time.Time        `json:"finished,omitzero"`
	Expires    time.Time        `json:"expires,omitzero"`
	Result     *exportedPayload `json:"result,omitempty"`
	Failure    *exportedPayload `json:"failure,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Cancelled  time.Time        `json:"cancelled,omitzero"`
	Generation int64            `json:"generation,omitempty"`
	Settled    int64            `json:"settled,omitempty"`
	Trials     int64            `json:"trials,omitempty"`
	Published  []byte           `json:"published,omitempty"`
}

const abandon = "abandon"

func exportRun(r store.Run) exportedRun {
	e := exportedRun{
		ID: r.ID, Flow: r.Flow, Version: r.Version, Input: exportPayload(r.Input), Seed: r.Seed, Parent: r.Parent,
		Queue: r.Queue, Key: r.Key, Priority: r.Priority, Labels: r.Labels, Created: r.Created.UTC(),
		Deadline: r.Deadline.UTC(), Due: r.Due.UTC(), Started: r.Started.UTC(), Finished: r.Finished.UTC(),
		Expires: r.Expires.UTC(), Result: exportPayload(r.Result), Failure: exportPayload(r.Failure), Reason: r.Reason,
		Cancelled: r.Cancelled.UTC(), Generation: r.Generation, Settled: r.Settled, Trials: r.Trials,
		Published: r.Published,
	}
	if r.OnParentClose == store.Abandon {
		e.OnParentClose = abandon
	}
	if r.Retention != 0 {
		e.Retention = r.Retention.String()
	}
	if r.Status != 0 {
		e.Status = r.Status.String()
	}
	return e
}

func (e *exportedRun) run() (r store.Run, err error) {
	r = store.Run{
		ID: e.ID, Flow: e.Flow, Version: e.Version, Seed: e.Seed, Parent: e.Parent, Queue: e.Queue,
		Key: e.Key, Priority: e.Priority, Labels: e.Labels, Created: e.Created, Deadline: e.Deadline,
		Published: e.Published,
		State: store.State{
			Due: e.Due, Started: e.Started, Finished: e.Finished, Expires: e.Expires, Reason: e.Reason,
			Cancelled: e.Cancelled, Generation: e.Generation, Settled: e.Settled, Trials: e.Trials,
		},
	}
	switch e.OnParentClose {
	case "":
	case abandon:
		r.OnParentClose = store.Abandon
	default:
		return r, fmt.Errorf("onParentClose is %q, which is not known", e.OnParentClose)
	}
	if e.Retention != "" {
		if r.Retention, err = time.ParseDuration(e.Retention); err != nil {
			return r, fmt.Errorf("retention: %w", err)
		}
	}
	if r.Status, err = status(e.Status); err != nil {
		return r, err
	}
	for _, p := range []struct {
		to   *store.Payload
		from *exportedPayload
	}{{&r.Input, e.Input}, {&r.Result, e.Result}, {&r.Failure, e.Failure}} {
		if *p.to, err = p.from.payload(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// status finds a status by its name; without one it is 0.
func status(name string) (store.Status, error) {
	if name == "" {
		return 0, nil
	}
	for s := store.Pending; s.String() != "unknown"; s++ {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("status %q is not known", name)
}
