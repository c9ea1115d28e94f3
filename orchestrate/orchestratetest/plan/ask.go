package plan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
)

var (
	// ErrNo is the reason for which [Ask] denies an action that somebody said no to.
	ErrNo = errors.New("the answer was no")
	// ErrQuit is the reason for which [Ask] denies every action after somebody chose to quit, or the input ended.
	ErrQuit = errors.New("the answer was to quit")
)

// Ask is the gate that asks somebody: it writes each action to out and reads from in what to do, which is yes, no, yes
// to all that comes, yes to all of this type, or quit, by their first letter. Where the input ends, or cannot be read,
// it quits. It asks about one action at a time; waiting for the answer does not end with the context.
//
// Ask panics if in or out is nil.
func Ask(in io.Reader, out io.Writer) Gate {
	if in == nil || out == nil {
		panic("plan.Ask: the reader or the writer is nil")
	}
	q := &questions{in: bufio.NewReader(in), out: out, types: map[reflect.Type]bool{}}
	return q.gate
}

// questions is what was asked and answered so far.
type questions struct {
	mu    sync.Mutex
	in    *bufio.Reader
	out   io.Writer
	all   bool
	quit  error
	types map[reflect.Type]bool
}

func (q *questions) gate(ctx context.Context, a actions.Action) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.quit != nil:
			return q.quit
		case q.all, q.types[reflect.TypeOf(a)]:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		answer, err := q.ask(ctx, a)
		if err != nil {
			q.quit = fmt.Errorf("%w: %w", ErrQuit, err)
			continue
		}
		switch answer {
		case "y", "yes":
			return nil
		case "n", "no":
			return ErrNo
		case "a", "all":
			q.all = true
		case "t", "type":
			q.types[reflect.TypeOf(a)] = true
		case "q", "quit":
			q.quit = ErrQuit
		}
	}
}

func (q *questions) ask(ctx context.Context, a actions.Action) (string, error) {
	text := show.Action(a)
	if path := executor.StepFrom(ctx).Path(); path != "" {
		text = path + " " + text
	}
	_, err := fmt.Fprintf(q.out, "%s\n  [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? ", text)
	if err != nil {
		return "", err
	}
	line, long, err := q.in.ReadLine()
	answer := strings.ToLower(strings.TrimSpace(string(line)))
	for long && err == nil { // no answer is that long
		answer = ""
		_, long, err = q.in.ReadLine()
	}
	return answer, err
}
