// Package progress shows on a terminal how far a run has come.
package progress

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// Bar is a line on a terminal that is drawn over and over. It needs nobody to count for it: the orchestration announces
// a part of its work, with the number of scopes in it, by [actions.Progress], and the bar observes how many of them
// have ended. It is safe for concurrent use.
type Bar struct {
	out   io.Writer
	width int

	mu          sync.Mutex
	scope       string // what is counted
	done, total int64
	drawn       time.Time
	length      int // of the line that is on the terminal
}

const (
	// pause is how long a line stays before it is drawn again.
	pause = 100 * time.Millisecond
	// fallback is the width of a terminal that does not tell.
	fallback = 80
)

// New makes a bar on a terminal that is width characters wide, or of unknown width if that is not positive.
func New(out io.Writer, width int) *Bar {
	if width <= 0 {
		width = fallback
	}
	return &Bar{out: out, width: width}
}

// Announce begins a part of the work.
func (b *Bar) Announce(_ context.Context, p actions.Progress) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scope, b.done, b.total = p.Message, p.Done, p.Total
	b.draw()
	return nil
}

// Enabled is true.
func (b *Bar) Enabled(context.Context) bool { return true }

// Start has nothing to do.
func (b *Bar) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

// Observe counts the scopes that have ended.
func (b *Bar) Observe(_ context.Context, e combinators.Event) {
	ended, ok := e.(*combinators.Ended)
	if !ok {
		return
	}
	group, ok := ended.Action.(actions.Group)
	if !ok || group.Scope == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if group.Scope != b.scope {
		return
	}
	b.done++
	if now := ended.At.Add(ended.Took); b.done == b.total || now.Sub(b.drawn) >= pause {
		b.drawn = now
		b.draw()
	}
}

// String names the sink in a stack of layers.
func (b *Bar) String() string { return "bar" }

// Clear takes the line off the terminal.
func (b *Bar) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write("")
}

func (b *Bar) draw() {
	total := strconv.FormatInt(b.total, 10)
	label := fmt.Sprintf("%-11s %*d/%s ", plural(b.scope), len(total), b.done, total)
	room := min(b.width-1-len(label)-len("[]"), 40)
	if room < 3 || b.total <= 0 {
		b.write(label[:min(len(label), b.width-1)])
		return
	}
	full := int(int64(room) * min(b.done, b.total) / b.total)
	b.write(label + "[" + strings.Repeat("#", full) + strings.Repeat(".", room-full) + "]")
}

// write replaces the line. What is left of a longer one is overwritten with spaces, which every terminal knows.
func (b *Bar) write(line string) {
	blank := strings.Repeat(" ", max(0, b.length-len(line)))
	fmt.Fprintf(b.out, "\r%s%s\r%s", line, blank, line)
	b.length = len(line)
}

// plural is the plural of the name of a scope.
func plural(scope string) string {
	if stem, ok := strings.CutSuffix(scope, "y"); ok {
		return stem + "ies"
	}
	return scope + "s"
}
