package explore

import (
	"fmt"
	"strconv"
	"strings"
)

// verb is what an option does.
type verb uint8

const (
	carryOut verb = iota // the action, and answer it
	fail                 // the action, without carrying it out
	lose                 // the answer
	crashAfter
	finish // an action whose context has ended, too late
	refuse // it
	deliver
	drop
	duplicate
	cancel
	crash
	end // the run
)

// option is one of the things that can happen next.
type option struct {
	verb  verb
	leaf  *leaf // of carryOut to refuse
	event *event
	how   *Fault
	fault int // its index
	of    int // how many faults the action has of this kind
}

// subject is what the option is about.
func (o option) subject() string {
	switch {
	case o.leaf != nil:
		return o.leaf.path
	case o.event != nil:
		return o.event.String()
	}
	return "the end"
}

// token is how the option is written in a schedule where another one is the default.
func (o option) token(instead option) string {
	var text string
	switch o.verb {
	case carryOut, deliver:
		return o.subject() + " before " + instead.subject()
	case cancel:
		return "cancel before " + instead.subject()
	case crash:
		return "crash before " + instead.subject()
	case end:
		return "end"
	case finish:
		return "finish " + o.subject()
	case refuse:
		return "refuse " + o.subject()
	case fail:
		text = "fail " + o.subject()
	case lose:
		text = "lose " + o.subject()
	case crashAfter:
		text = "crash after " + o.subject()
	case drop:
		text = "drop " + o.subject()
	case duplicate:
		text = "double " + o.subject()
	}
	if o.of > 1 {
		text += fmt.Sprintf(" by fault %d", o.fault)
	}
	if o.leaf != instead.leaf || o.event != instead.event {
		text += " before " + instead.subject()
	}
	return text
}

// tokens splits a schedule as it was printed. The names of events are quoted, and may contain anything.
func tokens(schedule string) (all []string) {
	var words []string
	end := func() {
		if len(words) > 0 {
			all = append(all, strings.Join(words, " "))
		}
		words = nil
	}
	for {
		schedule = strings.TrimLeft(schedule, " \t\r\n")
		switch {
		case schedule == "":
			end()
			return all
		case schedule[0] == ';':
			end()
			schedule = schedule[1:]
		default:
			word, err := strconv.QuotedPrefix(schedule)
			if schedule[0] != '"' || err != nil {
				word = schedule
				if i := strings.IndexAny(schedule, "; \t\r\n"); i >= 0 {
					word = schedule[:i]
				}
			}
			words = append(words, word)
			schedule = schedule[len(word):]
		}
	}
}
