package sqlite_test

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// page is an action with a large result.
type page struct {
	actions.Returns[string]
	Number int
}

// book is a flow of so many pages.
var book = durable.Define("book", func(y actions.Yield, pages int) (int, error) {
	length := 0
	for i := range pages {
		text, err := orchestrate.Do(y, page{Number: i})
		if err != nil {
			return length, err
		}
		length += len(text)
	}
	return length, nil
})

// printer carries pages out, and counts how often each was. After a few it waits for paper.
type printer struct {
	paper chan struct{}
	waits atomic.Int64
	mu    sync.Mutex
	times map[string]int
}

const first = 20 // pages that need no paper

func (p *printer) print(ctx context.Context, a page) (string, error) {
	key, err := executor.StepFrom(ctx).Key()
	if p.count(key) > first {
		p.waits.Add(1)
		<-p.paper
	}
	return strings.Repeat(strconv.Itoa(a.Number%10), 20_000), err
}

func (p *printer) count(key string) (printed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.times == nil {
		p.times = map[string]int{}
	}
	p.times[key]++
	return len(p.times)
}

// What keeps a store from writing for a while is no failure of its runs: they go on, and nothing is done twice.
func TestRunsOutliveWhatKeepsTheStoreFromWriting(t *testing.T) {
	t.Parallel()
	const runs, pages = 8, 20
	for name, trouble := range map[string]func(t *testing.T, s *sqlite.Store, p string) (over func()){
		"a full disk": func(t *testing.T, s *sqlite.Store, _ string) func() {
			t.Helper()
			require.NoError(t, s.Set("max_page_count", "300", "300")) // a good megabyte of the three that are to come
			return func() { require.NoError(t, s.Set("max_page_count", "1000000", "1000000")) }
		},
		"another program": func(t *testing.T, _ *sqlite.Store, p string) func() {
			t.Helper()
			other := locker(t, p)
			for _, statement := range []string{"PRAGMA busy_timeout = 60000", "BEGIN IMMEDIATE"} {
				_, err := other.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			return func() {
				_, err := other.ExecContext(t.Context(), "COMMIT")
				require.NoError(t, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, ctx := path(t), context.WithoutCancel(t.Context())
			s := openAt(t, file, sqlite.Config{BusyTimeout: 5 * time.Millisecond})
			press := printer{paper: make(chan struct{})}
			log := &troubles{}
			rt, err := durable.Open(ctx, s, executor.NewMux(executor.On(press.print)), durable.Config{
				Flows: durable.Flows(book), Log: slog.New(slog.NewTextHandler(log, nil)),
			})
			require.NoError(t, err)
			defer func() { require.NoError(t, rt.Close(ctx)) }()
			handles, err := book.StartMany(ctx, rt, []int{pages, pages, pages, pages, pages, pages, pages, pages}, nil)
			require.NoError(t, err)
			require.Len(t, handles, runs)
			until(t, func() bool { return press.waits.Load() == runs })
			over := trouble(t, s, file)
			close(press.paper)
			until(t, log.told.Load)
			over()
			for _, h := range handles {
				length, err := h.Result(ctx)
				require.NoError(t, err)
				require.Equal(t, 20_000*pages, length)
			}
			press.mu.Lock()
			defer press.mu.Unlock()
			require.Len(t, press.times, runs*pages)
			for key, times := range press.times {
				require.Equal(t, 1, times, key)
			}
		})
	}
}

// troubles hears in a log that the store fails.
type troubles struct{ told atomic.Bool }

func (l *troubles) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "the store fails, and is tried again") {
		l.told.Store(true)
	}
	return io.Discard.Write(p)
}

// until waits until f is true.
func until(t *testing.T, f func() bool) {
	t.Helper()
	for !f() {
		select {
		case <-time.After(time.Millisecond):
		case <-t.Context().Done():
			require.Fail(t, "the test is over")
		}
	}
}
