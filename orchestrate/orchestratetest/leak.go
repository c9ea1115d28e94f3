package orchestratetest

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"testing/synctest"
	"time"
)

// label marks goroutines, and those that they start.
type label string

const labelKey = "github.com/baton-go/baton"

var labels atomic.Int64

func newLabel() label { return label(strconv.FormatInt(labels.Add(1), 10)) }

// Go runs f on a goroutine that is marked until f has ended.
func (l label) Go(f func()) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done) // unmarked: it only has to return
		pprof.Do(context.Background(), pprof.Labels(labelKey, string(l)), func(context.Context) { f() })
	}()
	return done
}

// patience is the longest pause between two looks at a goroutine that may be about to end.
const patience = 4 * time.Second

// leak says which marked goroutine does not end. On a busy machine one that is about to may have to wait for its turn.
func (l label) leak() string {
	for pause := time.Millisecond; l.alive(); pause *= 2 {
		settle()
		if !l.alive() {
			break
		}
		if pause > patience {
			return "the orchestration leaves a goroutine behind:\n" + l.stack() +
				"\nAn orchestration starts no goroutine: what is to be done side by side is yielded as a group."
		}
		<-time.After(pause)
	}
	return ""
}

// settle waits until all other goroutines of the bubble are blocked. Elsewhere it returns at once.
func settle() {
	defer func() { _ = recover() }() // not in a bubble, or the test itself waits
	synctest.Wait()
}

func (l label) alive() bool { return strings.Contains(profile(), l.text()) }

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
