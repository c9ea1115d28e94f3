package executortest

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
)

// leaks checks that more work means no more goroutines. What the first round starts may stay, such as workers and
// connections. Goroutines are told by the label that those of the check inherit, so other tests do not count.
func (p *probe) leaks(work func()) {
	const rounds = 10
	round := func() {
		for range rounds {
			work()
		}
	}
	round()
	var before int
	p.eventually(func() bool { // until those of the last call are gone
		n := p.goroutines()
		steady := n == before
		before = n
		return steady
	})
	round()
	var after int
	ok := p.eventually(func() bool {
		after = p.goroutines()
		return after <= before
	})
	p.ensure(ok, "%d goroutines after %d rounds of calls, %d after twice as many:\n%s", before, rounds, after, p.stacks())
}

func (p *probe) goroutines() (n int) {
	for _, entry := range p.entries() {
		count, _, _ := strings.Cut(entry, " ")
		c, err := strconv.Atoi(count)
		p.ensure(err == nil, "the goroutine profile is not understood: %s", entry)
		n += c
	}
	return n
}

func (p *probe) stacks() string { return strings.Join(p.entries(), "\n") }

// entries lists the goroutines of the check: "3 @ 0x…", their labels and their stack.
func (p *probe) entries() (entries []string) {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		p.failf("the goroutine profile: %v", err)
	}
	_, profiles, _ := strings.Cut(profile.String(), "\n") // the total
	label := fmt.Sprintf("%q:%q", labelKey, p.label)
	for entry := range strings.SplitSeq(profiles, "\n\n") {
		if strings.Contains(entry, label) {
			entries = append(entries, strings.TrimSpace(entry))
		}
	}
	return entries
}

const labelKey = "executortest"
