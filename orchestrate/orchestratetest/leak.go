package orchestratetest

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// label marks goroutines, and those that they start.
type label string

const labelKey = "github.com/baton-go/baton"

var labels atomic.Int64

func newLabel() label { return label(strconv.FormatInt(labels.Add(1), 10)) }

// Go runs f on a goroutine that is marked.
func (l label) Go(f func()) {
	go pprof.Do(context.Background(), pprof.Labels(labelKey, string(l)), func(context.Context) { f() })
}

// leak says which marked goroutine does not end.
func (l label) leak() string {
	for try := range 70 {
		if !strings.Contains(profile(), l.text()) {
			return ""
		}
		if try < 20 {
			runtime.Gosched()
		} else {
			<-time.After(time.Millisecond)
		}
	}
	return "the orchestration leaves a goroutine behind:\n" + l.stack() +
		"\nAn orchestration starts no goroutine: what is to be done side by side is yielded as a group."
}

func profile() string {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a buffer takes everything
	return b.String()
}

// text is the label in a profile.
func (l label) text() string { return fmt.Sprintf("# labels: {%q:%q}", labelKey, string(l)) }

// stack is the stack of a marked goroutine.
func (l label) stack() string {
	_, entry, _ := strings.Cut(profile(), l.text())
	entry, _, _ = strings.Cut(entry, "\n\n")
	var stack []string
	for line := range strings.SplitSeq(entry, "\n") {
		if _, frame, ok := strings.Cut(line, "#\t"); ok {
			_, frame, _ = strings.Cut(frame, "\t") // the address
			stack = append(stack, "  "+strings.Join(strings.Fields(frame), "  "))
		}
	}
	return strings.Join(stack, "\n")
}
