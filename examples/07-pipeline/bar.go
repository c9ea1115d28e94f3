package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// bar shows how far the pipeline is: a line that is drawn over and over on a terminal, or ten lines elsewhere.
// Steps end side by side, and so may tell of it in any order: what is behind what it shows already, it does not show.
type bar struct {
	out   io.Writer
	name  string
	lines bool // draw no bar

	mu   sync.Mutex
	done int
	open bool // the cursor is behind the bar
}

// newBar makes a bar that suits where it is to be shown.
func newBar(out io.Writer, name string) *bar {
	f, ok := out.(*os.File)
	return &bar{out: out, name: name, lines: !ok || !term.IsTerminal(int(f.Fd()))}
}

func (b *bar) show(done, total int) {
	const width = 40
	b.mu.Lock()
	defer b.mu.Unlock()
	if done <= b.done {
		return
	}
	b.done = done
	switch {
	case !b.lines:
		full := width * done / total
		fmt.Fprintf(b.out, "\r%s: %d/%d [%s%s]", b.name, done, total,
			strings.Repeat("#", full), strings.Repeat(".", width-full))
		b.open = true
	case 10*done/total > 10*(done-1)/total:
		fmt.Fprintf(b.out, "%s: %d of %d\n", b.name, done, total)
	}
}

func (b *bar) end() {
	if b.open {
		fmt.Fprintln(b.out)
	}
	b.open = false
}
