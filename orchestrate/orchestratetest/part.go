package orchestratetest

import "strings"

// parts is a script that is being played: its lines in order, and within a group, whose branches come in any order,
// each branch's own lines in order.
type parts struct {
	nodes []node
	// last is the line that each strand of the run has played last.
	last map[string]int
	// alone are the paths of groups with a single branch: no other strand is beside it.
	alone map[string]bool
}

// next lists what a strand may yield next.
func (p *parts) next(strand string) []*cue {
	if strand == "" {
		return (&inTurn{nodes: p.nodes}).next()
	}
	var cues []*cue
	for _, n := range p.nodes[p.from(strand):] {
		cues = append(cues, n.next()...)
	}
	return cues
}

// from is the first line that may be a strand's next: what it, the strand that forked it and those that it has joined
// played came before.
func (p *parts) from(strand string) int {
	first := 0
	for other, i := range p.last {
		if within(other, strand) || within(strand, other) {
			first = max(first, i)
		}
	}
	return first
}

// missed lists the cues that branches had to play, now that they have ended: those before the last that they played.
func (p *parts) missed(strand string) []*cue {
	if strand != "" {
		return nil
	}
	return mandatory(p.nodes[:p.from("")])
}

// take plays a cue.
func (p *parts) take(strand string, c *cue) {
	for i, n := range p.nodes {
		if !n.take(c) {
			continue
		}
		p.last[strand] = i
		if strand == "" { // what was passed over was optional
			p.nodes = p.nodes[i:]
			clear(p.last)
		}
		return
	}
}

// strand names the strand that an action's path is on: "" is the orchestration itself, "3.1" branch 1 of the group at
// step 3.
func (p *parts) strand(path string) string {
	steps := strings.Split(path, ".")
	for i := len(steps) - 1; i > 1; i -= 2 {
		if group := strings.Join(steps[:i-1], "."); !p.alone[group] {
			return group + "." + steps[i-1]
		}
	}
	return ""
}

// within tells whether a strand is another one or a part of it.
func within(strand, outer string) bool {
	return outer == "" || strand == outer || strings.HasPrefix(strand, outer+".")
}
