package explore

import (
	"fmt"
	"strconv"

	"github.com/baton-go/baton/actions"
)

// event is something that comes from outside.
type event struct {
	name    string
	nth     int // of that name, from 1
	payload any
	do      func() // instead of a payload
	gone    bool   // it has happened, or never will
}

// String is the event as it is written in schedules.
func (e *event) String() string {
	text := strconv.Quote(e.name)
	if e.nth > 1 {
		text += fmt.Sprintf(" %d", e.nth)
	}
	return text
}

func (s *Schedule) addEvent(e *event) {
	e.nth = 1
	for _, other := range s.events {
		if other.name == e.name {
			e.nth++
		}
	}
	s.events = append(s.events, e)
}

// comes puts an event into the inbox, or does what it does.
func (s *Schedule) comes(e *event, times int) {
	e.gone = true
	if e.do != nil {
		s.contain("what happens meanwhile", e.do)
	}
	for range times {
		s.inbox[e.name] = append(s.inbox[e.name], e.payload)
	}
}

// received tells whether the leaf waits for an event that is sent.
func (s *Schedule) received(l *leaf) bool {
	if !l.receives {
		return false
	}
	_, ok := s.inbox[l.event]
	return ok
}

// receives is the name of the event that an action waits for.
func receives(a actions.Action) (name string, ok bool) {
	if e, ok := a.(interface{ EventName() string }); ok {
		return e.EventName(), true
	}
	return "", false
}
