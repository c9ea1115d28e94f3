package durabletest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/jsondiff"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// Replay checks that the code still fits the history of a run: that the flow of the configuration, which is the one
// that the runtime is given, yields what it yielded then, action by action, as far as the records go, and that one that
// has completed still does, with the same result. If it does not, the test fails with a journal.MismatchError, which
// says at which step and in which field. Nothing is carried out, so a history of production will do.
//
//	func TestTheRunsOfProductionGoOn(t *testing.T) {
//		durabletest.ReplayAll(t, os.DirFS("testdata/histories"), config)
//	}
//
// Actions that leave no record (see journal.Unrecorded) are where the check stops, because nobody knows what they have
// read; [ReplayReading] goes on.
func Replay(t orchestratetest.TB, h store.History, c durable.Config) {
	t.Helper()
	ReplayReading(t, h, c, nil)
}

// ReplayReading is [Replay] with an executor that carries out what leaves no record.
func ReplayReading(t orchestratetest.TB, h store.History, c durable.Config, reads executor.Executor) {
	t.Helper()
	if err := check(h, c, reads); err != nil {
		t.Errorf("the code does not fit the history of run %q of flow %q, which is %s: %v",
			h.Run.ID, h.Run.Flow, h.Run.Status, err)
	}
}

// ReplayAll replays every history in the files *.json of a directory, as [Keep] and journal.Export write them, each in
// a subtest. That there is none is a failure.
func ReplayAll(t *testing.T, dir fs.FS, c durable.Config) {
	t.Helper()
	files, err := fs.Glob(dir, "*.json")
	if err == nil && len(files) == 0 {
		err = errors.New("there is no history in the directory")
	}
	if err != nil {
		t.Fatalf("durabletest.ReplayAll: %v", err)
	}
	for _, file := range files {
		t.Run(path.Base(file), func(t *testing.T) {
			h, err := load(dir, file)
			if err != nil {
				t.Fatal(err)
			}
			Replay(t, h, c)
		})
	}
}

func load(dir fs.FS, file string) (store.History, error) {
	text, err := fs.ReadFile(dir, file)
	if err != nil {
		return store.History{}, err
	}
	h, err := journal.Import(text)
	if err != nil {
		return h, fmt.Errorf("%s: %w", file, err)
	}
	return h, nil
}

// check is the error that says in what the code does not fit a history.
func check(h store.History, c durable.Config, reads executor.Executor) error {
	config, flow, err := durable.Unfold(c, h)
	if err != nil {
		return err
	}
	config.Dry, config.Executor = true, reads
	j, err := journal.New(config)
	if err != nil {
		return err
	}
	result, err := journal.Run(context.Background(), j, flow)
	completed := h.Run.Status == store.Completed
	switch {
	case errors.Is(j.Err(), journal.ErrUnloaded):
		if completed && (reads != nil || !reading(config, j)) {
			return beyond(config.ID, j.Stands()[0])
		}
		return nil
	case j.Err() != nil:
		return j.Err()
	case completed && err != nil:
		return fmt.Errorf("it fails now: %w", err)
	case completed:
		return same(config, h.Run.Result, result)
	case h.Run.Status == store.Failed && err == nil:
		return errors.New("it had failed, and succeeds now")
	}
	return nil
}

// reading tells whether a dry run stands at what leaves no record.
func reading(c journal.Config, j *journal.Journal) bool {
	for _, s := range j.Stands() {
		if s.Action != nil && c.Treat != nil && c.Treat(s.Action).Durability == journal.Unrecorded {
			return true
		}
	}
	return false
}

// beyond says that the code goes on where the run had ended.
func beyond(run string, s journal.Stand) error {
	return &journal.MismatchError{
		Run: run, Path: s.Path, Recorded: "the end of the run", Yielded: yielded(s.Action),
	}
}

// yielded is an action as a MismatchError tells it.
func yielded(a actions.Action) string {
	text, err := json.Marshal(a)
	if _, group := a.(actions.Group); a == nil || group || err != nil {
		return actions.Name(a)
	}
	return actions.Name(a) + string(text)
}

// same compares a result with the one on record.
func same(c journal.Config, recorded store.Payload, result any) error {
	now, err := c.Codecs.Encode(result)
	if err != nil {
		return fmt.Errorf("its result cannot be encoded any more: %w", err)
	}
	if now.Codec != recorded.Codec || bytes.Equal(now.Data, recorded.Data) {
		return nil // what two codecs write cannot be compared
	}
	lines := jsondiff.Lines(recorded.Data, now.Data)
	if len(lines) == 0 || now.Codec != "json" {
		return nil // the same in other bytes
	}
	return fmt.Errorf("its result is another one: %s", lines)
}
