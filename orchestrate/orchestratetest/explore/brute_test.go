package explore_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// limits bound what can happen.
type limits struct {
	faults, crashes, cancels int
	meanwhile                bool
	workers                  int
}

// brute goes through everything that can happen, one thing after the other.
type brute struct {
	limits

	most      int // schedules
	schedules int
	words     map[string]*state   // every schedule, by its letters
	seen      map[string][]string // every world on the way
}

// enumerate tells whether there were not too many schedules.
func (b *brute) enumerate(k sketch) bool {
	b.words, b.seen = map[string]*state{}, map[string][]string{}
	b.goOn(begin(k, events(k), b.meanwhile))
	return b.schedules <= b.most
}

func (b *brute) goOn(s *state) {
	switch {
	case b.schedules > b.most:
	case s.over:
		b.schedules++
		b.words[s.spell()] = s
		if s.crashes < b.crashes && s.progress {
			c := s.clone()
			c.crash("crash at the end")
			b.goOn(c)
		}
	case !b.cutOff(s):
		b.anything(s)
	}
}

// spell is what happened, in order.
func (s *state) spell() string {
	names := make([]string, len(s.word))
	for i, l := range s.word {
		names[i] = l.name
	}
	return strings.Join(names, "; ")
}

func (s *state) happens(name string, a *ask, alone bool) {
	s.word = append(s.word, letter{name, alone, a})
	s.decide = false
}

// answer answers an ask; what is said is in doubt if it may have been done before.
func (s *state) answer(a *ask, text string) {
	delete(s.asks, a.path)
	if text != "ok" && s.doubts[a.path] && !strings.HasSuffix(text, "?") {
		text += "?"
	}
	s.progress = true
	a.then(s, text)
	if last := len(s.word) - 1; s.decide && last >= 0 && !s.word[last].alone {
		s.word = slices.Clone(s.word)
		s.word[last].alone = true
	}
}

func (s *state) effect(a *ask) string {
	s.world = append(s.world, a.label)
	if a.n >= bad && a.kind == act {
		return "bad?"
	}
	return "ok"
}

func (s *state) crash(name string) {
	s.happens(name, nil, true)
	s.crashes++
	s.progress = false
	for path := range s.asks {
		s.doubts[path] = true
	}
}

// cutOff has what is cut off end at once, in order.
func (b *brute) cutOff(s *state) bool {
	for _, a := range s.waiting() {
		if !s.isCut(a) {
			continue
		}
		open := !a.late && a.kind != nap && a.kind != await
		c := s.clone()
		if open { // otherwise it comes of what happened before
			c.happens("refuse "+a.label, a, true)
		}
		c.answer(a, "cut")
		b.goOn(c)
		if open {
			c := s.clone()
			c.happens("finish "+a.label, a, true)
			c.effect(a)
			b.see(c)
			c.answer(a, "cut?")
			b.goOn(c)
		}
		return true
	}
	return false
}

// anything has anything happen that can.
func (b *brute) anything(s *state) {
	calm := true // nothing is left to do
	earliest := -1
	for _, a := range s.asks {
		if a.kind == nap && (earliest < 0 || a.until < earliest) {
			earliest = a.until
		}
	}
	for _, a := range s.waiting() {
		switch {
		case a.kind == nap && a.until == earliest:
			calm = false
			c := s.clone()
			c.now = max(c.now, a.until)
			c.happens("sleep at "+a.path, a, true)
			c.answer(a, "ok")
			b.goOn(c)
		case a.kind == await && s.inbox > 0:
			calm = false
			c := s.clone()
			c.inbox--
			c.happens("receive at "+a.path, a, true)
			c.answer(a, "ok")
			b.goOn(c)
		case a.kind == act || a.kind == undos:
			calm = false
			b.carryOut(s, a)
		}
	}
	if b.outside(s) {
		calm = false
	}
	if calm {
		c := s.clone()
		c.over, c.progress, c.result = true, false, "stuck"
		b.goOn(c)
	}
}

func (b *brute) carryOut(s *state, a *ask) {
	c := s.clone()
	c.happens("do "+a.label, a, false)
	text := c.effect(a)
	b.see(c)
	c.answer(a, text)
	b.goOn(c)
	for i, lost := range faultsOf(a.n) {
		if s.faults >= b.faults {
			break
		}
		c := s.clone()
		c.faults++
		c.happens(fmt.Sprintf("fault %d of %s", i, a.label), a, false)
		text := "fault"
		if lost {
			c.effect(a)
			b.see(c)
			text = "fault?"
		}
		c.answer(a, text)
		b.goOn(c)
	}
	if s.crashes < b.crashes {
		c := s.clone()
		c.effect(a)
		b.see(c)
		c.crash("crash after " + a.label)
		b.goOn(c)
	}
}

// outside tells whether something comes from outside that need not be asked for.
func (b *brute) outside(s *state) bool {
	if s.sent > 0 {
		for times, name := range []string{"drop", "deliver", "double"} {
			if times != 1 && s.faults >= b.faults {
				continue
			}
			c := s.clone()
			c.sent--
			c.inbox += times
			if times != 1 {
				c.faults++
			}
			c.happens(name, nil, true)
			b.goOn(c)
		}
	}
	if s.meanwhile {
		c := s.clone()
		c.meanwhile = false
		c.happens("meanwhile", nil, true)
		c.world = append(c.world, "meanwhile")
		b.see(c)
		b.goOn(c)
	}
	if s.cancels < b.cancels && !s.cancelled {
		c := s.clone()
		c.cancels++
		c.cancelled, c.progress = true, true
		c.happens("cancel", nil, true)
		b.goOn(c)
	}
	if s.crashes < b.crashes && (s.progress || s.hasUndoubted()) {
		c := s.clone()
		c.crash("crash")
		b.goOn(c)
	}
	return s.sent > 0 || s.meanwhile
}

// hasUndoubted tells whether a crash would leave something open that is not yet.
func (s *state) hasUndoubted() bool {
	for path, a := range s.asks {
		if a.kind != nap && a.kind != await && !s.doubts[path] {
			return true
		}
	}
	return false
}

// waiting are the asks by their paths.
func (s *state) waiting() []*ask {
	all := make([]*ask, 0, len(s.asks))
	for _, a := range s.asks {
		all = append(all, a)
	}
	numbers := func(a *ask) (ns []int) {
		for n := range strings.SplitSeq(a.path, ".") {
			i, _ := strconv.Atoi(n)
			ns = append(ns, i)
		}
		return ns
	}
	slices.SortFunc(all, func(x, y *ask) int { return slices.Compare(numbers(x), numbers(y)) })
	return all
}

func (b *brute) see(s *state) { b.seen[inOrder(s.world)] = s.world }
