package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// charge is the action of most tests; refund is another one.
type (
	charge struct {
		actions.Returns[string]
		Cents int
	}
	refund struct {
		actions.Returns[actions.Void]
		Of string
	}
)

var (
	errCrash = errors.New("the process crashed")
	errEmpty = errors.New("empty till")
)

// epoch is when runs begin, and bubbles.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// memory is a log in memory. It can be told to fail.
type memory struct {
	mu       sync.Mutex
	records  []store.Record
	consumed []int64
	appends  int
	// fail is called with the number of each append, from 1: whether it is made, and its error.
	fail func(n int) (made bool, err error)
}

func (m *memory) Append(_ context.Context, e journal.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.appends++
	made, err := true, error(nil)
	if m.fail != nil {
		made, err = m.fail(m.appends)
	}
	if made {
		m.write(e)
	}
	return err
}

func (m *memory) write(e journal.Entry) {
	for _, r := range e.Records {
		if slices.ContainsFunc(m.records, func(known store.Record) bool { return known.N == r.N }) {
			panic(fmt.Sprintf("record %d is written twice", r.N))
		}
		m.records = append(m.records, r)
	}
	m.consumed = append(m.consumed, e.Consumed...)
}

func (m *memory) history() []store.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

// till carries out charges and refunds, and counts them.
type till struct {
	mu      sync.Mutex
	charges []int
	refunds []string
	keys    []string
	err     error
}

func (t *till) mux() *executor.Mux {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a charge) (string, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.charges = append(t.charges, a.Cents)
			key, err := executor.StepFrom(ctx).Key()
			t.keys = append(t.keys, key)
			return key, errors.Join(err, t.err)
		}),
		executor.OnVoid(func(_ context.Context, a refund) error {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.refunds = append(t.refunds, a.Of)
			return nil
		}),
	)
}

// begin makes a journal over the log's records.
func begin(t *testing.T, log *memory, exec executor.Executor, with ...func(*journal.Config)) *journal.Journal {
	t.Helper()
	c := journal.Config{ID: "r", Executor: exec, Log: log, Records: log.history(), Started: epoch}
	c.Resumed = len(c.Records) > 0
	for _, f := range with {
		f(&c)
	}
	j, err := journal.New(c)
	require.NoError(t, err)
	return j
}

// run runs a flow under a journal as the runtime does.
func run[T any](t *testing.T, j *journal.Journal, flow orchestrate.Orchestration[T]) (T, error) {
	t.Helper()
	result, err := journal.Run(t.Context(), j, func(y actions.Yield) (any, error) { return flow(y) })
	typed, _ := result.(T)
	return typed, err
}
