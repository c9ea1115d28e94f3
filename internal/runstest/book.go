package runstest

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// page is an action.
type page struct {
	actions.Returns[string]
	Number int
}

// Book is a flow of so many pages. Its result is their length.
var Book = durable.Define("book", func(y actions.Yield, pages int) (int, error) {
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

// Printer carries the pages of books out, and counts how often each was printed. It is safe for concurrent use.
type Printer struct {
	// Letters is how many are on a page.
	Letters int
	// Before, if not nil, is called before a page is printed, with its number in its book; the first is 0.
	Before func(number int)

	mu    sync.Mutex
	times map[string]int
}

// Executor prints pages.
func (p *Printer) Executor() executor.Executor {
	return executor.NewMux(executor.On(func(ctx context.Context, a page) (string, error) {
		key, err := executor.StepFrom(ctx).Key()
		p.count(key)
		if p.Before != nil {
			p.Before(a.Number)
		}
		return strings.Repeat(strconv.Itoa(a.Number%10), p.Letters), err
	}))
}

func (p *Printer) count(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.times == nil {
		p.times = map[string]int{}
	}
	p.times[key]++
}

// Times is how often the page with a number was printed in the book that is a run.
func (p *Printer) Times(run string, number int) (times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, n := range p.times {
		if strings.HasPrefix(key, run+"/"+strconv.Itoa(number)+"/") {
			times += n
		}
	}
	return times
}

// Once checks that so many pages were printed, and none of them twice.
func (p *Printer) Once(tb testing.TB, pages int) {
	tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	require.Len(tb, p.times, pages)
	for key, times := range p.times {
		require.Equal(tb, 1, times, key)
	}
}
