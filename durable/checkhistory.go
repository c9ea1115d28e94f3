package durable

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// The limits of what is imported, besides those of names.
const (
	maxText = 1 << 20
	maxSeed = 1 << 16
)

// checkHistory refuses what cannot have been exported, or what a store has no form for.
func checkHistory(h *store.History) error {
	r := &h.Run
	if err := checkID(r.ID); err != nil {
		return err
	}
	if err := checkName("flow name", r.Flow); err != nil {
		return err
	}
	if r.Parent != "" {
		if err := checkID(r.Parent); err != nil {
			return fmt.Errorf("parent: %w", err)
		}
	}
	if err := checkLabels(r.Labels); err != nil {
		return err
	}
	switch {
	case importing(&r.State):
		return errImporting
	case len(r.Seed) > maxSeed:
		return fmt.Errorf("a seed of %d bytes", len(r.Seed))
	case r.Priority < math.MinInt32 || r.Priority > math.MaxInt32:
		return badOption("the priority %d is not one of 32 bits", r.Priority)
	case r.Retention != 0 && checkRetention(r.Retention) != nil:
		return checkRetention(r.Retention)
	case r.Status == 0:
		return errors.New("it has no status")
	case r.Created.IsZero():
		return errors.New("it does not say when it was created")
	case r.Status.Finished() != !r.Finished.IsZero():
		return fmt.Errorf("it is %s, and finished at %v", r.Status, r.Finished)
	case !r.Status.Finished() && !r.Expires.IsZero():
		return fmt.Errorf("it is %s, and expires", r.Status)
	case r.Started.IsZero() && len(h.Records) > 0:
		return errors.New("it has records, and was never started")
	case r.Started.IsZero() && r.Status != store.Pending && r.Status != store.Paused && !r.Status.Finished():
		return fmt.Errorf("it is %s, and was never started", r.Status)
	case r.Key != "" && r.Queue == "":
		return badOption("a key within a queue, and no queue")
	case r.Generation < 0 || r.Settled < 0 || r.Trials < 0:
		return errors.New("it counts below zero")
	}
	if _, _, err := lineageOf(r); err != nil {
		return err
	}
	if _, err := decodePublished(r.ID, r.Published); err != nil {
		return err
	}
	if err := checkTexts(
		r.Version, r.Queue, r.Key, r.Reason, r.Input.Codec, r.Result.Codec, r.Failure.Codec,
	); err != nil {
		return err
	}
	if err := checkTimes(
		r.Created, r.Deadline, r.Due, r.Started, r.Finished, r.Expires, r.State.Cancelled,
	); err != nil {
		return err
	}
	if err := checkRecords(h.Records); err != nil {
		return err
	}
	return checkMessages(h.Messages)
}

func checkRecords(records []store.Record) error {
	known := make(map[int64]bool, len(records))
	for i := range records {
		r := &records[i]
		err := checkTexts(r.Path, r.Name, r.Action.Codec, r.Result.Codec, r.Failure.Codec)
		if err == nil {
			err = checkTimes(r.Started, r.Finished)
		}
		switch {
		case r.N < 0:
			err = errors.New("its number is negative")
		case known[r.N]:
			err = errors.New("its number is there twice")
		}
		if err != nil {
			return fmt.Errorf("record %d: %w", r.N, err)
		}
		known[r.N] = true
	}
	return journal.Check(records)
}

func checkMessages(messages []store.Message) error {
	last := int64(0)
	keys := map[string]bool{}
	for _, m := range messages {
		err := checkMessageName("event name", m.Name)
		if err == nil && m.Key != "" {
			err = checkMessageName("deduplication key", m.Key)
		}
		if err == nil {
			err = checkTexts(m.Payload.Codec)
		}
		if err == nil {
			err = checkTimes(m.Sent)
		}
		switch {
		case m.Seq <= last:
			err = fmt.Errorf("it is not behind message %d", last)
		case keys[m.Key] && m.Key != "":
			err = fmt.Errorf("its key %s is there twice", quote(m.Key))
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", m.Seq, err)
		}
		last, keys[m.Key] = m.Seq, true
	}
	return nil
}

// checkMessageName is checkName for the names and keys of what a run was sent. Those of the ends of children are longer
// than others, because they have an ID in them.
func checkMessageName(what, name string) error {
	if child, ok := strings.CutPrefix(name, childEnded); ok {
		id, _, _ := strings.Cut(child, "/") // of a key
		return checkID(id)
	}
	return checkName(what, name)
}

// checkLabels refuses labels that no run can be started with, but for the runtime's own.
func checkLabels(labels map[string]string) error {
	if len(labels) > maxLabels+reservedLabels {
		return badOption("%d labels are more than %d", len(labels), maxLabels+reservedLabels)
	}
	for k, v := range labels {
		if err := checkName("label", k); err != nil {
			return err
		}
		if err := checkLabelValue(k, v); err != nil {
			return err
		}
	}
	return nil
}

// reservedLabels is how many labels of the runtime's own a run has at most, besides the user's.
const reservedLabels = 4

// checkTexts refuses what databases have no form for.
func checkTexts(texts ...string) error {
	for _, s := range texts {
		if len(s) > maxText || strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
			return fmt.Errorf("%s is longer than %d bytes, or is no text", quote(s), maxText)
		}
	}
	return nil
}

func checkTimes(times ...time.Time) error {
	for _, t := range times {
		if y := t.UTC().Year(); y > 9999 || y < 1 {
			return fmt.Errorf("a time in the year %d", y)
		}
	}
	return nil
}
