package runstest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// Outlive checks that what keeps a store from writing for a while is no failure of its runs: they go on, and nothing
// is done twice. Eight books of 20 pages, each of so many letters, are printed. The trouble begins when each has three
// pages, and is over once the runtime has noticed.
func Outlive(t *testing.T, s store.Store, letters int, trouble func() (over func())) {
	t.Helper()
	const runs, pages, printed = 8, 20, 3
	ctx := context.WithoutCancel(t.Context())
	paper := make(chan struct{})
	var waits atomic.Int64
	press := &Printer{Letters: letters, Before: func(number int) {
		if number >= printed {
			waits.Add(1)
			<-paper
		}
	}}
	log := &troubles{}
	rt, err := durable.Open(ctx, s, press.Executor(), durable.Config{
		Flows: durable.Flows(Book), Log: slog.New(slog.NewTextHandler(log, nil)), Lease: longLease,
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(ctx)) }()
	var handles []*durable.Handle[int]
	Until(t, func() bool { // a store may have no more patience than the trouble needs, and refuse who starts runs
		ins := []int{pages, pages, pages, pages, pages, pages, pages, pages}
		handles, err = Book.StartMany(ctx, rt, ins, func(i, _ int) []durable.StartOption {
			return []durable.StartOption{durable.WithID(fmt.Sprint("book-", i))}
		})
		return err == nil
	})
	require.Len(t, handles, runs)
	Until(t, func() bool { return waits.Load() == runs })
	over := trouble()
	close(paper)
	Until(t, log.told.Load)
	over()
	for _, h := range handles {
		var length int
		Until(t, func() bool { // those who wait are told that the store fails, if it does
			length, err = h.Result(ctx)
			return err == nil
		})
		require.Equal(t, letters*pages, length)
	}
	press.Once(t, runs*pages)
}

// troubles hears in a log that the store fails.
type troubles struct{ told atomic.Bool }

func (l *troubles) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "store failed") {
		l.told.Store(true)
	}
	return io.Discard.Write(p)
}

// Until waits until f is true.
func Until(t *testing.T, f func() bool) {
	t.Helper()
	for !f() {
		select {
		case <-time.After(time.Millisecond):
		case <-t.Context().Done():
			require.Fail(t, "the test is over")
		}
	}
}
