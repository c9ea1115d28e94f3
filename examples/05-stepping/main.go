// Stepping walks through a workflow one action at a time and answers by hand, as a debugger, a game or a simulation
// would. Nothing is carried out: the loop is the world.
//
// The workflow guesses a number. It knows nothing of loops, of turns, or of whom it plays against.
package main

import (
	"errors"
	"fmt"
	"iter"
	"log"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Guess asks whether a number is the right one.
type Guess struct {
	actions.Returns[Verdict]
	Number int
}

// Verdict is what one says of a guess.
type Verdict string

// The verdicts.
const (
	TooLow  Verdict = "too low"
	TooHigh Verdict = "too high"
	Right   Verdict = "right"
)

// ErrCheat is the error of a game in which no number is right.
var ErrCheat = errors.New("you are cheating")

// Find finds a number between 1 and limit.
func Find(y actions.Yield, limit int) (int, error) {
	low, high := 1, limit
	for low <= high {
		middle := (low + high) / 2
		verdict, err := orchestrate.Do(y, Guess{Number: middle})
		if err != nil {
			return 0, err
		}
		switch verdict {
		case Right:
			return middle, nil
		case TooLow:
			low = middle + 1
		case TooHigh:
			high = middle - 1
		}
	}
	return 0, ErrCheat
}

func judge(secret, guess int) Verdict {
	switch {
	case guess < secret:
		return TooLow
	case guess > secret:
		return TooHigh
	}
	return Right
}

func main() {
	// A workflow is something to range over. Each turn hands out an action, and a reply to be filled in.
	fmt.Println("# Range")
	game := orchestrate.Steps(orchestrate.Bind(Find, 100))
	for action, reply := range game.All() {
		guess := action.(Guess).Number
		verdict := judge(42, guess)
		fmt.Printf("%d? %s\n", guess, verdict)
		reply.Value = verdict
	}
	number, err := game.Result()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("found", number)

	// Who leaves the loop tells the workflow so: it sees an error at its yield, cleans up, and has ended when the loop
	// has. An error may also be the reply.
	fmt.Println("# Leave")
	for range game.All() {
		break
	}
	_, err = game.Result()
	fmt.Println(errors.Is(err, orchestrate.ErrStopped), err)
	for _, reply := range game.All() {
		reply.Err = errors.New("it is late")
	}
	_, err = game.Result()
	fmt.Println(err)

	// With iter.Pull2 the walk is yours: here two workflows take turns, until one of them has it.
	fmt.Println("# Pull")
	fmt.Println("the winner is", play(7, player("Ada", 10), player("Grace", 1000)))

	// A workflow decides from its answers alone, so a walk can be forked: take the answers so far, and change the last.
	fmt.Println("# Fork")
	answers := []Verdict{TooLow, TooHigh, TooLow}
	for _, last := range []Verdict{TooLow, TooHigh, Right} {
		fork(append(answers[:2:2], last))
	}
}

// contestant plays a workflow, one step for each turn.
type contestant struct {
	name string
	next func() (actions.Action, *orchestrate.Reply, bool)
	stop func()
}

func player(name string, limit int) contestant {
	next, stop := iter.Pull2(orchestrate.Steps(orchestrate.Bind(Find, limit)).All())
	return contestant{name, next, stop}
}

func play(secret int, contestants ...contestant) (winner string) {
	for _, c := range contestants {
		defer c.stop()
	}
	for {
		for _, c := range contestants {
			action, reply, ok := c.next()
			if !ok {
				return c.name
			}
			guess := action.(Guess).Number
			verdict := judge(secret, guess)
			fmt.Printf("%s: %d? %s\n", c.name, guess, verdict)
			reply.Value = verdict
		}
	}
}

// fork walks through a game with the given answers, and looks at what comes next.
func fork(answers []Verdict) {
	game := orchestrate.Steps(orchestrate.Bind(Find, 10))
	for action, reply := range game.All() {
		if len(answers) == 0 {
			fmt.Println("then it would ask", action.(Guess).Number)
			return
		}
		reply.Value, answers = answers[0], answers[1:]
	}
	fmt.Println(game.Result())
}
