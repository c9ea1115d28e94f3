package explore

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/internal/turns"
)

// runFirst runs the schedule in which everything goes well, and looks where its goroutines come from and whether they
// end. It returns the plan if that fails.
func (x *exploration) runFirst() *plan {
	s := &Schedule{x: x, plan: plan{watched: true}}
	label := labelled(func() { x.runBody(s, &scratch{}) })
	if !s.Failed() {
		x.leak = leftBehind(label)
	}
	if s.Failed() || x.leak != "" {
		x.report.Schedules++
		return &plan{watched: true, failures: s.failures}
	}
	x.first = &history{s.asked, s.marks}
	return nil
}

// runAll runs the other schedules, and looks whether the goroutines of all of them end.
func (x *exploration) runAll() (failing *plan) {
	label := labelled(func() {
		x.crew = &crew{}
		defer x.crew.end()
		if failing = x.search(); failing == nil && !x.report.Exhausted {
			failing = x.sample()
		}
	})
	if failing == nil {
		x.leak = leftBehind(label)
	}
	return failing
}

const labelKey = "explore"

// labelled calls f with a label for the goroutines that it starts, which it returns.
func labelled(f func()) string {
	label := strconv.FormatInt(labels.Add(1), 10)
	pprof.Do(context.Background(), pprof.Labels(labelKey, label), func(context.Context) { f() })
	return label
}

var labels atomic.Int64

// leftBehind are the goroutines with the label that do not end within seconds: a busy machine may come to them late.
func leftBehind(label string) string {
	want := fmt.Sprintf("%q:%q", labelKey, label)
	for wait := time.Millisecond; ; wait *= 2 {
		var all bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
		var left []string
		for _, stack := range strings.Split(all.String(), "\n\n") {
			if strings.Contains(stack, want) && !strings.Contains(stack, "explore.leftBehind") {
				left = append(left, strings.TrimSpace(stack))
			}
		}
		if len(left) == 0 || wait > 4*time.Second {
			return strings.Join(left, "\n\n")
		}
		<-time.After(wait)
	}
}

// onGoroutine notes which goroutine a strand is on.
func (s *Schedule) onGoroutine(st *strand) {
	if s.plan.watched {
		st.goroutine = turns.Goroutine()
	}
}
