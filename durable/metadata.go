package durable

import (
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Metadata is what is known about a run besides its input and its output.
type Metadata struct {
	ID, Flow string
	// Version is that of the flow's definition with which the run was started.
	Version string
	Status  Status
	// Reason says why the run is blocked or paused, or what was said when it was to be cancelled.
	Reason string
	// Error is the text of the error of a run that failed, or that ended badly after it was cancelled.
	Error  string
	Parent string
	// Queue and QueueKey are what [WithQueue] and [WithQueueKey] said.
	Queue, QueueKey string
	Priority        int
	Labels          map[string]string
	// Created is when the run was started by [Flow.Start], Due when it is to be carried out next if it is not under way
	// already; zero if nothing but an event, or somebody, makes it.
	Created, Due time.Time
	// Started is when it was first carried out, Finished when it ended; zero before that.
	Started, Finished time.Time
	// Deadline is when it must have ended, Expires when it may be deleted; zero is never.
	Deadline, Expires time.Time
	// CancelRequested is when somebody asked for it to be cancelled; zero is never.
	CancelRequested time.Time
	// Generation counts how often it continued as new.
	Generation int64
	// Owner names the process that carries it out; "" is nobody.
	Owner string
}

// Duration is how long the run took, from when it was first carried out; 0 if it has not ended.
func (m Metadata) Duration() time.Duration {
	if m.Started.IsZero() || m.Finished.IsZero() {
		return 0
	}
	return m.Finished.Sub(m.Started)
}

// Cursor is the place of the run in the order of a list: see [Filter].
func (m Metadata) Cursor() string {
	return strconv.FormatInt(m.Created.UnixNano(), 10) + "." + m.ID
}

// parseCursor reads what Cursor wrote.
func parseCursor(text string) (store.Cursor, error) {
	nanos, id, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(nanos, 10, 64)
	if !ok || err != nil || checkID(id) != nil {
		return store.Cursor{}, badOption("%s is no cursor", quote(text))
	}
	return store.Cursor{Created: time.Unix(0, n).UTC(), ID: id}, nil
}

func (c *Client) metadata(r store.Run) Metadata {
	m := Metadata{
		ID: r.ID, Flow: r.Flow, Version: r.Version, Status: r.Status, Reason: r.Reason, Parent: r.Parent, Queue: r.Queue,
		QueueKey: r.Key,
		Priority: r.Priority, Labels: r.Labels, Created: r.Created, Started: r.Started, Finished: r.Finished,
		Deadline: r.Deadline, Expires: r.Expires, CancelRequested: r.State.Cancelled, Generation: r.Generation,
		Owner: r.Owner,
	}
	if r.Owner == "" {
		m.Due = r.Due
	}
	switch {
	case r.Status == Failed:
		m.Error = c.failure(r.Failure).Error()
	case r.Status == Cancelled:
		m.Error = c.cancelledError(r).Error()
	case r.State.Cancelled.IsZero(), r.Status == Blocked, r.Status == Paused:
	default:
		m.Reason = c.cancelReason(r)
	}
	return m
}
